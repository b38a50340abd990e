/** Which segments are one session. */
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';
import { windowOf } from './facts.ts';
import { limits, type SessionRules } from './rules.ts';

export type Segment = { readonly video: StreamVideo; readonly startMs: number; readonly endMs: number };

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
  readonly truncated: boolean;
};

export type Grouped = {
  /** Oldest first. */
  readonly groups: readonly Group[];
  /** The other videos: no segments, without times, or cut from a flood. */
  readonly others: readonly StreamVideo[];
};

/**
 * The sessions of a stream. Segments whose gap to all earlier ones is at most the disconnect delay belong
 * together (DESIGN "Sessions"); after 500 segments the next cycle starts another session all the same.
 * `videos` must be in the order of `addFact`.
 */
export function groupsOf(videos: readonly StreamVideo[], rules: SessionRules): Grouped {
  const groups: Group[] = [];
  const others: StreamVideo[] = [];
  let open: Segment[] = [];
  let endMs = 0;
  let sameStart = 0;
  let flooded = false;
  const close = (truncated: boolean) => {
    if (open.length > 0) groups.push(groupOf(open, truncated || flooded));
    open = [];
    flooded = false;
  };
  for (const video of videos) {
    const window = windowOf(video);
    if (!window) {
      others.push(video);
      continue;
    }
    const previous = open.at(-1);
    sameStart = previous && previous.startMs === window.startMs ? sameStart + 1 : 1;
    if (sameStart > limits.sameStart) {
      flooded = true;
      others.push(video);
      continue;
    }
    if (previous && window.startMs - endMs > rules.disconnectDelayMs) close(false);
    else if (open.length >= limits.sessionSegments && sameStart === 1) close(true);
    endMs = open.length === 0 ? window.endMs : Math.max(endMs, window.endMs);
    open.push({ video, ...window });
  }
  close(false);
  return { groups, others };
}

function groupOf(segments: readonly Segment[], truncated: boolean): Group {
  const startMs = segments[0]?.startMs ?? 0;
  const gaps: { startMs: number; endMs: number }[] = [];
  let endMs = startMs;
  let coveredMs = 0;
  let cycles = 0;
  let head: Segment | null = null;
  let tracks = 0;
  for (const [index, segment] of segments.entries()) {
    if (segment.startMs - endMs > limits.jitterMs) gaps.push({ startMs: endMs, endMs: segment.startMs });
    coveredMs += Math.max(0, segment.endMs - Math.max(segment.startMs, endMs));
    endMs = Math.max(endMs, segment.endMs);
    if (!head || !areOneCycle(head, segment)) {
      cycles += 1;
      head = segment;
    }
    tracks = Math.max(tracks, countInCycle(segments, index));
  }
  return { segments, startMs, endMs, gaps, cycles, tracks, coveredMs, overlapping: overlap(segments), truncated };
}

/** Two files of one cycle start together, as far as starts are exact, and cover the same time. */
export function areOneCycle(first: Segment, second: Segment): boolean {
  const apartMs = second.startMs - first.startMs;
  return apartMs === 0 || (apartMs <= limits.jitterMs && second.startMs < first.endMs);
}

/** How many segments from that one on are one cycle with it. */
function countInCycle(segments: readonly Segment[], index: number): number {
  const first = segments[index];
  let count = 0;
  for (let next = first, at = index; first && next && next.startMs - first.startMs <= limits.jitterMs; ) {
    if (areOneCycle(first, next)) count += 1;
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
