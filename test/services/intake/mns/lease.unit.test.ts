import { expect, test } from 'vitest';
import { MnsFault, type Queue } from '../../../../connectors/mns/queue.ts';
import { systemClock } from '../../../../platform/host/index.ts';
import { holdLease } from '../../../../services/intake/mns/lease.ts';
import { eventually } from '../../../support/eventually.ts';

/** A message with a lease of 30 s, on a clock that jumps to the end of every sleep, and a queue that follows a script. */
function hold(script: readonly ('works' | MnsFault)[]) {
  let nowMs = 0;
  const askedAtMs: number[] = [];
  const lost: unknown[] = [];
  const queue: Pick<Queue, 'extend'> = {
    async extend(handle) {
      const answer = script[askedAtMs.length];
      askedAtMs.push(nowMs);
      if (answer === undefined) return new Promise(() => {});
      if (answer !== 'works') throw answer;
      return `${handle}+`;
    },
  };
  const lease = holdLease(
    { messageId: 'm', receiptHandle: 'h', body: '', leaseMs: 30_000, dequeueCount: 1, waitedMs: 0 },
    {
      queue: queue as Queue,
      clock: {
        ...systemClock,
        monotonicMs: () => nowMs,
        sleep: async (ms, signal) => {
          await systemClock.sleep(0);
          if (!signal?.aborted) nowMs += ms;
        },
      },
      onLost: (error) => lost.push(error),
    },
  );
  return { lease, askedAtMs, lost };
}

const network = new MnsFault('ECONNRESET', 'cannot extend', { retryable: true, cause: null });
const stale = new MnsFault('MessageNotExist', 'cannot extend', { retryable: false, cause: null });

test('an extension that fails is tried again while the lease lasts, and extending goes on', async () => {
  // One failed call ended extending for good: the message came again while it was still being published.
  const { lease, askedAtMs, lost } = hold([network, 'works', 'works']);
  await eventually(() => askedAtMs.length === 4);
  expect(askedAtMs).toEqual([15_000, 22_500, 52_500, 82_500]);
  expect(lease.handle).toBe('h++');
  expect(lost).toEqual([]);
  lease.letGo();
});

test('is lost once it has ended, told once', async () => {
  const { askedAtMs, lost } = hold(Array.from({ length: 20 }, () => network));
  await eventually(() => lost.length > 0);
  expect(askedAtMs.at(-1)).toBeGreaterThanOrEqual(30_000);
  expect(lost).toEqual([network]);
});

test('is lost at once where the service says so', async () => {
  const { askedAtMs, lost } = hold([stale]);
  await eventually(() => lost.length > 0);
  expect(askedAtMs).toEqual([15_000]);
});
