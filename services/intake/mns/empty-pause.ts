import { backoffMs } from '../../../platform/retry.ts';

/** Pauses after polls that were answered "empty" long before their wait was over. */
export type EmptyPause = {
  /** How long to pause before the next poll: 0 after one that waited as asked. */
  after(tookMs: number, waitMs: number): number;
  /** Something came. */
  reset(): void;
};

const backoff = { firstMs: 500, longestMs: 10_000 };
/** An answer after this part of its wait was a long poll: clocks differ by that little. */
const nearly = 0.8;

/**
 * The service answers at once beyond a number of long polls on a queue, and where a queue is told not to wait; every
 * request is billed. Each further early answer doubles the pause; jitter keeps the polls of many apart.
 */
export function emptyPause(random: () => number): EmptyPause {
  let early = 0;
  return {
    after(tookMs, waitMs) {
      if (waitMs > 0 && tookMs >= waitMs * nearly) {
        early = 0;
        return 0;
      }
      early += 1;
      return backoffMs(backoff, early, random);
    },
    reset() {
      early = 0;
    },
  };
}
