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
import { lastActivity, latestOf, timesOf } from './times.ts';

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

/** What was decided earlier and must not change with the policy. */
export type Decided = {
  /** Ordered by start. */
  readonly sessions: readonly Kept[];
  readonly compositions: readonly Composition[];
};

/** Which facts are one session. */
export type Show = Pick<Session, 'group' | 'composed' | 'clips'>;

export type Shows = {
  /** Oldest first. */
  readonly shows: readonly Show[];
  /** Videos that belong to no session, or not yet. */
  readonly loose: readonly StreamVideo[];
  /** The first composed video for which what came before these facts matters, null for none. */
  readonly needsEarlier: StreamVideo | null;
};

export type Projection = Omit<Shows, 'shows'> & {
  /** Oldest first. */
  readonly sessions: readonly Session[];
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
  const { shows, ...others } = showsOf(videos, rules, decided);
  return { sessions: sessionsFrom(shows, rules, nowMs, decided), ...others };
}

/** Which facts are one session each, whatever time it is. */
export function showsOf(videos: readonly StreamVideo[], rules: SessionRules, decided: Decided): Shows {
  const { shows, loose, needsEarlier } = sweep(videos, decided.compositions, decided.sessions, rules);
  const clips = loose.filter(isClip);
  if (clips.length === 0) return { shows: shows.map((show) => ({ ...show, clips })), loose, needsEarlier };
  const withClips = shows.map((show) => ({ ...show, clips: clipsWithin(clips, show.group) }));
  const owned = new Set<StreamVideo>(withClips.flatMap((show) => show.clips));
  return { shows: withClips, loose: loose.filter((video) => !owned.has(video)), needsEarlier };
}

/** How these stand at that time. */
export function sessionsFrom(
  shows: readonly Show[],
  rules: SessionRules,
  nowMs: number,
  decided: Decided,
): readonly Session[] {
  let openUntilMs = Number.NEGATIVE_INFINITY;
  return shows.map((show) => {
    const session = sessionOf(show, openUntilMs, rules, nowMs, decided);
    openUntilMs = show.group.goesOn ? Number.NEGATIVE_INFINITY : session.certainAtMs;
    return session;
  });
}

/** @param openUntilMs while a cycle of the one before may still come, this may be its end */
function sessionOf(
  { group, composed, clips }: Show,
  openUntilMs: number,
  rules: SessionRules,
  nowMs: number,
  decided: Decided,
): Session {
  const kept = rulesIn(decided.sessions, group.startMs, group.endMs, rules);
  const { closesAtMs, certainAtMs } = closingOf(group, kept, rules.cycleTold);
  const composeOverdueAtMs = certainAtMs + kept.composeOverdueMs;
  const closed = nowMs >= closesAtMs || composed.some((one) => !one.ours);
  const mode = modeOf(group, rules, decided);
  const composition = compositionFor(group, decided.compositions);
  const hasBegun = composed.length > 0 || composition !== null;
  const composeMissing = mode !== 'NONE' && !hasBegun && nowMs >= composeOverdueAtMs;
  const status = statusOfSession({ group, composed, closed, mode, composition, composeMissing });
  const lastActivityMs = lastActivityIn({ group, composed }, rules.retentionMs);
  const settlesAtMs = settlesAt(status, lastActivityMs);
  return {
    group,
    composed,
    clips,
    status,
    closed,
    closesAtMs,
    certainAtMs: Math.max(certainAtMs, openUntilMs),
    composeOverdueAtMs,
    mode,
    rules: keptOf(kept),
    composeMissing,
    composition,
    compositionHold: null,
    lastActivityMs,
    settlesAtMs,
    settled: settlesAtMs !== null && nowMs >= settlesAtMs,
  };
}

/** The latest time that any fact of the session speaks of, as far as it can be true. */
export function lastActivityIn({ group, composed }: Pick<Show, 'group' | 'composed'>, retentionMs: number): number {
  let latestMs = group.endMs;
  for (const segment of group.segments) latestMs = Math.max(latestMs, latestOf(segment.video, segment));
  for (const { video } of composed) latestMs = Math.max(latestMs, latestOf(video, null));
  if (latestMs - group.endMs <= retentionMs) return latestMs;
  const heard = [...group.segments, ...composed].flatMap(({ video }) => timesOf(video));
  return lastActivity(group.endMs, heard, retentionMs);
}

function settlesAt(status: SessionStatus, lastActivityMs: number): number | null {
  const isDone = status === 'READY' || status === 'PARTIAL' || status === 'FAILED';
  return isDone ? lastActivityMs + limits.settleAfterMs : null;
}

/** Without what else the policy says. */
export function keptOf({ cycleMs, disconnectDelayMs, graceMs, composeOverdueMs, takeOver }: KeptRules): KeptRules {
  return { cycleMs, disconnectDelayMs, graceMs, composeOverdueMs, takeOver };
}

/** The status of a session whose composition has just been decided on. */
export function withComposition(session: Session, composition: Composition, nowMs: number): Session {
  const next = { ...session, composition, composeMissing: false };
  const status = statusOfSession(next);
  const settlesAtMs = settlesAt(status, session.lastActivityMs);
  return { ...next, status, settlesAtMs, settled: settlesAtMs !== null && nowMs >= settlesAtMs };
}

function statusOfSession(
  session: Pick<Session, 'group' | 'composed' | 'closed' | 'mode' | 'composeMissing' | 'composition'>,
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
