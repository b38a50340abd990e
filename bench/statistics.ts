/** Summaries of measured values. */

/** The value at rank ⌈p · n⌉ (nearest rank) of `values`; `p` from 0 to 1. Throws where there is none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no values to take a percentile of');
  return value;
}

/** The item whose `measure` is the median (the lower one of two). Throws where there is none. */
export function medianBy<T>(items: readonly T[], measure: (item: T) => number): T {
  const sorted = items.toSorted((a, b) => measure(a) - measure(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('no items to take a median of');
  return middle;
}
