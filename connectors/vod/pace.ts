import type { Clock } from '../../platform/host/index.ts';
import { rateLimit } from '../../platform/rate-limit.ts';

/** A limit on calls per second that the cloud's throttling lowers and quiet raises again. */
export type Pace = {
  /** Waits for this caller's turn; at once true, or false when `signal` aborted while waiting. */
  acquire(signal: AbortSignal): Promise<boolean>;
  /** The cloud refused a call for its rate: halve the rate, pause for a second. */
  throttled(): void;
  /** Calls per second at present. */
  rate(): number;
};

export type PaceLimits = {
  /** Calls per second while nothing is throttled. Submitting must stay below the account's documented 30 (cloud facts 3). */
  readonly perSecond: number;
  /** Never slower than this: otherwise a long throttling would stop all calls. */
  readonly lowestPerSecond?: number;
};

const pauseMs = 1_000;
/** Rate regained per second without throttling, as a part of the full rate. */
const recoveryPerSecond = 1 / 30;

/** A rate limit whose rate the cloud's throttling lowers and quiet raises again. */
export function adaptivePace(limits: PaceLimits, clock: Clock): Pace {
  const lowest = Math.min(limits.lowestPerSecond ?? 0.5, limits.perSecond);
  let perSecond = limits.perSecond;
  let changedAtMs = clock.monotonicMs();
  let slowedAtMs = Number.NEGATIVE_INFINITY;
  const limit = rateLimit({ perSecond: recovered }, clock);

  function recovered(): number {
    const nowMs = clock.monotonicMs();
    const gained = ((nowMs - changedAtMs) / 1000) * recoveryPerSecond * limits.perSecond;
    perSecond = Math.min(limits.perSecond, perSecond + Math.max(0, gained));
    changedAtMs = Math.max(changedAtMs, nowMs);
    return perSecond;
  }

  return {
    acquire: (signal) => limit.acquire(signal),
    throttled() {
      const nowMs = clock.monotonicMs();
      recovered();
      limit.pause(pauseMs);
      // Calls that were already on their way get refused too; they tell nothing new.
      if (nowMs - slowedAtMs < pauseMs) return;
      slowedAtMs = nowMs;
      perSecond = Math.max(lowest, perSecond / 2);
      changedAtMs = nowMs + pauseMs;
    },
    rate: () => perSecond,
  };
}
