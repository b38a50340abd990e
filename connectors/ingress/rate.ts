import type { Clock } from '../platform/index.ts';

/** A token bucket: `take()` is true at most `perSecond` times a second on average, `burst` times at once. */
export function rateLimit(options: { perSecond: number; burst: number }, clock: Clock): { take(): boolean } {
  let tokens = options.burst;
  let filledAtMs = clock.monotonicMs();
  return {
    take() {
      const nowMs = clock.monotonicMs();
      tokens = Math.min(options.burst, tokens + ((nowMs - filledAtMs) / 1000) * options.perSecond);
      filledAtMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
