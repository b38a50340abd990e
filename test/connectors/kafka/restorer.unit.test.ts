import { afterEach, expect, test, vi } from 'vitest';
import { type ConsumedRecord, Consumer, type ConsumerOptions } from '../../../connectors/kafka/index.ts';
import { Restorer } from '../../../connectors/kafka/runtime/restorer.ts';
import { systemClock } from '../../../connectors/platform/index.ts';

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
  const job = { from: 0, onProgress: () => {}, signal: new AbortController().signal };
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
