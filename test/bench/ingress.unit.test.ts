import { describe, expect, it } from 'vitest';
import { perCallback, shares } from '../../bench/ingress.ts';

describe('CPU of the ingress benchmark', () => {
  it('is what each of the three took meanwhile, per callback', () => {
    const before = { server: 1_000_000, broker: 9_000_000, generator: 500_000 };
    const after = { server: 1_600_000, broker: 9_250_000, generator: 833_333 };
    expect(perCallback(before, after, 10_000)).toEqual({ server: 60, broker: 25, generator: 33.3 });
  });

  it('says of a broker that it has not started that it does not know', () => {
    const none = { server: 0, broker: Number.NaN, generator: 0 };
    const after = { ...none, server: 60_000, generator: 30_000 };
    expect(shares(perCallback(none, after, 1_000))).toBe('server 60, broker not known, generator 30');
  });
});
