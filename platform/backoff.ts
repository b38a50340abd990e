/** How long to wait before trying again. */
export type Backoff = { readonly firstMs: number; readonly longestMs: number };

/** Doubles with every try; half of the wait is random, so that many waiters don't come back together. */
export function backoffMs(backoff: Backoff, tries: number, random: () => number): number {
  const full = Math.min(backoff.longestMs, backoff.firstMs * 2 ** Math.min(tries - 1, 30));
  return full / 2 + (full / 2) * random();
}
