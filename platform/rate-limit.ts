import type { Clock } from './host/index.ts';

export type RateLimitOptions = {
  /** A rate that changes is asked for at each call. */
  readonly perSecond: number | (() => number);
  /** How many may go at once after a quiet time. Default 1. */
  readonly burst?: number;
};

/** At most `perSecond` calls a second on average, `burst` at once. */
export type RateLimit = {
  /** Whether a call may go now. */
  take(): boolean;
  /**
   * Waits for this caller's turn, in order; false when `signal` aborted meanwhile. Those whose turn falls into a pause that
   * began meanwhile go to the end.
   */
  acquire(signal: AbortSignal): Promise<boolean>;
  /** Lets nothing through for so long. */
  pause(ms: number): void;
};

/** A token bucket, kept as the time at which it is full again. */
export function rateLimit(
  { perSecond, burst = 1 }: RateLimitOptions,
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>,
): RateLimit {
  const intervalMs = () => 1_000 / (typeof perSecond === 'number' ? perSecond : perSecond());
  let fullAtMs = clock.monotonicMs();
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  return {
    take() {
      const nowMs = clock.monotonicMs();
      const everyMs = intervalMs();
      if (fullAtMs - nowMs > (burst - 1) * everyMs) return false;
      fullAtMs = Math.max(fullAtMs, nowMs) + everyMs;
      return true;
    },
    async acquire(signal) {
      for (;;) {
        const nowMs = clock.monotonicMs();
        const everyMs = intervalMs();
        const turnAtMs = Math.max(nowMs, fullAtMs - (burst - 1) * everyMs, pausedUntilMs);
        fullAtMs = Math.max(fullAtMs, turnAtMs) + everyMs;
        if (turnAtMs > nowMs) await clock.sleep(turnAtMs - nowMs, signal);
        if (signal.aborted) return false;
        if (turnAtMs >= pausedUntilMs) return true;
      }
    },
    pause(ms) {
      pausedUntilMs = clock.monotonicMs() + ms;
      fullAtMs = Math.max(fullAtMs, pausedUntilMs);
    },
  };
}
