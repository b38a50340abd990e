/** What of a stream is still followed: bounds, settling, retirement. */
import type { SettledSession, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { lastTimeOf, placeOf } from './facts.ts';
import type { Session } from './projection.ts';
import { limits, type SessionRules } from './rules.ts';

/**
 * What becomes of the oldest sessions, always a run from the oldest on, so that one time separates what is followed
 * from what isn't.
 * - `settled`: nothing more is under way and nothing was heard for 8 days, or the stream holds too much: the record
 *   stands, marked `settled`, and its facts are let go.
 * - `retired`: nothing was heard for the policy's retention: the record is deleted.
 */
export type Leaving = { readonly settled: readonly Session[]; readonly retired: readonly Session[] };

export function leaving(
  sessions: readonly Session[],
  videos: readonly StreamVideo[],
  rules: SessionRules,
  clockMs: number,
): Leaving {
  const settled: Session[] = [];
  const retired: Session[] = [];
  // Facts without any time give way before a session does: they stand first among those that are let go.
  const timed = videos.findIndex((video) => lastTimeOf(video) > 0);
  let held = timed < 0 ? 0 : videos.length - timed;
  for (const [index, session] of sessions.entries()) {
    const full = held > limits.videos && index < sessions.length - 1;
    if (clockMs >= session.lastActivityMs + rules.retentionMs) retired.push(session);
    else if (full || clockMs >= leavesAt(session, rules)) settled.push(session);
    else break;
    held -= session.group.segments.length + session.composed.length;
  }
  return { settled, retired };
}

/** When a session leaves if nothing more is heard of it. */
export function leavesAt(session: Session, rules: SessionRules): number {
  const done = session.status === 'READY' || session.status === 'PARTIAL' || session.status === 'FAILED';
  return session.lastActivityMs + Math.min(rules.retentionMs, done ? limits.settleAfterMs : rules.retentionMs);
}

/** When a fact that belongs to no session is let go; null while another reason must end it. */
export function looseUntil(video: StreamVideo, rules: SessionRules): number | null {
  const lastMs = lastTimeOf(video);
  return lastMs === 0 ? null : lastMs + Math.min(rules.retentionMs, limits.settleAfterMs);
}

/** Up to when everything is settled once these sessions have left; never reaches into the first one that stays. */
export function settledThrough(
  before: number | null,
  left: readonly Session[],
  stays: Session | undefined,
  rules: SessionRules,
): number | null {
  if (left.length === 0) return before;
  const through = Math.max(before ?? 0, ...left.map(({ group }) => group.endMs + rules.disconnectDelayMs));
  return stays ? Math.min(through, stays.group.startMs - 1) : through;
}

/** A fact of something that is no longer followed. */
export function isSettled(video: StreamVideo, through: number | null, settled: readonly SettledSession[]): boolean {
  return isThrough(video, through) || settled.some((session) => session.composed.includes(video.videoId));
}

export function isThrough(video: StreamVideo, through: number | null): boolean {
  const place = placeOf(video);
  return through !== null && place > 0 && place <= through;
}

/**
 * Without the largest id of a flood of segments with the very same start. One more than counts is kept, so that the
 * flood stays visible.
 */
export function withoutFlood(videos: readonly StreamVideo[], added: StreamVideo): readonly StreamVideo[] {
  if (added.kind !== 'SEGMENT') return videos;
  const place = placeOf(added);
  const same = videos.filter((video) => video.kind === 'SEGMENT' && placeOf(video) === place);
  const last = same.length > limits.sameStart + 1 ? same.at(-1) : undefined;
  return last ? videos.filter((video) => video !== last) : videos;
}
