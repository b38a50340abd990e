/** One turn of a part of a stream's history: facts and time in, what is now true and what is to be said out. */
import type { Composition, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { announce, keptAt } from './announce.ts';
import { composeSessions } from './composition.ts';
import { cutSessions, withClips } from './cutting.ts';
import { partition, partWith, withoutRetired } from './leaving.ts';
import { followCompositions } from './ledger.ts';
import { followedWith, liveViewOf } from './live-sessions.ts';
import { type Shows, sessionsFrom, showsOf } from './projection.ts';
import type { SessionRules } from './rules.ts';
import { isWithin, type Judged, type Span, type Turned } from './span.ts';

/** What a span holds, whatever is judged of it. */
export type Walked = Shows & { readonly ledger: readonly Composition[] };

/** Which of its facts are one session each, and what became of its compositions. */
export function walk({ compositions, videos, sessions }: Span, rules: SessionRules): Walked {
  const ledger = followCompositions(compositions, videos);
  return { ...showsOf(videos, rules, { sessions, compositions: ledger }), ledger };
}

/**
 * Projects the sessions from `span.videos` at `span.clock` and says what has changed.
 *
 * Whatever the order, the repetitions and the timers in between: once no timer is due, the same set of facts has led to
 * the same sessions and the same state, but for `revision`, `clock`, redirects that haven't served their time, and
 * decisions (the ledger, and the rules of a session that closed before the policy changed), which are history by nature.
 *
 * @param nowMs wall clock: only for what is decided, and for how long a redirect stays
 * @param walked the span, where that was walked through already
 */
export function turn(
  span: Span,
  rules: SessionRules,
  nowMs: number,
  judged: Judged,
  walked: Walked = walk(span, rules),
): Turned {
  const { stream, clock, live } = span;
  const { shows, loose, needsEarlier, ledger } = walked;
  const sessions = sessionsFrom(shows, rules, clock, { sessions: span.sessions, compositions: ledger });
  const cut = cutSessions(span, sessions, rules, nowMs, judged);
  const composed = composeSessions(span, cut.sessions, ledger, rules, nowMs, judged);
  const parting = partWith(span, composed, loose, ledger, rules, judged);
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
    loose: loose.filter(stays),
    needsEarlier,
    taken: composed.taken,
    liveView,
    emit: [...announced.emit, ...cut.commands, ...composed.commands, ...parting.emit],
  };
}
