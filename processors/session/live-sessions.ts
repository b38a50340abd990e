/** Whose recording Live's own callbacks speak of: a session's, or one that nothing else is known of yet. */
import type { LiveEvent, LiveRecording } from '../../schemas/generated/StreamState.ts';
import { groupOf } from './grouping.ts';
import { endedRecording, type LiveRun, liveFollowedMs, livePlaceOf, liveRunOf } from './live-recording.ts';
import { keptOf, type Session } from './projection.ts';
import { limits, type SessionRules } from './rules.ts';

export type LiveView = {
  /** What is said of a session, by its start. */
  readonly recordings: ReadonlyMap<number, LiveRecording>;
  /** Recordings without a segment, as sessions; oldest first. */
  readonly alone: readonly Session[];
  /** The events that are still followed. */
  readonly events: readonly LiveEvent[];
  /** What was before may have been let go of. */
  readonly forgottenToMs: number;
  /** The next moment at which time alone changes any of this; null for never. */
  readonly dueAtMs: number | null;
};

/** Without session and start: what comes before all that is known. */
type Owner = { readonly session: Session | null; readonly startMs: number | null; readonly events: LiveEvent[] };

/**
 * Each event belongs to the newest recording that had begun: a session, or one that began by `record_started` when the one
 * before it was over. A start may be told of before the first frame that counts, so a session that begins soon after one
 * is that recording.
 *
 * @param sessions oldest first
 * @param nowMs up to when time has passed, for what depends on Live's callbacks alone
 */
export function liveViewOf(
  events: readonly LiveEvent[],
  sessions: readonly Session[],
  rules: SessionRules,
  nowMs: number,
): LiveView {
  const followedMs = liveFollowedMs(rules);
  const forgottenToMs = Math.max(nowMs - followedMs, cutAt(events));
  const recordings = new Map<number, LiveRecording>();
  const alone: Session[] = [];
  const followed: LiveEvent[] = [];
  let dueAtMs = Number.POSITIVE_INFINITY;
  const consider = (ms: number) => {
    if (ms > nowMs) dueAtMs = Math.min(dueAtMs, ms);
  };
  for (const { session, startMs, events: own } of ownersOf(events, sessions, rules)) {
    const run = liveRunOf(own);
    // All that is known of a recording is followed as long as the last of it, so that it is never half forgotten.
    const isFollowed = run.lastMs + followedMs > nowMs;
    if (isFollowed) followed.push(...own);
    if (own.length > 0) consider(run.lastMs + followedMs);
    const endsAtMs = run.isPaused ? (run.recording.pausedTime ?? 0) + delayOf(session, rules) : null;
    if (session) {
      const hasEnded = session.closed || (endsAtMs !== null && nowMs >= endsAtMs);
      if (own.length > 0) recordings.set(session.group.startMs, hasEnded ? endedRecording(run) : run.recording);
      if (!hasEnded && endsAtMs !== null) consider(endsAtMs);
    } else if (startMs !== null && isFollowed) {
      const one = aloneOf(startMs, run, endsAtMs, rules, nowMs);
      alone.push(one.session);
      recordings.set(startMs, one.recording);
      consider(one.session.closesAtMs);
    }
  }
  return { recordings, alone, events: followed, forgottenToMs, dueAtMs: Number.isFinite(dueAtMs) ? dueAtMs : null };
}

/** Those that Live alone tells of, from where on it may, beside the sessions; these first. */
export function followedWith(
  { alone }: LiveView,
  sessions: readonly Session[],
  fromMs = Number.NEGATIVE_INFINITY,
): readonly Session[] {
  const ours = alone.filter(({ group }) => group.startMs >= fromMs);
  return ours.length === 0 ? sessions : [...sessions, ...ours];
}

/** Up to when events may have been let go of because there were too many; the start of time for none. */
function cutAt(events: readonly LiveEvent[]): number {
  let cutMs = Number.NEGATIVE_INFINITY;
  for (const sort of Map.groupBy(events, ({ event }) => event).values())
    if (sort[0] && sort.length >= limits.liveEvents) cutMs = Math.max(cutMs, livePlaceOf(sort[0]));
  return cutMs;
}

