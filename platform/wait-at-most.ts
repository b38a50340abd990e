import type { Clock } from './host/index.ts';

/**
 * Waits for `work`, but no longer than `limitMs`; true where it ended in time. What it fails with in time is thrown. Leaves
 * no timer behind that would keep the process alive.
 */
export async function waitAtMost(
  limitMs: number,
  work: Promise<unknown>,
  clock: Pick<Clock, 'sleep'>,
): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([work.then(() => true), clock.sleep(limitMs, over.signal).then(() => false)]);
  } finally {
    over.abort();
  }
}
