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
 * A segment that goes on without a gap was as long as a cycle, so the recordings outdo what was said about it. Where
 * neither tells, a last segment that looks short may be a whole cycle.
 */
export function closingOf(group: Group, rules: KeptRules, cycleSaid: boolean): Closing {
  const learnt = cyclesOf(group.segments);
  const shortestMs = learnt.length > 0 ? Math.min(...learnt) : rules.cycleMs;
  const longestMs = Math.max(longest(group.segments), ...(learnt.length > 0 ? learnt : [rules.cycleMs]));
  const soonMs = group.endMs + rules.disconnectDelayMs;
  const lateMs = soonMs + longestMs + rules.graceMs;
  const leastMs = shortestMs - rules.disconnectDelayMs - limits.jitterMs;
  const mayBeFull = group.segments.some(
    (segment) => segment.endMs >= group.endMs - limits.jitterMs && segment.endMs - segment.startMs >= leastMs,
  );
  const isKnown = cycleSaid || learnt.length > 0;
  return { closesAtMs: mayBeFull ? lateMs : soonMs, certainAtMs: mayBeFull || !isKnown ? lateMs : soonMs };
}

/** Lengths of the segments that another one follows without a gap, as far as a cycle can be as short. */
function cyclesOf(segments: readonly Segment[]): number[] {
  const lengths: number[] = [];
  for (const [index, { startMs, endMs, bounded }] of segments.entries()) {
    const lengthMs = endMs - startMs;
    if (bounded || lengthMs < limits.shortestCycleMs - limits.jitterMs) continue;
    for (let at = index + 1; at < segments.length; at += 1) {
      const apartMs = (segments[at]?.startMs ?? 0) - endMs;
      if (apartMs > limits.jitterMs) break;
      if (apartMs < -limits.jitterMs) continue;
      lengths.push(lengthMs);
      break;
    }
  }
  return lengths;
}

function longest(segments: readonly Segment[]): number {
  return segments.reduce((most, { startMs, endMs }) => Math.max(most, endMs - startMs), 0);
}
