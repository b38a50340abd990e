import { expect, test } from 'vitest';
import type { Admin, ConsumedRecord, Consumer, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { Fault } from '../../platform/faults.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import type { Assignment } from '../../runtime/assignment.ts';
import { BatchSize } from '../../runtime/batch-size.ts';
import { FailureLimit } from '../../runtime/failure-limit.ts';
import { ProcessorStatus } from '../../runtime/index.ts';
import { Loop } from '../../runtime/loop.ts';
import { RetryBudget } from '../../runtime/retry-budget.ts';
import type { TimerGate } from '../../runtime/timer-gate.ts';

/** A loop over tasks of the test, on a clock of the test. */
function loopOver(o: {
  tasks: readonly object[];
  watermarks: () => Promise<{ low: number; high: number }>;
  assignment?: object;
  poll?: (most: number) => ConsumedRecord[];
  seek?: (at: { partition: number }, offset: number) => Promise<void>;
  producer?: TransactionalProducer;
}) {
  let nowMs = 0;
  const clock = { ...systemPlatform, monotonicMs: () => nowMs };
  const status = new ProcessorStatus(clock);
  const loop = new Loop<unknown>({
    inputTopic: 'callbacks',
    changelogTopic: 'video-state',
    consumer: {
      poll: async (most: number) => o.poll?.(most) ?? [],
      watermarks: o.watermarks,
      seek: o.seek,
    } as unknown as Consumer,
    admin: {} as Admin,
    assignment: {
      working: o.tasks,
      opening: false,
      serve: async () => {},
      ...o.assignment,
    } as unknown as Assignment<unknown>,
    timers: { refresh: () => {}, reset: () => {} } as unknown as TimerGate,
    failureLimit: new FailureLimit({ place: '', read: () => ({ records: 0, failures: 0 }), write: () => {} }),
    retryBudget: new RetryBudget(1),
    batchSize: new BatchSize({ maxRecords: 10, maxBytes: 1_000_000, transactionTimeoutMs: 10_000 }),
    transactionTimeoutMs: 10_000,
    clock,
    status,
    hooks: {},
    giveUp: new AbortController().signal,
  });
  const runAt = async (ms: number) => {
    nowMs = ms;
    await loop.runOnce(o.producer ?? ({} as TransactionalProducer));
  };
  return { loop, status, runAt };
}

const idle = { earliestTimerMs: null, endSeenAt: -1, settled: async () => {}, wantsCheckpoint: () => false };

// The native client sat on a small question for as long as a broker was away, and the processor stayed ready.
test('an idle processor whose question is not answered is not ready, and is again once there is an answer', async () => {
  const asked: { readonly answer: () => void }[] = [];
  const { status, runAt } = loopOver({
    tasks: [{ ...idle, partition: 0, position: 0 }],
    watermarks: () => new Promise((answer) => asked.push({ answer: () => answer({ low: 0, high: 0 }) })),
  });
  status.membership = 'joined';
  status.kafkaReachable = true;
  await runAt(5_000);
  expect(asked).toHaveLength(1);
  await runAt(7_000);
  expect(status.ready).toBe(true);
  await runAt(9_000);
  expect(status.ready).toBe(false);
  asked[0]?.answer();
  await systemPlatform.sleep(0);
  expect(status.ready).toBe(true);
});

test('a task that stands outside of its log is opened again, though no poll said so', async () => {
  const reopened: number[] = [];
  const task = { ...idle, partition: 3, position: 5 };
  const { runAt } = loopOver({
    tasks: [task],
    watermarks: async () => ({ low: 10, high: 20 }),
    assignment: { task: () => task, reopen: async (partition: number) => void reopened.push(partition) },
  });
  for (let second = 0; second <= 32; second++) await runAt(second * 1_000);
  expect(reopened).toEqual([3]);
});

// Its records may be in the client's queue, behind those of its neighbours.
test('a task that gets nothing is not opened again as long as polls leave something behind', async () => {
  const reopened: number[] = [];
  const task = { ...idle, partition: 3, position: 5 };
  const { runAt } = loopOver({
    tasks: [task],
    watermarks: async () => ({ low: 0, high: 20 }),
    poll: (most) => Array.from({ length: most }, () => ({ partition: 9 }) as ConsumedRecord),
    assignment: {
      task: (partition: number) => (partition === 3 ? task : null),
      reopen: async (partition: number) => void reopened.push(partition),
    },
  });
  for (let second = 0; second <= 40; second++) await runAt(second * 1_000);
  expect(reopened).toEqual([]);
});

/** A task that stands before markers, whose offsets are noted as they are committed. */
function beforeMarkers(endSeenAt: number) {
  const offsets: number[] = [];
  const task = {
    ...idle,
    partition: 0,
    position: 5,
    endSeenAt,
    context: { topology: { name: 'copy' }, outputs: new Map() },
    apply: ({ nextPosition }: { nextPosition: number }) => {
      task.position = nextPosition;
    },
  };
  const producer = {
    begin: async () => {},
    sendOffsets: async ([at]: { offset: number }[]) => void offsets.push(at?.offset ?? -1),
    commit: async () => {},
  } as unknown as TransactionalProducer;
  return { task, producer, offsets };
}

// A transaction of somebody else leaves a marker behind its last record, an aborted one its records too. The group stood
// before them for ever, and whoever waited for it to reach the end of the topic waited as long.
test.each([
  ['markers and aborted records at the end of the input are passed once nothing comes behind them', 9, [9]],
  ['an end that was reached already is nothing to commit', 5, []],
])('%s', async (_what, endSeenAt, expected) => {
  const { task, producer, offsets } = beforeMarkers(endSeenAt);
  const { runAt } = loopOver({ tasks: [task], watermarks: async () => ({ low: 0, high: 9 }), producer });
  for (let tenth = 0; tenth <= 9; tenth++) await runAt(tenth * 100);
  expect(offsets).toEqual([]);
  for (let tenth = 10; tenth <= 40; tenth++) await runAt(tenth * 100);
  expect(offsets).toEqual(expected);
});

// A batch that a slow broker couldn't take within the transaction's time was read again as it was, and failed again, until
// the budget of attempts was spent and the process ended; the next one began with the same batch.
test('a batch that can not be written in time is read again in smaller pieces, until they fit', async () => {
  const fits = 2;
  const committed: number[] = [];
  const log = Array.from({ length: 12 }, (_, offset) => ({
    offset,
    key: 'k',
    value: Buffer.from('v'),
    headers: {},
    partition: 0,
  }));
  let next = 0;
  const task = {
    ...idle,
    partition: 0,
    position: 0,
    state: () => null,
    context: {
      topology: {
        name: 'copy',
        step: () => ({ kind: 'next', state: 'v', emit: [{ topic: 'out', key: 'k', value: null }] }),
      },
      input: { decode: (bytes: Buffer) => bytes },
      state: { encode: () => Buffer.from('v'), decode: String },
      outputs: new Map([['out', { topic: 'out' }]]),
    },
    apply: ({ nextPosition }: { nextPosition: number }) => {
      committed.push(nextPosition - task.position);
      task.position = nextPosition;
    },
  };
  const { loop } = loopOver({
    tasks: [task],
    watermarks: async () => ({ low: 0, high: 12 }),
    assignment: { task: () => task },
    poll: (most) => {
      const records = log.slice(next, next + most);
      next += records.length;
      return records as unknown as ConsumedRecord[];
    },
  });
  let written = 0;
  const producer = {
    begin: async () => {
      written = 0;
    },
    write: ({ topic }: { topic: string }) => {
      if (topic === 'out') written++;
    },
    sendOffsets: async () => {
      if (written > fits) throw new KafkaFault('too late', { code: 'ERR__TIMED_OUT', abortable: true });
    },
    commit: async () => {},
    abort: async () => {},
  } as unknown as TransactionalProducer;
  for (let attempts = 0; task.position < log.length && attempts < 30; attempts++) {
    await loop.runOnce(producer).catch(async () => {
      await loop.discardReadAhead();
      next = task.position;
    });
  }
  expect(committed.reduce((sum, records) => sum + records, 0)).toBe(log.length);
  expect(Math.max(...committed)).toBe(fits);
});

// A record whose schema the registry didn't give held up every partition.
test('a partition whose next record can not be decoded now is paused for a second and sought back; its neighbour goes on', async () => {
  const done: string[] = [];
  const taskOf = (partition: number) => {
    const task = {
      ...idle,
      partition,
      position: 0,
      state: () => null,
      context: {
        topology: { name: 'copy', step: () => ({ kind: 'drop', reason: 'test' }) },
        input: {
          decode: (bytes: Buffer) => {
            if (String(bytes) === 'unknown') throw new Fault('the registry is away', { code: 'X', retryable: true });
            return bytes;
          },
        },
        outputs: new Map(),
      },
      apply: ({ nextPosition }: { nextPosition: number }) => {
        task.position = nextPosition;
      },
    };
    return task;
  };
  const tasks = [taskOf(0), taskOf(1)];
  const recordOf = (partition: number, offset: number, value: string) => ({
    ...{ topic: 'callbacks', partition, offset, key: 'k', value: Buffer.from(value), headers: {}, timestampMs: 0 },
  });
  const polls = [[recordOf(0, 0, 'v'), recordOf(0, 1, 'unknown'), recordOf(1, 0, 'v'), recordOf(1, 1, 'v')]];
  const { runAt } = loopOver({
    tasks,
    watermarks: async () => ({ low: 0, high: 2 }),
    assignment: {
      task: (partition: number) => tasks[partition] ?? null,
      pause: ({ partition }: { partition: number }) => done.push(`pause ${partition}`),
      resume: ({ partition }: { partition: number }) => done.push(`resume ${partition}`),
    },
    seek: async ({ partition }, offset) => void done.push(`seek ${partition} to ${offset}`),
    poll: () => polls.shift() ?? [],
    producer: {
      begin: async () => {},
      sendOffsets: async (offsets: { partition: number; offset: number }[]) =>
        void done.push(...offsets.map(({ partition, offset }) => `commit ${partition} at ${offset}`)),
      commit: async () => {},
    } as unknown as TransactionalProducer,
  });
  await runAt(0);
  expect(done).toEqual(['commit 0 at 1', 'commit 1 at 2', 'pause 0', 'seek 0 to 1']);
  await runAt(999);
  expect(done).toHaveLength(4);
  await runAt(1_000);
  expect(done.slice(4)).toEqual(['resume 0']);
});
