/** Pauses after polls that were answered "empty" long before their wait was over. */
export type EmptyPause = {
  /** How long to pause before the next poll: 0 after one that waited as asked. */
  after(tookMs: number, waitMs: number): number;
  /** Something came. */
  reset(): void;
};

const bounds = { leastMs: 500, mostMs: 10_000 };
/** An answer after this part of its wait was a long poll: clocks differ by that little. */
const nearly = 0.8;

/**
 * The service answers at once beyond a number of long polls on a queue, and where a queue is told not to wait; every
 * request is billed. Each further early answer doubles the pause; jitter keeps the polls of many apart.
 */
export function emptyPause(random: () => number): EmptyPause {
  let nextMs = bounds.leastMs;
  return {
    after(tookMs, waitMs) {
      if (waitMs > 0 && tookMs >= waitMs * nearly) {
        nextMs = bounds.leastMs;
        return 0;
      }
      const pauseMs = nextMs * (0.5 + random() / 2);
      nextMs = Math.min(nextMs * 2, bounds.mostMs);
      return pauseMs;
    },
    reset() {
      nextMs = bounds.leastMs;
    },
  };
}
