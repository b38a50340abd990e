import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cloudAt, submitMoment, wallAt } from '../../../emulator/cloud/pace.ts';

test('wall and cloud time are each other’s inverse', () => {
  const moments = fc.record({ cloudMs: fc.nat(), wallMs: fc.nat(), compression: fc.integer({ min: 1, max: 100_000 }) });
  fc.assert(
    fc.property(moments, fc.nat(), (pace, later) => {
      expect(cloudAt(pace, wallAt(pace, pace.cloudMs + later))).toBeCloseTo(pace.cloudMs + later, 0);
    }),
  );
});

test('a request comes after what it answers, by the time that really passed', () => {
  expect(submitMoment({ atMs: 60_000, reachedWallMs: 1_000_000 }, 1_000_300)).toBe(61_000);
  expect(submitMoment({ atMs: 60_000, reachedWallMs: 1_000_000 }, 999_000)).toBe(60_000);
});
