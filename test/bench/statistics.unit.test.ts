import { describe, expect, it } from 'vitest';
import { latencies } from '../../bench/latency.ts';
import { strideFor } from '../../bench/states.ts';
import { medianBy, percentile } from '../../bench/statistics.ts';

describe('percentile', () => {
  it('takes the nearest rank, whatever the order', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile(values, 1)).toBe(100);
    expect(percentile([7], 0)).toBe(7);
  });

  it('refuses an empty list', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

describe('medianBy', () => {
  it('gives the item, of two the lower', () => {
    const items = [{ rate: 9 }, { rate: 1 }, { rate: 5 }, { rate: 6 }];
    expect(medianBy(items, ({ rate }) => rate)).toEqual({ rate: 5 });
    expect(medianBy(items.slice(1), ({ rate }) => rate)).toEqual({ rate: 5 });
    expect(() => medianBy([], () => 0)).toThrow(RangeError);
  });
});

describe('latencies', () => {
  it('is the difference per key, never below 0, and infinite for what never showed up', () => {
    const acknowledged = new Map([
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ]);
    const visible = new Map([
      ['a', 15],
      ['b', 19],
    ]);
    expect(latencies(acknowledged, visible)).toEqual([5, 0, Number.POSITIVE_INFINITY]);
  });
});

describe('strideFor', () => {
  it.each([1, 2, 10, 997, 1_000, 20_000])('visits each of %i videos once', (videos) => {
    const seen = new Set(Array.from({ length: videos }, (_, i) => (i * strideFor(videos)) % videos));
    expect(seen.size).toBe(videos);
  });
});
