import type { Clock } from '../clock.ts';
import type { Knobs } from '../knobs.ts';
import type { Quota } from './catalogue.ts';

/** A token bucket per quota, as large as one second's calls. Returns whether a call may pass. */
export function createThrottle(clock: Clock, knobs: () => Knobs): (quota: Quota) => boolean {
  const buckets = new Map<Quota, { tokens: number; filledAtMs: number }>();
  return (quota) => {
    const limit = knobs()[quota];
    if (limit === null) return true;
    const nowMs = clock.now();
    const bucket = buckets.get(quota) ?? { tokens: Math.max(1, limit), filledAtMs: nowMs };
    const earned = ((nowMs - bucket.filledAtMs) / 1000) * limit;
    const tokens = Math.min(Math.max(1, limit), bucket.tokens + earned);
    const passes = tokens >= 1;
    buckets.set(quota, { tokens: passes ? tokens - 1 : tokens, filledAtMs: nowMs });
    return passes;
  };
}
