import { expect, test } from 'vitest';
import { handover } from '../../../services/jobs/handover.ts';

const minute = 60_000;

/** A runner's view of a partition whose log has `end` records; time passes by `awake` (it turns its loop) and `frozen`. */
function runner(log: { end: number }) {
  let nowMs = 10 * minute;
  let asked = 0;
  const seen = handover({ now: () => nowMs }, () => {
    asked += 1;
    return Promise.resolve(log.end);
  });
  return {
    seen,
    now: () => nowMs,
    asked: () => asked,
    frozen(ms: number) {
      nowMs += ms;
    },
    awake(ms: number) {
      for (const until = nowMs + ms; nowMs < until; nowMs += 250) seen.look();
    },
  };
}

test('a runner that was frozen for longer than the group waits takes over anew', async () => {
  // Only what was in the log when the partition was assigned counted as possibly started. A runner that had been replaced while it was
  // frozen went on, before it was told, with records that its successor had begun: their products came twice.
  const log = { end: 5 };
  const { seen, now, frozen, awake } = runner(log);
  awake(minute);
  const fetched = { offset: 7, timestampMs: now() };
  log.end = 8;
  frozen(3 * minute);
  expect(await seen.mayHaveStarted(fetched)).toBe(true);
  // In the log when it woke, with the clock of its writer ahead; written soon after; later.
  expect(await seen.mayHaveStarted({ offset: 7, timestampMs: now() + minute })).toBe(true);
  expect(await seen.mayHaveStarted({ offset: 8, timestampMs: now() + 29_000 })).toBe(true);
  awake(minute);
  expect(await seen.mayHaveStarted({ offset: 8, timestampMs: now() })).toBe(false);
});

test('one that is slow, or has much to do, does not', async () => {
  const { seen, now, frozen, awake } = runner({ end: 5 });
  awake(minute);
  const waiting = { offset: 7, timestampMs: now() };
  for (let turn = 0; turn < 60; turn += 1) {
    frozen(3_000);
    seen.look();
  }
  expect(await seen.mayHaveStarted(waiting)).toBe(false);
});

test('the end is asked for once per handover', () => {
  const { asked, frozen, awake } = runner({ end: 5 });
  awake(minute);
  expect(asked()).toBe(1);
  frozen(minute);
  awake(minute);
  expect(asked()).toBe(2);
});
