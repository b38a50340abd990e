/** The segments of one session, and what follows from their times alone. */
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';
import { limits } from './rules.ts';
import type { Window } from './times.ts';

export type Segment = Window & { readonly video: StreamVideo };

/** The segments of one session, in order, and what follows from their times alone. */
export type Group = {
  readonly segments: readonly Segment[];
  readonly startMs: number;
  /** The latest end of a segment. */
  readonly endMs: number;
  readonly gaps: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Recording cycles: segments that start together are one cycle in several record formats. */
  readonly cycles: number;
  /** Record formats: the most segments that are one cycle. */
  readonly tracks: number;
  /** Milliseconds that at least one segment covers. */
  readonly coveredMs: number;
  readonly overlapping: boolean;
  /** It holds as many segments as a session may have, and the recording goes on as the next one. */
  readonly goesOn: boolean;
  /** As above, or a flood of segments was cut. */
  readonly truncated: boolean;
};

export function groupOf(
  segments: readonly Segment[],
  { goesOn, truncated }: Pick<Group, 'goesOn' | 'truncated'>,
): Group {
  const startMs = segments[0]?.startMs ?? 0;
  const gaps: { startMs: number; endMs: number }[] = [];
  let endMs = startMs;
  let coveredMs = 0;
  let cycles = 0;
  let head: Segment | null = null;
  for (const segment of segments) {
    if (segment.startMs - endMs > limits.jitterMs) gaps.push({ startMs: endMs, endMs: segment.startMs });
    coveredMs += Math.max(0, segment.endMs - Math.max(segment.startMs, endMs));
    endMs = Math.max(endMs, segment.endMs);
    if (!head || !areOneCycle(head, segment)) {
      cycles += 1;
      head = segment;
    }
  }
  const tracks = tracksOf(segments);
  return {
    segments,
    startMs,
    endMs,
    gaps,
    cycles,
    tracks,
    coveredMs,
    overlapping: overlap(segments),
    goesOn,
    truncated,
  };
}

/**
 * Two files of one cycle start together, as far as starts are exact, and cover the same time. One whose start isn't known
 * seems to begin when it ends, as the next cycle does: that is another.
 */
export function areOneCycle(first: Segment, second: Segment): boolean {
  const apartMs = second.startMs - first.startMs;
  if (hasNoStart(first) !== hasNoStart(second)) return false;
  return apartMs === 0 || (apartMs <= limits.jitterMs && second.startMs < first.endMs);
}

/** Its start can't be true, and nothing tells of another: it seems to begin when it ends. */
export function hasNoStart({ startMs, endMs, bounded }: Segment): boolean {
  return bounded && startMs === endMs;
}

/** Record formats: the most segments that are one cycle, of that container alone where one is given. */
export function tracksOf(segments: readonly Segment[], format: string | null = null): number {
  let tracks = 0;
  for (const index of segments.keys()) tracks = Math.max(tracks, countInCycle(segments, index, format));
  return tracks;
}

/** How many segments from that one on are one cycle with it. */
function countInCycle(segments: readonly Segment[], index: number, format: string | null = null): number {
  const first = segments[index];
  let count = 0;
  for (let next = first, at = index; first && next && next.startMs - first.startMs <= limits.jitterMs; ) {
    if (areOneCycle(first, next) && (format === null || next.video.format === format)) count += 1;
    at += 1;
    next = segments[at];
  }
  return count;
}

/** Segments that start together are formats of one cycle, unless both are known to have the same format. */
function overlap(segments: readonly Segment[]): boolean {
  const last = new Map<string | null, Segment>();
  for (const segment of segments) {
    const { format } = segment.video;
    const before = last.get(format);
    if (before && segment.startMs < before.endMs - limits.jitterMs) {
      if (format !== null || !areOneCycle(before, segment)) return true;
    }
    if (!before || segment.endMs > before.endMs) last.set(format, segment);
  }
  return false;
}
