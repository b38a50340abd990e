/** How long things of a stream are followed. */
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';
import { isClip, isOpenRequest } from './clips.ts';
import { lastActivityIn, type Session, type Show } from './projection.ts';
import { limits, type SessionRules } from './rules.ts';
import { lastActivity, placeOf, timesOf } from './times.ts';

/** When a session is retired, if nothing more is heard of it: its record is deleted and its facts are let go. */
export function retiresAt(session: Pick<Session, 'lastActivityMs'>, rules: SessionRules): number {
  return session.lastActivityMs + rules.retentionMs;
}

/** Whether its time is over by then. */
export function isRetiring(show: Pick<Show, 'group' | 'composed'>, rules: SessionRules, clockMs: number): boolean {
  return (
    isOverAt(show.group.endMs + rules.retentionMs, clockMs) &&
    isOverAt(lastActivityIn(show, rules.retentionMs) + rules.retentionMs, clockMs)
  );
}

/** When a fact that belongs to no session is let go; null where it has no time: another reason must end it. */
export function looseUntil(video: StreamVideo, rules: SessionRules): number | null {
  const times = timesOf(video);
  if (times.length === 0) return null;
  return lastActivity(placeOf(video), times, rules.retentionMs) + Math.min(rules.retentionMs, limits.settleAfterMs);
}

/** Whether the video is of a time that is over for good: what is older than the retention is not followed at all. */
export function isTooOld(video: StreamVideo, rules: SessionRules, nowMs: number): boolean {
  const times = timesOf(video);
  return times.length > 0 && nowMs >= lastActivity(placeOf(video), times, rules.retentionMs) + rules.retentionMs;
}

export function isOverAt(deadlineMs: number, clockMs: number): boolean {
  return clockMs >= deadlineMs;
}

/**
 * At most so many facts beside the segments of each session, and without any time: the first by place and id, so that it
 * doesn't matter in which order a flood comes. Clips are counted apart, and what was cut, which is paid for, not at all: of
 * a session no more than `limits.clips` are.
 */
export function withoutFlood(videos: readonly StreamVideo[], sessions: readonly Session[]): readonly StreamVideo[] {
  if (videos.length <= limits.others) return videos;
  const segments = new Set(sessions.flatMap(({ group }) => group.segments.map(({ video }) => video)));
  const counts = new Map<string, number>();
  let next = 0;
  const kept = videos.filter((video) => {
    const place = placeOf(video);
    while ((sessions[next]?.group.startMs ?? Number.POSITIVE_INFINITY) <= place) next += 1;
    if (segments.has(video) || (isClip(video) && !isOpenRequest(video))) return true;
    const range = `${place === 0 ? -1 : next} ${isClip(video) ? 'clips' : ''}`;
    const count = (counts.get(range) ?? 0) + 1;
    counts.set(range, count);
    return count <= (isClip(video) ? limits.clips : limits.others);
  });
  return kept.length === videos.length ? videos : kept;
}
