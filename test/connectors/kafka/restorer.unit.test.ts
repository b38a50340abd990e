import { afterEach, expect, test, vi } from 'vitest';
import { type ConsumedRecord, Consumer, type ConsumerOptions, KafkaFault } from '../../../connectors/kafka/index.ts';
import { Restorer } from '../../../connectors/kafka/runtime/restorer.ts';
import { systemClock } from '../../../connectors/platform/index.ts';
import { eventually } from '../../support/eventually.ts';

afterEach(() => void vi.restoreAllMocks());

const record = (partition: number, offset: number): ConsumedRecord => ({
  topic: 'state',
  partition,
  offset,
  key: 'k',
  value: Buffer.from('v'),
  headers: {},
  timestampMs: 0,
});

// The end of a partition is told once. Told while records of another one were being written, it was forgotten at the next
// poll, and where only transaction markers follow the last record nothing else says that all is read.
test('an end that is told while another partition is being written counts', async () => {
  let options: ConsumerOptions = {};
  const polls = [[record(0, 0), record(1, 0)], [record(1, 1)]];
  const reader = {
    assign: () => {},
    poll: async () => {
      const records = polls.shift();
      if (records === undefined) await systemClock.sleep(5);
      return records ?? [];
    },
    close: async () => {},
  };
  vi.spyOn(Consumer, 'connect').mockImplementation(async (_settings, given = {}) => {
    options = given;
    return reader as unknown as Consumer;
  });
  const restorer = new Restorer({ brokers: 'none:1', clientId: 'test' }, 'state', systemClock);
  const job = {
    from: 0,
    onProgress: () => {},
    heldUpAfterMs: 60_000,
    onHeldUp: () => {},
    signal: new AbortController().signal,
  };
  const first = restorer.restore({ ...job, partition: 0, end: 2, put: async () => {} });
  let told = false;
  const second = restorer.restore({
    ...job,
    partition: 1,
    end: 3,
    put: async () => {
      await systemClock.sleep(5);
      if (!told) options.onEof?.({ topic: 'state', partition: 0, offset: 2 });
      told = true;
      await systemClock.sleep(5);
    },
  });
  // One poll waits for the writing of the poll before it: that is when the end of the other partition is told.
  expect(await first).toBe(2);
  polls.push([record(1, 2)]);
  expect(await second).toBe(3);
});

// A stable offset that stands still for longer than any transaction may last was waited for in silence, for ever.
test('a transaction that nobody ends is told, with the offset it stands at; Kafka being away is not taken for one', async () => {
  let answer: () => Promise<{ low: number; high: number }> = async () => {
    throw new KafkaFault('away', { code: 'ERR__TIMED_OUT', retryable: true });
  };
  let asked = 0;
  const polls = [[record(0, 0), record(0, 1)]];
  const reader = {
    assign: () => {},
    poll: async () => {
      await systemClock.sleep(2);
      return polls.shift() ?? [];
    },
    watermarks: () => {
      asked += 1;
      return answer();
    },
    close: async () => {},
  };
  vi.spyOn(Consumer, 'connect').mockResolvedValue(reader as unknown as Consumer);
  const restorer = new Restorer({ brokers: 'none:1', clientId: 'test' }, 'state', systemClock);
  const told: number[] = [];
  const restored = restorer.restore({
    partition: 0,
    from: 0,
    end: 4,
    put: async () => {},
    onProgress: () => {},
    heldUpAfterMs: 20,
    onHeldUp: (offset) => told.push(offset),
    signal: new AbortController().signal,
  });
  await eventually(() => asked >= 2);
  expect(told).toEqual([]);
  answer = async () => ({ low: 0, high: 2 });
  await eventually(() => told.length > 0);
  expect(told[0]).toBe(2);
  // Somebody has ended it.
  polls.push([record(0, 2), record(0, 3)]);
  expect(await restored).toBe(4);
});
