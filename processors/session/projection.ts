/** The sessions of a stream as a pure function of its facts, the rules, what was decided, and the time. */
import type { CompositionHold, SessionStatus } from '../../schemas/generated/SessionState.ts';
import type { ComposeMode, Composition, KeptRules, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { type ClipVideo, clipsWithin, isClip } from './clips.ts';
import { closingOf } from './closing.ts';
import { compositionFor } from './composition-parts.ts';
import type { Group } from './grouping.ts';
import { firstIn, type Kept, rulesIn } from './kept-rules.ts';
import { compositionOf } from './ledger.ts';
import { limits, type SessionRules } from './rules.ts';
import { isLiving, progressOf, statusOf } from './status.ts';
import { type Attached, sweep } from './sweep.ts';
import { lastActivity, timesOf } from './times.ts';

export type Session = {
  readonly group: Group;
  readonly composed: readonly Attached[];
  /** Facts about clips that are cut out of it. */
  readonly clips: readonly ClipVideo[];
  readonly status: SessionStatus;
  readonly closed: boolean;
  /** When it counts as over by its recordings alone. */
  readonly closesAtMs: number;
  /** When its end is certain, if nothing more is heard: nothing is composed before. */
  readonly certainAtMs: number;
  /** When a composed video that hasn't begun counts as missing. */
  readonly composeOverdueAtMs: number;
  /** Who composes: as decided when a session in its span first closed, else as the policy says now. */
  readonly mode: ComposeMode;
  /** As a session in its span keeps them, else as the policy says now. */
  readonly rules: KeptRules;
  readonly composeMissing: boolean;
  /** Our own composition of what is to be composed of it. */
  readonly composition: Composition | null;
  /** Why there is none yet, where we are to compose. */
  readonly compositionHold: CompositionHold | null;
  /** The latest time that any of its facts speaks of. */
  readonly lastActivityMs: number;
  /** When it is settled, if nothing more is heard: all that was expected is through. Null while something isn't. */
  readonly settlesAtMs: number | null;
  readonly settled: boolean;
};

type WithoutClips = Omit<Session, 'clips'>;

/** What was decided earlier and must not change with the policy. */
export type Decided = {
  /** Ordered by start. */
  readonly sessions: readonly Kept[];
  readonly compositions: readonly Composition[];
};

export type Projection = {
  /** Oldest first. */
  readonly sessions: readonly Session[];
  /** Videos that belong to no session, or not yet. */
  readonly loose: readonly StreamVideo[];
  /** The first composed video for which what came before these facts matters, null for none. */
  readonly needsEarlier: StreamVideo | null;
};

/**
 * The sessions that follow from the facts.
 *
 * @param videos in the order of `addFact`
 * @param nowMs up to when time has passed for this stream
 */
export function sessionsOf(
  videos: readonly StreamVideo[],
  rules: SessionRules,
  nowMs: number,
  decided: Decided = { sessions: [], compositions: [] },
): Projection {
  const { shows, loose, needsEarlier } = sweep(videos, decided.compositions, decided.sessions, rules);
  const clips = loose.filter(isClip);
  let openUntilMs = Number.NEGATIVE_INFINITY;
  const sessions = shows.map(({ group, composed }) => {
    const session = sessionOf(group, composed, rules, nowMs, decided);
    // While a cycle of the one before may still come, this may be its end.
    const certainAtMs = Math.max(session.certainAtMs, openUntilMs);
    openUntilMs = group.goesOn ? Number.NEGATIVE_INFINITY : certainAtMs;
    return { ...session, certainAtMs, clips: clipsWithin(clips, group) };
  });
  const owned = new Set<StreamVideo>(sessions.flatMap((session) => session.clips));
  return { sessions, loose: loose.filter((video) => !owned.has(video)), needsEarlier };
}

function sessionOf(
  group: Group,
  composed: readonly Attached[],
  rules: SessionRules,
  nowMs: number,
  decided: Decided,
): WithoutClips {
  const kept = rulesIn(decided.sessions, group.startMs, group.endMs, rules);
  const { closesAtMs, certainAtMs } = closingOf(group, kept, rules.cycleTold);
  const composeOverdueAtMs = certainAtMs + kept.composeOverdueMs;
  const closed = nowMs >= closesAtMs || composed.some((one) => !one.ours);
  const mode = modeOf(group, rules, decided);
  const composition = compositionFor(group, decided.compositions);
  const hasBegun = composed.length > 0 || composition !== null;
  const composeMissing = mode !== 'NONE' && !hasBegun && nowMs >= composeOverdueAtMs;
  const times = { closesAtMs, certainAtMs, composeOverdueAtMs };
  const session = {
    group,
    composed,
    closed,
    ...times,
    mode,
    rules: keptOf(kept),
    composition,
    composeMissing,
    compositionHold: null,
  };
  const heard = [...group.segments, ...composed].flatMap(({ video }) => timesOf(video));
  const lastActivityMs = lastActivity(group.endMs, heard, rules.retentionMs);
  return settledAt({ ...session, status: statusOfSession(session), lastActivityMs }, nowMs);
}

function settledAt<S extends Omit<WithoutClips, 'settled' | 'settlesAtMs'>>(
  session: S,
  nowMs: number,
): S & Pick<Session, 'settled' | 'settlesAtMs'> {
  const { status, lastActivityMs } = session;
  const isDone = status === 'READY' || status === 'PARTIAL' || status === 'FAILED';
  const settlesAtMs = isDone ? lastActivityMs + limits.settleAfterMs : null;
  return { ...session, settlesAtMs, settled: settlesAtMs !== null && nowMs >= settlesAtMs };
}

/** Without what else the policy says. */
export function keptOf({ cycleMs, disconnectDelayMs, graceMs, composeOverdueMs, takeOver }: KeptRules): KeptRules {
  return { cycleMs, disconnectDelayMs, graceMs, composeOverdueMs, takeOver };
}

/** The status of a session whose composition has just been decided on. */
export function withComposition(session: Session, composition: Composition, nowMs: number): Session {
  const next = { ...session, composition, composeMissing: false };
  return settledAt({ ...next, status: statusOfSession(next) }, nowMs);
}

function statusOfSession(
  session: Omit<WithoutClips, 'status' | 'lastActivityMs' | 'settled' | 'settlesAtMs'>,
): SessionStatus {
  return statusOf({
    closed: session.closed,
    segments: session.group.segments.map(({ video }) => video),
    composed: counted(session).map(({ video }) => video),
    composeExpected: session.mode !== 'NONE',
    composeMissing: session.composeMissing,
    composition: session.composition?.state ?? null,
  });
}

/**
 * Our composition of what can be composed outdoes the cloud's until it fails. While it is under way the cloud's counts only
 * where it was merely late, and an earlier one of ours, of fewer segments, not at all.
 */
function counted({ group, composed, composition }: Pick<Session, 'group' | 'composed' | 'composition'>) {
  const cloud = composed.filter((one) => !one.ours);
  if (!composition) return furthest(cloud.length > 0 ? cloud : composed, group.tracks);
  const current = composed.filter((one) => compositionOf(one.video, [composition]) !== undefined);
  if (current.some(({ video }) => isLiving(video))) return furthest(current, 1);
  if (current.length > 0) return furthest([...current, ...cloud], Math.min(group.tracks, cloud.length || 1));
  return composition.reason === 'OVERDUE' || composition.state === 'FAILED' ? furthest(cloud, group.tracks) : [];
}

/** One per record format: what failed or was deleted gives way to another, and a surplus one to what is further. */
function furthest(composed: readonly Attached[], tracks: number): readonly Attached[] {
  return composed.toSorted((a, b) => progressOf(b.video) - progressOf(a.video)).slice(0, tracks);
}

function modeOf(group: Group, rules: SessionRules, decided: Decided): ComposeMode {
  const kept = firstIn(decided.sessions, group.startMs, group.endMs, (one) => one.compose);
  return kept ?? (rules.compose === 'cloud' ? 'CLOUD' : rules.compose === 'pipeline' ? 'PIPELINE' : 'NONE');
}

/** More composed videos than it has record formats. */
export function hasSurplus({ group, composed }: Pick<Session, 'group' | 'composed'>): boolean {
  return composed.filter(({ video }) => isLiving(video)).length > group.tracks;
}

/** More cycles than the cloud composes. */
export function exceedsCloudLimit(group: Group): boolean {
  return group.cycles > limits.cloudSegments;
}
