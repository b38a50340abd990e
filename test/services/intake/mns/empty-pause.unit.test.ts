import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyPause } from '../../../../services/intake/mns/empty-pause.ts';

const random = fc.double({ min: 0, max: 0.999, noNaN: true });

test('a poll that waited as asked is followed by the next at once', () => {
  const pause = emptyPause(() => 0.5);
  expect(pause.after(10_000, 10_000)).toBe(0);
  expect(pause.after(9_000, 10_000)).toBe(0);
});

// 55,000 requests in 36 s: an answer that came at once was followed by the next question at once.
test('however early the answers, an hour of them is few requests, and a message waits 10 s at most', () => {
  fc.assert(
    fc.property(fc.array(random, { minLength: 1, maxLength: 50 }), fc.constantFrom(0, 10, 30), (luck, waitSeconds) => {
      let turn = 0;
      const pause = emptyPause(() => luck[turn++ % luck.length] ?? 0);
      let spentMs = 0;
      let requests = 0;
      while (spentMs < 3_600_000) {
        const pauseMs = pause.after(1, waitSeconds * 1_000);
        expect(pauseMs).toBeLessThanOrEqual(10_000);
        spentMs += 1 + pauseMs;
        requests += 1;
      }
      expect(requests).toBeLessThan(730);
    }),
  );
});

test('what came, and a wait as asked, make the next pause a short one again', () => {
  const pause = emptyPause(() => 0.999);
  for (let times = 0; times < 10; times += 1) pause.after(1, 10_000);
  expect(pause.after(1, 10_000)).toBeGreaterThan(9_000);
  pause.reset();
  expect(pause.after(1, 10_000)).toBeLessThanOrEqual(500);
  for (let times = 0; times < 10; times += 1) pause.after(1, 10_000);
  pause.after(10_000, 10_000);
  expect(pause.after(1, 10_000)).toBeLessThanOrEqual(500);
});
