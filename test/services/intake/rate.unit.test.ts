import { expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { rateLimitPerAddress } from '../../../services/intake/rate.ts';

// The address known longest was forgotten first, and began anew with a full bucket: a flood of other addresses let it.
test('an address that goes on asking is not let off by a flood of others', () => {
  const limit = rateLimitPerAddress({ perSecond: 1, burst: 2 }, { ...systemClock, monotonicMs: () => 0 });
  expect([1, 2, 3].map(() => limit.take('10.0.0.1'))).toEqual([true, true, false]);
  for (let n = 0; n < 20_000; n += 1) {
    expect(limit.take(`10.1.${n >> 8}.${n & 255}`)).toBe(true);
    if (n % 1_000 === 0) expect(limit.take('10.0.0.1')).toBe(false);
  }
  expect(limit.take('10.0.0.1')).toBe(false);
  // One that was quiet has made room.
  expect(limit.take('10.1.0.0')).toBe(true);
});