/** What was said earlier of a session, where the events that tell of it have been let go of; null where it isn't true any more. */
export function keptRecording(
  said: LiveRecording | null | undefined,
  { forgottenToMs }: LiveView,
): LiveRecording | null {
  if (!said) return null;
  const { startedTime, pausedTime, resumedTime, fileTime } = said;
  const lastMs = Math.max(...[startedTime, pausedTime, resumedTime, fileTime].map((time) => time ?? 0));
  return lastMs <= forgottenToMs ? said : null;
}

function ownersOf(events: readonly LiveEvent[], sessions: readonly Session[], rules: SessionRules): readonly Owner[] {
  if (events.length === 0) return [];
  const owners: Owner[] = [{ session: null, startMs: null, events: [] }];
  let next = 0;
  for (const event of events) {
    const at = livePlaceOf(event);
    for (let session = sessions[next]; session && begins(session, event, at); session = sessions[next]) {
      owners.push({ session, startMs: session.group.startMs, events: [] });
      next += 1;
    }
    const owner = owners.at(-1);
    if (event.event === 'STARTED' && owner && isOver(owner, at, rules))
      owners.push({ session: null, startMs: at, events: [event] });
    else owner?.events.push(event);
  }
  return owners;
}

/** A pause before a session's start is that of the recording before it. */
function begins(session: Session, { event }: LiveEvent, at: number): boolean {
  const isPause = event === 'PAUSED' || event === 'RESUMED';
  return session.group.startMs - (isPause ? 0 : earlyMs(session.rules.disconnectDelayMs)) <= at;
}

/** Less than lies between two sessions. */
function earlyMs(disconnectDelayMs: number): number {
  return Math.min(limits.liveEarlyMs, disconnectDelayMs / 2);
}

function isOver({ session, startMs, events }: Owner, at: number, rules: SessionRules): boolean {
  if (startMs === null) return true;
  const delayMs = delayOf(session, rules);
  const last = events.at(-1);
  const isPaused = events.length > 0 && liveRunOf(events).isPaused;
  const paused = isPaused && last !== undefined && at > last.time + delayMs + earlyMs(delayMs);
  if (session) return at > session.group.endMs + delayMs + earlyMs(delayMs) && (session.closed || paused);
  return paused || (last !== undefined && at > last.time + delayMs + limits.liveResendMs);
}

function delayOf(session: Session | null, rules: SessionRules): number {
  return session?.rules.disconnectDelayMs ?? rules.disconnectDelayMs;
}

/**
 * A recording without a segment as a session: over when its pause lasted, or when a whole cycle brought no segment. Of a cycle
 * that only a policy supposes the longest that there is.
 */
function aloneOf(startMs: number, run: LiveRun, endsAtMs: number | null, rules: SessionRules, nowMs: number) {
  const cycleMs = rules.cycleTold ? rules.cycleMs : limits.longestCycleMs;
  const lapsesAtMs = run.lastMs + cycleMs + rules.disconnectDelayMs + rules.graceMs;
  const closesAtMs = endsAtMs ?? lapsesAtMs;
  const closed = nowMs >= closesAtMs;
  const recording = closed ? endedRecording(run) : run.recording;
  const endMs = Math.max(startMs, recording.endedTime ?? run.lastMs);
  const session: Session = {
    group: { ...groupOf([], { goesOn: false, truncated: false }), startMs, endMs },
    ...{ composed: [], status: closed ? 'ENDED' : 'RECORDING', closed, closesAtMs, certainAtMs: closesAtMs },
    ...{ composeOverdueAtMs: closesAtMs, mode: 'NONE', rules: keptOf(rules), composeMissing: false, composition: null },
    clips: [],
    ...{ lastActivityMs: endMs, settlesAtMs: null, settled: false, compositionHold: null },
  };
  return { session, recording };
}
