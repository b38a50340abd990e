import type { Clock } from '../../../platform/host/index.ts';

/** Waits for `work`, but no longer than `limitMs`. Leaves no timer behind that would keep the process alive. */
export async function atMost(limitMs: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, clock.sleep(limitMs, over.signal)]);
  over.abort();
}
