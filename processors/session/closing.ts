/** When a session is over, judged by its recordings alone. */
import type { Group } from './grouping.ts';
import { limits, type SessionRules } from './rules.ts';

/**
 * When the session counts as over if nothing more is heard, epoch milliseconds.
 *
 * A segment's callback comes when its cycle ends, so silence means little. A last segment that even with the whole
 * disconnect delay does not reach its cycle shows that the stream went away for longer: over at its end + delay.
 * Any other may have been cut by the cycle, also while the stream was away for a moment: the next one would be heard of
 * within a cycle after a re-push, so over at end + cycle + delay + grace.
 */
export function closesAt(group: Group, rules: SessionRules): number {
  const end = group.endMs + rules.disconnectDelayMs;
  return lastMayBeFull(group, rules) ? end + rules.cycleMs + rules.graceMs : end;
}

function lastMayBeFull(group: Group, rules: SessionRules): boolean {
  const leastMs = rules.cycleMs - rules.disconnectDelayMs - limits.jitterMs;
  return group.segments.some(
    (segment) => segment.endMs >= group.endMs - limits.jitterMs && segment.endMs - segment.startMs >= leastMs,
  );
}
