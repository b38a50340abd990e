/** One turn of a part of a stream's history: facts and time in, what is now true and what is to be said out. */
import type {
  Composition,
  EmittedSession,
  LiveEvent,
  StreamState,
  StreamVideo,
} from '../../schemas/generated/StreamState.ts';
import { streamKeyOf } from '../stream-key.ts';
import type { Emission } from '../topology.ts';
import { announce, tombstone } from './announce.ts';
import { cutClips } from './clips.ts';
import { composeJobOf, decideComposition, holdOf } from './composition.ts';
import { compositionOf, followCompositions, homeOf, withCompositions } from './ledger.ts';
import { type LiveView, liveViewOf } from './live-sessions.ts';
import { type Session, sessionsOf, withComposition } from './projection.ts';
import { isOverAt, looseUntil, retiresAt } from './retention.ts';
import { limits, type SessionRules } from './rules.ts';
import { isStandIn } from './times.ts';

export type Span = Pick<StreamState, 'stream' | 'revision' | 'clock' | 'videos' | 'sessions' | 'compositions'> & {
  /** The cloud composes something of the stream, and nothing tells of when. */
  readonly composesUnplaced: boolean;
  /** Whether that has been ordered for the stream, whatever it was of then: nothing is paid for twice. */
  readonly isOrdered: (token: string) => boolean;
  /** Live's own callbacks, up to when time has passed for them, and from where on they may tell of a session by themselves. */
  readonly live?: { readonly events: readonly LiveEvent[]; readonly clock: number; readonly fromMs: number };
};

/** What is judged: the sessions that start, and loose facts that lie, from there to before there. The rest is context. */
export type Judged = { readonly fromMs: number; readonly toMs: number };

export type Turned = Omit<Span, 'composesUnplaced' | 'isOrdered' | 'live'> & {
  readonly liveView: LiveView;
  /** Those that stay, oldest first, the context included. */
  readonly current: readonly Session[];
  readonly loose: readonly StreamVideo[];
  readonly needsEarlier: StreamVideo | null;
  /** The compositions that were decided on just now. */
  readonly taken: readonly Composition[];
  readonly emit: readonly Emission[];
};

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
  const { stream, clock } = span;
  const isJudged = (ms: number) => ms >= judged.fromMs && ms < judged.toMs;
  const ledger = followCompositions(span.compositions, span.videos);
  const projected = sessionsOf(span.videos, rules, clock, { sessions: span.sessions, compositions: ledger });
  const decided = decide(span, projected.sessions, ledger, rules, nowMs, isJudged);

  const isRetired = (session: Session) => isJudged(session.group.startMs) && isOverAt(retiresAt(session, rules), clock);
  const retired = decided.sessions.filter(isRetired);
  const current = decided.sessions.filter((session) => !isRetired(session));
  const isGone = (startMs: number) => retired.some((session) => session.group.startMs === startMs);
  const [said, aside] = partition(span.sessions, (one) => isJudged(keptAt(one, current)));
  const { events = [], clock: liveClock = 0, fromMs = Number.NEGATIVE_INFINITY } = span.live ?? {};
  const liveView = liveViewOf(events, decided.sessions, rules, Math.max(clock, liveClock));
  const alone = liveView.alone.filter(({ group }) => group.startMs >= fromMs);
  const followed = alone.length === 0 ? current : [...current, ...alone];
  const announced = announce(
    stream,
    followed.filter(({ group }) => isJudged(group.startMs)),
    said.filter((one) => one.mergedInto !== null || !isGone(one.startTime)),
    { others: followed, live: liveView, revision: span.revision, nowMs, clockMs: clock },
  );
  const [kept, forgotten] = partition(
    decided.compositions,
    (one) => !isJudged(one.sessionStart) || !isForgotten(one, retired, current, clock, rules),
  );
  const loose = projected.loose.filter((one) => isJudged(homeOf(one, ledger)));
  const left = leaving(retired, loose, { kept, forgotten }, clock, rules);
  return {
    stream,
    clock,
    revision: announced.revision,
    videos: withClips(left.size === 0 ? span.videos : span.videos.filter((video) => !left.has(video)), decided.clips),
    sessions: [...aside, ...announced.sessions].sort((a, b) => a.startTime - b.startTime),
    compositions: kept,
    current,
    loose: projected.loose.filter((video) => !left.has(video)),
    needsEarlier: projected.needsEarlier,
    taken: decided.taken,
    liveView,
    emit: [
      ...announced.emit,
      ...decided.commands,
      ...retired.map((session) => tombstone(stream, session.group.startMs, 'retired')),
    ],
  };
}

