/** The sessions of a stream as a pure function of its facts, the rules, what was decided, and the time. */
import type { SessionStatus } from '../../schemas/generated/SessionState.ts';
import type { ComposeMode, Composition, EmittedSession, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { type Attached, attribute, compositionOf, jobOf } from './attribution.ts';
import { closesAt } from './closing.ts';
import { compositionToken } from './composition.ts';
import { lastTimeOf } from './facts.ts';
import { type Group, groupsOf } from './grouping.ts';
import { limits, type SessionRules } from './rules.ts';
import { statusOf } from './status.ts';

export type Session = {
  readonly group: Group;
  readonly composed: readonly Attached[];
  readonly status: SessionStatus;
  readonly closed: boolean;
  /** When it counts as over by its recordings alone. */
  readonly closesAtMs: number;
  /** When a composed video that hasn't begun counts as missing. */
  readonly composeOverdueAtMs: number;
  /** Who composes: as decided when a session in its span first closed, else as the policy says now. */
  readonly mode: ComposeMode;
  readonly composeMissing: boolean;
  /** Our own composition of exactly these segments. */
  readonly composition: Composition | null;
  /** The latest time that any of its facts speaks of. */
  readonly lastActivityMs: number;
};

/** What was decided earlier and must not change with the policy. */
export type Decided = {
  /** Ordered by start. */
  readonly sessions: readonly Pick<EmittedSession, 'startTime' | 'compose'>[];
  readonly compositions: readonly Composition[];
};

export type Projection = {
  /** Oldest first. */
  readonly sessions: readonly Session[];
  /** Videos that belong to no session, or not yet. */
  readonly loose: readonly StreamVideo[];
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
  const { groups, others } = groupsOf(videos, rules);
  const { attached, loose } = attribute(groups, others, decided.compositions, rules);
  const sessions = groups.map((group, index) => sessionOf(group, attached[index] ?? [], rules, nowMs, decided));
  return { sessions, loose };
}

function sessionOf(
  group: Group,
  composed: readonly Attached[],
  rules: SessionRules,
  nowMs: number,
  decided: Decided,
): Session {
  const closesAtMs = closesAt(group, rules);
  const composeOverdueAtMs = closesAtMs + rules.composeOverdueMs;
  const closed = nowMs >= closesAtMs || composed.some((one) => !one.ours);
  const mode = modeOf(group, rules, decided);
  const composition = ownComposition(group, decided.compositions);
  const composeMissing = mode !== 'NONE' && composed.length === 0 && nowMs >= composeOverdueAtMs;
  const session = { group, composed, closed, closesAtMs, composeOverdueAtMs, mode, composition, composeMissing };
  let lastActivityMs = group.endMs;
  for (const { video } of group.segments) lastActivityMs = Math.max(lastActivityMs, lastTimeOf(video));
  for (const { video } of composed) lastActivityMs = Math.max(lastActivityMs, lastTimeOf(video));
  return { ...session, status: statusOfSession(session), lastActivityMs };
}

/** The status of a session whose composition has just been decided on. */
export function withComposition(session: Session, composition: Composition): Session {
  const next = { ...session, composition };
  return { ...next, status: statusOfSession(next) };
}

function statusOfSession(session: Omit<Session, 'status' | 'lastActivityMs'>): SessionStatus {
  return statusOf({
    closed: session.closed,
    segments: session.group.segments.map((segment) => segment.video.status),
    composed: counted(session).map((one) => one.video.status),
    composeExpected: session.mode !== 'NONE',
    composeMissing: session.composeMissing,
    composition: session.composition?.state ?? null,
  });
}

/**
 * Our composition of exactly these segments outdoes the cloud's. While it is under way the cloud's counts only where
 * it was merely late, and an earlier one of ours, of fewer segments, not at all.
 */
function counted({ composed, composition }: Pick<Session, 'composed' | 'composition'>): readonly Attached[] {
  const cloud = composed.filter((one) => !one.ours);
  if (!composition) return cloud.length > 0 ? cloud : composed;
  const current = composed.filter((one) => one.ours && compositionOf(one.video, [composition]) !== undefined);
  if (current.length > 0) return current;
  return composition.reason === 'OVERDUE' || composition.state === 'FAILED' ? cloud : [];
}

function modeOf(group: Group, rules: SessionRules, decided: Decided): ComposeMode {
  const { sessions } = decided;
  for (let index = firstFrom(sessions, group.startMs); index < sessions.length; index += 1) {
    const session = sessions[index];
    if (!session || session.startTime > group.endMs) break;
    if (session.compose !== null) return session.compose;
  }
  return rules.compose === 'cloud' ? 'CLOUD' : rules.compose === 'pipeline' ? 'PIPELINE' : 'NONE';
}

/** Binary search: the first that starts then or later. */
function firstFrom(sessions: readonly { readonly startTime: number }[], startMs: number): number {
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sessions[middle]?.startTime ?? 0) < startMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ownComposition(group: Group, compositions: readonly Composition[]): Composition | null {
  const near = compositions.filter(
    (composition) => composition.sessionStart >= group.startMs && composition.sessionStart <= group.endMs,
  );
  if (near.length === 0) return null;
  const job = jobOf(compositionToken(group, 0));
  return near.find((composition) => jobOf(composition.token) === job) ?? null;
}

/** More cycles than the cloud composes. */
export function exceedsCloudLimit(group: Group): boolean {
  return group.cycles > limits.cloudSegments;
}
