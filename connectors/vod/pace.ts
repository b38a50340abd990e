import type { Clock } from '../../platform/host/index.ts';

/** A limit on calls per second that the cloud's throttling lowers and quiet raises again. */
export type Pace = {
  /** Waits for this caller's turn; at once true, or false when `signal` aborted while waiting. */
  turn(signal: AbortSignal): Promise<boolean>;
  /** The cloud refused a call for its rate: halve the rate, pause for a second. */
  throttled(): void;
  /** Calls per second at present. */
  rate(): number;
};

export type PaceLimits = {
  /** Calls per second while nothing is throttled. Submitting must stay below the account's documented 30 (cloud facts 3). */
  readonly perSecond: number;
  /** Never slower than this, or a long throttling would stop everything. */
  readonly lowestPerSecond?: number;
};

const pauseMs = 1_000;
/** Rate regained per second without throttling, as a part of the full rate. */
const recoveryPerSecond = 1 / 30;

/**
 * A token bucket of one token, kept as the time at which the next call is due. Callers are served in order, but those
 * whose turn falls into a pause go to the end.
 */
export function adaptivePace(limits: PaceLimits, clock: Clock): Pace {
  const lowest = Math.min(limits.lowestPerSecond ?? 0.5, limits.perSecond);
  let perSecond = limits.perSecond;
  let changedAtMs = clock.monotonicMs();
  let dueAtMs = changedAtMs;
  let slowedAtMs = Number.NEGATIVE_INFINITY;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  function recover(nowMs: number): void {
    const gained = ((nowMs - changedAtMs) / 1000) * recoveryPerSecond * limits.perSecond;
    perSecond = Math.min(limits.perSecond, perSecond + Math.max(0, gained));
    changedAtMs = Math.max(changedAtMs, nowMs);
  }

  return {
    async turn(signal) {
      for (;;) {
        const nowMs = clock.monotonicMs();
        recover(nowMs);
        const turnAtMs = Math.max(dueAtMs, nowMs);
        dueAtMs = turnAtMs + 1000 / perSecond;
        if (turnAtMs > nowMs) await clock.sleep(turnAtMs - nowMs, signal);
        if (signal.aborted) return false;
        // A pause that began meanwhile holds for those who were waiting too.
        if (turnAtMs >= pausedUntilMs) return true;
      }
    },
    throttled() {
      const nowMs = clock.monotonicMs();
      recover(nowMs);
      pausedUntilMs = nowMs + pauseMs;
      dueAtMs = Math.max(dueAtMs, pausedUntilMs);
      // Calls that were already on their way get refused too; they tell nothing new.
      if (nowMs - slowedAtMs < pauseMs) return;
      slowedAtMs = nowMs;
      perSecond = Math.max(lowest, perSecond / 2);
      changedAtMs = nowMs + pauseMs;
    },
    rate: () => perSecond,
  };
}

/** Lets at most `size` callers be inside at once, the others wait in order. */
export function turnstile(size: number): { run<T>(work: () => Promise<T>): Promise<T> } {
  let free = size;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}