function decide(
  span: Span,
  projected: readonly Session[],
  ledger: readonly Composition[],
  rules: SessionRules,
  nowMs: number,
  isJudged: (ms: number) => boolean,
) {
  const taken: Composition[] = [];
  const commands: Emission[] = [];
  const clips = new Map<StreamVideo, StreamVideo>();
  const key = streamKeyOf(span.stream);
  const sessions = projected.map((session) => {
    if (!isJudged(session.group.startMs)) return session;
    return composed(cutFrom(session));
  });

  function cutFrom(session: Session): Session {
    if (session.clips.length === 0 || isOverAt(retiresAt(session, rules), span.clock)) return session;
    const { decided, jobs } = cutClips(span.stream, session, rules, nowMs);
    for (const [before, after] of decided) clips.set(before, after);
    for (const value of jobs) commands.push({ topic: 'compose-jobs', key, value });
    return { ...session, clips: session.clips.map((clip) => decided.get(clip) ?? clip) };
  }

  function composed(session: Session): Session {
    const composition = decideComposition(session, ledger, rules, nowMs, span.clock, span.composesUnplaced);
    if (!composition) return { ...session, compositionHold: holdOf(session, rules, span.clock, span.composesUnplaced) };
    if (span.isOrdered(composition.token)) return session;
    taken.push(composition);
    const command = composeJobOf(span.stream, session.group, composition, rules.composeTemplateGroupId);
    commands.push({ topic: 'compose-jobs', key, value: command });
    return withComposition(session, composition, span.clock);
  }
  return {
    sessions,
    commands,
    clips,
    taken,
    compositions: taken.length === 0 ? ledger : withCompositions(ledger, taken),
  };
}

function withClips(
  videos: readonly StreamVideo[],
  decided: ReadonlyMap<StreamVideo, StreamVideo>,
): readonly StreamVideo[] {
  return decided.size === 0 ? videos : videos.map((video) => decided.get(video) ?? video);
}

/** The facts that no session follows any more: those of sessions that retire, and loose ones that have waited long enough. */
function leaving(
  retired: readonly Session[],
  loose: readonly StreamVideo[],
  ledger: { readonly kept: readonly Composition[]; readonly forgotten: readonly Composition[] },
  clock: number,
  rules: SessionRules,
): ReadonlySet<StreamVideo> {
  const left = new Set<StreamVideo>();
  for (const { group, composed, clips } of retired) {
    for (const { video } of group.segments) left.add(video);
    for (const { video } of composed) left.add(video);
    for (const video of clips) left.add(video);
  }
  for (const video of loose) {
    // What became of a composition matters as long as that is in the ledger.
    const isForgotten =
      compositionOf(video, ledger.forgotten) !== undefined ||
      (isStandIn(video) && compositionOf(video, ledger.kept) === undefined);
    const until = looseUntil(video, rules);
    if (isForgotten || (until !== null && isOverAt(until, clock))) left.add(video);
  }
  return left;
}

/** A composition is remembered with its session; where that is gone, for as long as one would be. */
function isForgotten(
  { sessionStart, plannedAt }: Composition,
  retired: readonly Session[],
  current: readonly Session[],
  clock: number,
  rules: SessionRules,
): boolean {
  const covers = coversMoment(sessionStart);
  return !current.some(covers) && (retired.some(covers) || isOverAt(plannedAt + rules.retentionMs, clock));
}

function coversMoment(ms: number): (session: Session) => boolean {
  return ({ group }) => group.startMs <= ms && ms <= group.endMs;
}

/** The next moment after the clock at which time alone changes something about what is judged; null for never. */
export function dueAt(turned: Turned, rules: SessionRules, { fromMs, toMs }: Judged): number | null {
  let due = Number.POSITIVE_INFINITY;
  const isWithin = (ms: number) => ms >= fromMs && ms < toMs;
  const consider = (atMs: number | null) => {
    if (atMs !== null && atMs > turned.clock) due = Math.min(due, atMs);
  };
  for (const session of turned.current) {
    if (!isWithin(session.group.startMs)) continue;
    if (!session.closed) consider(session.closesAtMs);
    if (session.mode !== 'NONE' && session.composition === null) {
      consider(session.certainAtMs);
      consider(session.composeOverdueAtMs);
    }
    if (!session.settled) consider(session.settlesAtMs);
    consider(retiresAt(session, rules));
  }
  for (const video of turned.loose)
    if (isWithin(homeOf(video, turned.compositions))) consider(looseUntil(video, rules));
  for (const { sessionStart, plannedAt } of turned.compositions)
    if (isWithin(sessionStart) && !turned.current.some(coversMoment(sessionStart)))
      consider(plannedAt + rules.retentionMs);
  for (const one of turned.sessions)
    if (one.mergedAt !== null && isWithin(keptAt(one, turned.current))) consider(one.mergedAt + limits.mergedForMs);
  return Number.isFinite(due) ? due : null;
}

/** Where in time what was said of an id is kept: a redirect with the session that it leads to. */
export function keptAt({ startTime, mergedInto }: EmittedSession, current: readonly Session[]): number {
  return mergedInto !== null && current.some(({ group }) => group.startMs === mergedInto) ? mergedInto : startTime;
}

function partition<T>(all: readonly T[], isIn: (one: T) => boolean) {
  const [within, without]: [T[], T[]] = [[], []];
  for (const one of all) (isIn(one) ? within : without).push(one);
  return [within, without] as const;
}
