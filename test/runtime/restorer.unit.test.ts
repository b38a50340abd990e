import { afterEach, expect, test, vi } from 'vitest';
import { type ConsumedRecord, Consumer, type ConsumerOptions, KafkaFault } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { Restorer } from '../../runtime/restorer.ts';
import { eventually } from '../support/eventually.ts';

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
    hangingAfterMs: 60_000,
    onHangingTransaction: () => {},
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
    hangingAfterMs: 20,
    onHangingTransaction: (offset) => told.push(offset),
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

const quietJob = {
  partition: 0,
  from: 0,
  end: 4,
  put: async () => {},
  onProgress: () => {},
  hangingAfterMs: 60_000,
  onHangingTransaction: () => {},
};

// A job that was called off was let go only between two polls of a connected reader. With Kafka away there was none, and
// whoever gave a partition back, or stopped, waited for Kafka to return.
test('a restore that is called off while its reader connects ends at once', async () => {
  vi.spyOn(Consumer, 'connect').mockReturnValue(new Promise(() => {}));
  const cancel = new AbortController();
  const restorer = new Restorer({ brokers: 'none:1', clientId: 'test' }, 'state', systemClock);
  const restored = restorer.restore({ ...quietJob, signal: cancel.signal });
  cancel.abort(new Error('revoked'));
  await expect(restored).rejects.toThrow('revoked');
  await expect(restorer.restore({ ...quietJob, signal: cancel.signal })).rejects.toThrow('revoked');
});

test('a restore that is called off while its store writes ends when that is over, and writes no more', async () => {
  const reader = {
    assign: () => {},
    poll: async () => {
      await systemClock.sleep(2);
      return [record(0, polled++)];
    },
    close: async () => {},
  };
  let polled = 0;
  vi.spyOn(Consumer, 'connect').mockResolvedValue(reader as unknown as Consumer);
  const cancel = new AbortController();
  const restorer = new Restorer({ brokers: 'none:1', clientId: 'test' }, 'state', systemClock);
  const writing = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const events: string[] = [];
  const restored = restorer
    .restore({
      ...quietJob,
      end: 1_000_000,
      put: async () => {
        writing.resolve();
        await written.promise;
        events.push('written');
      },
      signal: cancel.signal,
    })
    .catch(() => events.push('called off'));
  await writing.promise;
  // The next records wait for that write.
  await eventually(() => polled >= 2);
  cancel.abort();
  written.resolve();
  await restored;
  expect(events).toEqual(['written', 'called off']);
});

test('what was fetched for a job that was called off is not given to the next one of that partition', async () => {
  const fetched = Promise.withResolvers<ConsumedRecord[]>();
  const polls = [fetched.promise];
  let from = -1;
  const reader = {
    assign: (partitions: readonly { offset: number }[]) => {
      from = partitions[0]?.offset ?? -1;
    },
    poll: async () => {
      const records = polls.shift();
      if (records) return records;
      await systemClock.sleep(2);
      return from === 0 ? [0, 1, 2, 3].map((offset) => record(0, offset)) : [];
    },
    close: async () => {},
  };
  vi.spyOn(Consumer, 'connect').mockResolvedValue(reader as unknown as Consumer);
  const cancel = new AbortController();
  const restorer = new Restorer({ brokers: 'none:1', clientId: 'test' }, 'state', systemClock);
  const first = restorer.restore({ ...quietJob, from: 2, signal: cancel.signal });
  await eventually(() => polls.length === 0);
  cancel.abort(new Error('revoked'));
  await expect(first).rejects.toThrow('revoked');
  const offsets: number[] = [];
  const second = restorer.restore({
    ...quietJob,
    put: async (records) => void offsets.push(...records.map(({ offset }) => offset)),
    signal: new AbortController().signal,
  });
  fetched.resolve([record(0, 2), record(0, 3)]);
  await second;
  expect(offsets).toEqual([0, 1, 2, 3]);
});

/** A restorer whose polls give a record of partition 0 each. */
function restorerOfEndlessPolls() {
  const reads = { polled: 0 };
  const reader = {
    assign: () => {},
    poll: async () => {
      await new Promise(setImmediate);
      return [record(0, reads.polled++)];
    },
    close: async () => {},
  };
  vi.spyOn(Consumer, 'connect').mockResolvedValue(reader as unknown as Consumer);
  return { reads, restorer: new Restorer({ brokers: 'none:1', clientId: 'test' }, 'state', systemClock) };
}

// Records come from one partition for some time. Each poll waited for the one write before it, and two cores were half idle.
test('a few batches of a partition wait for its store, are put one after the other, and no more are read meanwhile', async () => {
  const { reads, restorer } = restorerOfEndlessPolls();
  const written = Promise.withResolvers<void>();
  const events: string[] = [];
  const restored = restorer.restore({
    ...quietJob,
    end: 9,
    put: async ([first]) => {
      events.push(`begin ${first?.offset}`);
      await written.promise;
      events.push(`end ${first?.offset}`);
    },
    signal: new AbortController().signal,
  });
  await eventually(() => reads.polled === 5);
  await systemClock.sleep(20);
  expect([reads.polled, events]).toEqual([5, ['begin 0']]);
  written.resolve();
  expect(await restored).toBe(9);
  expect(events).toEqual(Array.from({ length: 9 }, (_, offset) => [`begin ${offset}`, `end ${offset}`]).flat());
});

test('after a store that could not be written nothing more is put, and the restore fails with its fault', async () => {
  const { restorer } = restorerOfEndlessPolls();
  const put: (number | undefined)[] = [];
  const restored = restorer.restore({
    ...quietJob,
    end: 1_000_000,
    put: async ([first]) => {
      put.push(first?.offset);
      if (first?.offset === 2) throw new Error('the disk is full');
    },
    signal: new AbortController().signal,
  });
  await expect(restored).rejects.toThrow('the disk is full');
  expect(put).toEqual([0, 1, 2]);
});
