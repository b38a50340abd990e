/** One turn of a part of a stream's history: facts and time in, what is now true and what is to be said out. */
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';
import { announce, keptAt } from './announce.ts';
import { composeSessions } from './composition.ts';
import { cutSessions, withClips } from './cutting.ts';
import { partition, partWith, withoutRetired } from './leaving.ts';
import { followCompositions } from './ledger.ts';
import { followedWith, liveViewOf } from './live-sessions.ts';
import { sessionsOf } from './projection.ts';
import type { SessionRules } from './rules.ts';
import { isWithin, type Judged, type Span, type Turned } from './span.ts';

/**
 * Projects the sessions from `span.videos` at `span.clock` and says what has changed.
 *
 * Whatever the order, the repetitions and the timers in between: once no timer is due, the same set of facts has led to
 * the same sessions and the same state, but for `revision`, `clock`, redirects that haven't served their time, and
 * decisions (the ledger, and the rules of a session that closed before the policy changed), which are history by nature.
 *
 * @param nowMs wall clock: only for what is decided, and for how long a redirect stays
 */
export function turn(span: Span, rules: SessionRules, nowMs: number, judged: Judged): Turned {
  const { stream, clock, live } = span;
  const ledger = followCompositions(span.compositions, span.videos);
  const projected = sessionsOf(span.videos, rules, clock, { sessions: span.sessions, compositions: ledger });
  const cut = cutSessions(span, projected.sessions, rules, nowMs, judged);
  const composed = composeSessions(span, cut.sessions, ledger, rules, nowMs, judged);
  const parting = partWith(span, composed, projected.loose, ledger, rules, judged);
  const { current, retired, facts: left } = parting;

  const liveView = liveViewOf(live?.events ?? [], composed.sessions, rules, Math.max(clock, live?.clock ?? 0));
  const followed = followedWith(liveView, current, live?.fromMs);
  const [said, aside] = partition(span.sessions, (one) => isWithin(keptAt(one, current), judged));
  const announced = announce(
    stream,
    followed.filter(({ group }) => isWithin(group.startMs, judged)),
    withoutRetired(said, retired),
    { others: followed, live: liveView, revision: span.revision, nowMs, clockMs: clock },
  );
  const stays = (video: StreamVideo) => !left.has(video);
  return {
    stream,
    clock,
    revision: announced.revision,
    videos: withClips(left.size === 0 ? span.videos : span.videos.filter(stays), cut.decided),
    sessions: [...aside, ...announced.sessions].sort((a, b) => a.startTime - b.startTime),
    compositions: parting.compositions,
    current,
    loose: projected.loose.filter(stays),
    needsEarlier: projected.needsEarlier,
    taken: composed.taken,
    liveView,
    emit: [...announced.emit, ...cut.commands, ...composed.commands, ...parting.emit],
  };
}
