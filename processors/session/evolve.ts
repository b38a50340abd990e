/** One turn of a stream: facts and time in, new state and what is to be said out. */
import type { Composition, SettledSession, StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import type { Emission } from '../topology.ts';
import { announce, tombstone } from './announce.ts';
import { compositionOf } from './attribution.ts';
import { composeJobOf, decideComposition, followCompositions, withDecided } from './composition.ts';
import { isStandIn } from './facts.ts';
import { type Session, sessionsOf, withComposition } from './projection.ts';
import { isThrough, leavesAt, leaving, looseUntil, settledThrough } from './retention.ts';
import { limits, type SessionRules } from './rules.ts';
import { streamKeyOf } from './session-id.ts';

export type Turn = {
  readonly state: StreamState;
  /** Nothing is left that time or a later fact could change. */
  readonly empty: boolean;
  readonly emit: readonly Emission[];
};

/**
 * Projects the sessions from `state.videos` at `state.clock` and says what has changed.
 *
 * Whatever the order, the repetitions and the timers in between: once no timer is due, the same set of facts has led to
 * the same sessions and the same state, but for `revision`, `clock`, redirects that haven't served their time, and
 * decisions (the ledger, and who composes where the policy has changed meanwhile), which are history by nature. A fact
 * must come before its session settles.
 *
 * @param nowMs wall clock: only for what is decided, and for how long a redirect stays
 */
export function turn(state: StreamState, rules: SessionRules, nowMs: number): Turn {
  const { stream, clock } = state;
  const ledger = followCompositions(state.compositions, state.videos);
  const { sessions: projected, loose } = sessionsOf(state.videos, rules, clock, {
    sessions: state.sessions,
    compositions: ledger,
  });
  const decided = decide(state, projected, ledger, rules, nowMs);
  const { sessions } = decided;

  const left = leaving(sessions, state.videos, rules, clock);
  const gone = [...left.settled, ...left.retired];
  const stay = sessions.slice(gone.length);
  const spoken = sessions.filter((session) => !left.retired.includes(session));
  const said = announce(
    stream,
    spoken,
    new Set(left.settled),
    state.sessions.filter(notOf(left.retired)),
    state.revision,
    {
      nowMs,
      clockMs: clock,
    },
  );

  const through = settledThrough(state.settledThrough, gone, stay[0], rules);
  const stubs = settledStubs(state.settled, left.settled, through);
  const isRetired = (stub: SettledSession, index: number) =>
    clock >= stub.lastActivity + rules.retentionMs || index < stubs.length - limits.settledSessions;
  const tombstones = [
    ...left.retired.map((session) => tombstone(stream, session.group.startMs, 'retired')),
    ...stubs.filter(isRetired).map((stub) => tombstone(stream, stub.startTime, 'retired')),
  ];
  const compositions = decided.compositions.filter((composition) => composition.sessionStart > (through ?? 0));
  const next: StreamState = {
    stream,
    revision: said.revision,
    clock,
    dueAt: null,
    settledThrough: through,
    videos: remaining(state.videos, { gone, loose, through, compositions }, rules, clock),
    sessions: said.sessions.filter(notOf(left.settled)),
    settled: stubs.filter((stub, index) => !isRetired(stub, index)),
    compositions,
  };
  const emit = [...said.emit, ...decided.commands, ...tombstones];
  const empty =
    next.sessions.length + next.settled.length === 0 && next.videos.every((video) => looseUntil(video, rules) === null);
  // Facts without any time can't wait for anything: with nothing else to follow the next timer lets them go.
  const due = empty ? clock + 1 : dueAt(next, stay, loose, rules);
  return { state: { ...next, dueAt: due }, empty, emit };
}

function decide(
  state: StreamState,
  projected: readonly Session[],
  ledger: readonly Composition[],
  rules: SessionRules,
  nowMs: number,
) {
  const taken: Composition[] = [];
  const commands: Emission[] = [];
  const sessions = projected.map((session) => {
    const composition = decideComposition(session, ledger, rules, nowMs, state.clock);
    if (!composition) return session;
    taken.push(composition);
    const command = composeJobOf(state.stream, session.group, composition, rules.composeTemplateGroupId);
    commands.push({ topic: 'compose-jobs', key: streamKeyOf(state.stream), value: command });
    return withComposition(session, composition);
  });
  return { sessions, commands, compositions: taken.length === 0 ? ledger : withDecided(ledger, taken) };
}

/** The facts that are still followed: those of the sessions that stay, and loose ones that may yet find a session. */
function remaining(
  videos: readonly StreamVideo[],
  {
    gone,
    loose,
    through,
    compositions,
  }: {
    readonly gone: readonly Session[];
    readonly loose: readonly StreamVideo[];
    readonly through: number | null;
    readonly compositions: readonly Composition[];
  },
  rules: SessionRules,
  clock: number,
): readonly StreamVideo[] {
  const left = new Set<StreamVideo>();
  for (const { group, composed } of gone) {
    for (const { video } of group.segments) left.add(video);
    for (const { video } of composed) left.add(video);
  }
  const stay: StreamVideo[] = [];
  for (const video of loose) {
    const until = looseUntil(video, rules);
    // What became of a composition matters as long as that is in the ledger.
    const isOver = isStandIn(video) && compositionOf(video, compositions) === undefined;
    if (isOver || isThrough(video, through) || (until !== null && clock >= until)) left.add(video);
    else stay.push(video);
  }
  const excess = videos.length - left.size - limits.videos;
  for (const video of stay.slice(0, Math.max(0, excess))) left.add(video);
  return left.size === 0 ? videos : videos.filter((video) => !left.has(video));
}

/** The next moment after the clock at which time alone changes something. */
function dueAt(
  state: StreamState,
  sessions: readonly Session[],
  loose: readonly StreamVideo[],
  rules: SessionRules,
): number | null {
  let due = Number.POSITIVE_INFINITY;
  const consider = (atMs: number | null) => {
    if (atMs !== null && atMs > state.clock) due = Math.min(due, atMs);
  };
  for (const session of sessions) {
    if (!session.closed) consider(session.closesAtMs);
    if (session.mode !== 'NONE' && session.composition === null) consider(session.composeOverdueAtMs);
  }
  const oldest = sessions[0];
  if (oldest) consider(leavesAt(oldest, rules));
  for (const video of loose) consider(looseUntil(video, rules));
  for (const stub of state.settled) consider(stub.lastActivity + rules.retentionMs);
  for (const { mergedAt } of state.sessions) consider(mergedAt === null ? null : mergedAt + limits.mergedForMs);
  return Number.isFinite(due) ? due : null;
}

/** What is remembered of settled sessions, oldest first: the ids of composed videos only while their times are taken. */
function settledStubs(
  before: readonly SettledSession[],
  leaving: readonly Session[],
  through: number | null,
): readonly SettledSession[] {
  if (leaving.length === 0) return before;
  const added = leaving.map(({ group, composed, lastActivityMs }) => ({
    startTime: group.startMs,
    lastActivity: lastActivityMs,
    composed: composed.map(({ video }) => video.videoId),
  }));
  return [...before, ...added]
    .sort((a, b) => a.startTime - b.startTime)
    .map((stub) => (stub.lastActivity <= (through ?? 0) ? { ...stub, composed: [] } : stub));
}

function notOf(sessions: readonly Session[]) {
  const starts = new Set(sessions.map((session) => session.group.startMs));
  return (entry: { startTime: number; mergedInto: number | null }) =>
    entry.mergedInto !== null || !starts.has(entry.startTime);
}
