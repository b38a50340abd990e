import kafka from '@confluentinc/kafka-javascript';
import { afterEach, expect, test, vi } from 'vitest';
import { TransactionalProducer } from '../../../connectors/kafka/index.ts';
import { systemClock } from '../../../platform/host/index.ts';

afterEach(() => void vi.restoreAllMocks());

const timedOut = Object.assign(new Error('Local: Timed out'), { code: kafka.CODES.ERRORS.ERR__TIMED_OUT });

/** A native producer that connects at once and whose transactions never get ready; gives the waits it was asked for. */
function brokerThatNeverAnswers(onWait: (wait: number) => void): readonly number[] {
  let nowMs = 0;
  vi.spyOn(systemClock, 'monotonicMs').mockImplementation(() => nowMs);
  const native = kafka.Producer.prototype;
  vi.spyOn(native, 'connect').mockImplementation(function (this: kafka.Producer, _options, done) {
    done?.(null as never, {} as never);
    return this;
  });
  const waits: number[] = [];
  vi.spyOn(native, 'initTransactions').mockImplementation(((ms: number, done: (error: unknown) => void) => {
    nowMs += ms;
    waits.push(ms);
    onWait(waits.length);
    done(timedOut);
  }) as never);
  return waits;
}

const connect = (signal: AbortSignal) =>
  TransactionalProducer.connect({ brokers: 'none:1', clientId: 'test' }, { transactionalId: 't', signal });

// A processor that was told to stop while its producer waited for a broker went on waiting for the whole 30 s, in one
// native call that nothing can end, and was killed.
test('a producer that is called off waits a few seconds more at most', async () => {
  const stop = new AbortController();
  const waits = brokerThatNeverAnswers((wait) => {
    if (wait === 2) stop.abort();
  });
  await expect(connect(stop.signal)).rejects.toMatchObject({ code: 'ERR__TIMED_OUT', retryable: true });
  expect(waits).toEqual([3_000, 3_000]);
});

test('one that is not called off waits as long as it may, a few seconds at a time', async () => {
  const waits = brokerThatNeverAnswers(() => {});
  await expect(connect(new AbortController().signal)).rejects.toMatchObject({ retryable: true });
  expect(waits).toEqual(Array(10).fill(3_000));
});
