/** When a session is over, judged by its recordings alone. */
import type { KeptRules } from '../../schemas/generated/StreamState.ts';
import type { Group, Segment } from './grouping.ts';
import { limits } from './rules.ts';

export type Closing = {
  /** When the session counts as over if nothing more is heard, epoch milliseconds. */
  readonly closesAtMs: number;
  /** When it is certain to be over if nothing more is heard: nothing is composed before. Never earlier. */
  readonly certainAtMs: number;
};

/**
 * A segment's callback comes when its cycle ends, so silence means little. A last segment that even with the whole
 * disconnect delay does not reach its cycle shows that the stream went away for longer: over at its end + delay.
 * Any other may have been cut by the cycle, also while the stream was away for a moment: the next one would be heard of
 * within a cycle after a re-push, so over at end + cycle + delay + grace.
 *
 * A segment that goes on without a gap was as long as a cycle, so the recordings outdo what was said about it. Until one
 * has, only what the cloud was told tells for certain; where it wasn't, a last segment that looks short may be a whole
 * cycle. So may one that is as long as another of its session after which the stream was away for a moment.
 *
 * @param cycleTold the cloud was told the cycle; else it is what a policy supposes
 */
export function closingOf(group: Group, rules: KeptRules, cycleTold: boolean): Closing {
  const { segments, endMs } = group;
  const { disconnectDelayMs, graceMs } = rules;
  const { whole, paused } = wentOn(segments);
  const cycles = whole.length > 0 ? whole : [rules.cycleMs];
  const longestSegmentMs = longest(segments);
  const cycleMs = Math.max(longestSegmentMs, ...cycles);
  const last = segments.filter((segment) => segment.endMs >= endMs - limits.jitterMs);
  const lastMs = longest(last);
  const reaches = (wholeMs: number) => lastMs >= wholeMs - disconnectDelayMs - limits.jitterMs;
  // How long it was can't be told by a time that can't be true.
  const isFull = reaches(Math.min(...cycles)) || last.some(({ bounded }) => bounded);
  const isKnown = (cycleTold || whole.length > 0) && (isFull || !reaches(Math.min(...paused)));
  const soonMs = endMs + disconnectDelayMs;
  const closesAtMs = isFull ? soonMs + cycleMs + graceMs : soonMs;
  if (isKnown) return { closesAtMs, certainAtMs: closesAtMs };
  // A cycle is longer than its file by as much as the stream may have been away at its end.
  return { closesAtMs, certainAtMs: soonMs + Math.max(cycleMs, longestSegmentMs + disconnectDelayMs) + graceMs };
}

/**
 * Lengths of the segments that weren't the last: those that another one follows without a gap, as far as a cycle can be
 * as short, and those after which the stream was away for a moment.
 */
function wentOn(segments: readonly Segment[]) {
  const [whole, paused]: [number[], number[]] = [[], []];
  for (const [index, { startMs, endMs, bounded }] of segments.entries()) {
    let at = index + 1;
    while ((segments[at]?.startMs ?? endMs) < endMs - limits.jitterMs) at += 1;
    const next = segments[at];
    const lengthMs = endMs - startMs;
    if (!next || bounded) continue;
    if (next.startMs - endMs > limits.jitterMs) paused.push(lengthMs);
    else if (lengthMs >= limits.shortestCycleMs - limits.jitterMs) whole.push(lengthMs);
  }
  return { whole, paused };
}

function longest(segments: readonly Segment[]): number {
  return segments.reduce((most, { startMs, endMs }) => Math.max(most, endMs - startMs), 0);
}
