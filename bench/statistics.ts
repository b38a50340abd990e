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

/** Slope of the straight line through `points` with the least squared distance. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  const covariance = mean(([x, y]) => (x - meanX) * (y - meanY));
  const variance = mean(([x]) => (x - meanX) ** 2);
  if (!(variance > 0)) throw new RangeError('two points at different places are needed');
  return covariance / variance;
}
