import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Admin, ConsumedRecord, Consumer, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { Fault } from '../../platform/faults.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import type { Topology } from '../../processors/topology.ts';
import type { Assignment } from '../../runtime/assignment.ts';
import { BatchSize } from '../../runtime/batch-size.ts';
import { FailureLimit } from '../../runtime/failure-limit.ts';
import { ProcessorStatus } from '../../runtime/index.ts';
import { Loop } from '../../runtime/loop.ts';
import { ProcessorFault } from '../../runtime/processor-fault.ts';
import { RetryBudget } from '../../runtime/retry-budget.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { StoreFault } from '../../runtime/store/store-fault.ts';
import { Task } from '../../runtime/task.ts';
import type { TaskContext } from '../../runtime/task-context.ts';
import type { TimerGate } from '../../runtime/timer-gate.ts';
import { TransactionAborted } from '../../runtime/transaction.ts';
import { eventually } from '../support/eventually.ts';

let folder: string;
let folders = 0;
const stores: StateStore[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-ahead-'));
});
afterAll(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(folder, { recursive: true, force: true });
});

const recordOf = (offset: number, value: string, partition = 0, key = 'k'): ConsumedRecord =>
  ({
    ...{ topic: 'callbacks', partition, offset, key, value: Buffer.from(value), headers: {}, timestampMs: 0 },
  }) as ConsumedRecord;

type Timer = NonNullable<Topology<string>['timer']>;

/**
 * A loop over real tasks and stores; a state is the values of its key so far. `done` says what happened in which order. A
 * commit waits for `commits` where there is one for it.
 */
async function world(o: {
  /** A fault is what the poll rejects with. */
  polls: (ConsumedRecord[] | Error)[];
  partitions?: number;
  timer?: Timer;
  clearedUntilMs?: (task: Task<string>) => number;
  /** Called when the commit of this number (from 0) is to answer. */
  onCommit?: (number: number) => Promise<void>;
  /** Called before a poll rejects. */
  onPollFault?: () => void;
  serve?: (tasks: (Task<string> | null)[]) => Promise<void>;
  monotonicMs?: () => number;
  maxBytes?: number;
  /** Most records of a batch. Default 10. */
  maxRecords?: number;
  encode?: (state: string) => Buffer;
  /** Default 1: even a single record is stepped ahead. */
  leastAhead?: number;
}) {
  const done: string[] = [];
  const polled: number[] = [];
  const context = {
    topology: {
      name: 'values',
      outputs: [],
      ...(o.timer ? { timer: o.timer } : {}),
      step: (state: string | null, { value }: { value: string }) => {
        done.push(`step ${value} over ${state ?? 'nothing'}`);
        return { kind: 'next', state: `${state ?? ''}${value}`, emit: [] };
      },
    },
    ...{ inputTopic: 'callbacks', changelogTopic: 'states', deadLetterTopic: 'dead', stage: 'values-processor' },
    cacheBytesPerTask: 1_000,
    outputs: new Map(),
    input: {
      decode: (bytes: Buffer) => {
        const value = String(bytes);
        if (value === 'unknown') throw new Fault('the registry is away', { code: 'X', retryable: true });
        if (value === 'newer') throw new ProcessorFault('NEWER_RELEASE', 'a newer release');
        return value;
      },
    },
    state: { encode: o.encode ?? ((state: string) => Buffer.from(state)), decode: (bytes: Buffer) => String(bytes) },
  } as unknown as TaskContext<string>;
  const tasks: (Task<string> | null)[] = [];
  for (let partition = 0; partition < (o.partitions ?? 1); partition += 1) {
    folders += 1;
    const store = await StateStore.open(join(folder, String(folders)));
    stores.push(store);
    const changelog = { topicId: 't', topic: 'states', partitions: 1 };
    const parts = { partition, context, store, changelog, position: 0, checkpointedAtMs: Number.POSITIVE_INFINITY };
    tasks.push(await Task.start<string>(parts));
  }
  let commits = 0;
  const producer = {
    begin: async () => void done.push('begin'),
    write: ({ topic, key, value }: { topic: string; key: string; value: Buffer | null }) =>
      void done.push(`write ${topic} ${key}=${value}`),
    sendOffsets: async (offsets: { partition: number; offset: number }[]) =>
      void done.push(`offsets ${offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')}`),
    commit: async () => {
      await o.onCommit?.(commits++);
      done.push('commit');
    },
    abort: async () => void done.push('abort'),
  } as unknown as TransactionalProducer;
  const clock = { ...systemPlatform, monotonicMs: o.monotonicMs ?? systemPlatform.monotonicMs };
  const loop = new Loop<string>({
    inputTopic: 'callbacks',
    changelogTopic: 'states',
    consumer: {
      poll: async (most: number) => {
        polled.push(most);
        const next = o.polls.shift() ?? [];
        if (next instanceof Error) {
          o.onPollFault?.();
          throw next;
        }
        return next;
      },
      seek: async ({ partition }: { partition: number }, offset: number) =>
        void done.push(`seek ${partition} to ${offset}`),
      watermarks: async () => ({ low: 0, high: 0 }),
    } as unknown as Consumer,
    admin: { endOffsets: async () => [] } as unknown as Admin,
    assignment: {
      get working() {
        return tasks.filter((task) => task !== null);
      },
      opening: false,
      task: (partition: number) => tasks[partition] ?? null,
      serve: async () => o.serve?.(tasks),
      pause: ({ partition }: { partition: number }) => done.push(`pause ${partition}`),
    } as unknown as Assignment<string>,
    timers: {
      refresh: () => {},
      reset: () => done.push('forget what was cleared'),
      waitsFor: () => null,
      clearedUntilMs: o.clearedUntilMs ?? (() => Number.NEGATIVE_INFINITY),
    } as unknown as TimerGate,
    failureLimit: new FailureLimit({ place: '', read: () => ({ records: 0, failures: 0 }), write: () => {} }),
    retryBudget: new RetryBudget(1),
    batchSize: new BatchSize({
      maxRecords: o.maxRecords ?? 10,
      maxBytes: o.maxBytes ?? 1_000_000,
      transactionTimeoutMs: 10_000,
    }),
    transactionTimeoutMs: 10_000,
    clock,
    status: new ProcessorStatus(clock),
    hooks: {},
    giveUp: new AbortController().signal,
    leastAhead: o.leastAhead ?? 1,
  });
  const task = (partition = 0) => tasks[partition] as Task<string>;
  return { loop, producer, done, polled, tasks, task, run: () => loop.runOnce(producer) };
}

/** A promise that the test resolves. */
const gate = () => Promise.withResolvers<void>();

test('the next records are polled and stepped over what is being committed; nothing of them is written before that is', async () => {
  const committed = gate();
  const { run, done, task } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'b')]],
    onCommit: (number) => (number === 0 ? committed.promise : Promise.resolve()),
  });
  const first = run();
  await eventually(() => expect(done).toContain('step b over a'));
  await eventually(() => expect(done).toContain('offsets 0:1'));
  expect(done.filter((what) => what !== 'step b over a')).toEqual([
    'step a over nothing',
    'begin',
    'write states k=a',
    'offsets 0:1',
  ]);
  expect([task().position, task().state('k')]).toEqual([0, null]);
  committed.resolve();
  await first;
  expect([task().position, task().state('k')]).toEqual([1, 'a']);
  await run();
  expect(done.slice(5)).toEqual(['commit', 'begin', 'write states k=ab', 'offsets 0:2', 'commit']);
  expect([task().position, task().state('k')]).toEqual([2, 'ab']);
});

test('few records wait for what comes during the commit, and are written together with it', async () => {
  const committed = gate();
  const { run, done, polled, task } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'b')], [recordOf(2, 'c'), recordOf(3, 'd', 0, 'other')]],
    onCommit: (number) => (number === 0 ? committed.promise : Promise.resolve()),
    leastAhead: 2,
  });
  const first = run();
  await eventually(() => expect(done).toContain('offsets 0:1'));
  await eventually(() => expect(polled).toHaveLength(2));
  committed.resolve();
  await first;
  expect(done).not.toContain('step b over a');
  await run();
  expect(done.filter((what) => /step|write|offsets/.test(what)).slice(3)).toEqual([
    'step b over a',
    'step c over ab',
    'step d over nothing',
    'write states k=abc',
    'write states other=d',
    'offsets 0:4',
  ]);
  // As many as there was still room for.
  expect(polled.slice(0, 3)).toEqual([10, 10, 9]);
  expect([task().position, task().state('k')]).toEqual([4, 'abc']);
});

test('nothing is polled a second time before the first commit, or behind enough records', async () => {
  const { run, polled, done } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'b'), recordOf(2, 'c')], [recordOf(3, 'd')]],
    leastAhead: 2,
  });
  await run();
  expect(polled).toHaveLength(2);
  await run();
  expect(done).toContain('offsets 0:3');
  expect(done).not.toContain('offsets 0:4');
});

test('a transaction that is aborted drops what was stepped over it; both come again', async () => {
  const records = [[recordOf(0, 'a')], [recordOf(1, 'b')]];
  const aborted = gate();
  const { run, loop, done, task } = await world({
    polls: [...records, ...records],
    onCommit: (number) => (number === 0 ? aborted.promise : Promise.resolve()),
  });
  const first = run();
  await eventually(() => expect(done).toContain('step b over a'));
  aborted.reject(new KafkaFault('too late', { code: 'ERR__TIMED_OUT', abortable: true }));
  await expect(first).rejects.toThrow(TransactionAborted);
  await loop.discardReadAhead();
  expect([task().position, task().state('k')]).toEqual([0, null]);
  done.length = 0;
  await run();
  await run();
  expect(done.filter((what) => /step|write/.test(what))).toEqual([
    'step a over nothing',
    'write states k=a',
    'step b over a',
    'write states k=ab',
  ]);
});

// A step that takes nearly as long as a transaction may: whatever it was stepped ahead of was aborted.
test('after a failure nothing is polled ahead of the next commit, and again ahead of the one after it', async () => {
  const records = ['a', 'b', 'c'].map((value, offset) => [recordOf(offset, value)]);
  const { run, loop, polled } = await world({
    polls: [...records.slice(0, 2), ...records],
    onCommit: async (number) => {
      if (number === 0) throw new KafkaFault('too late', { code: 'ERR__TIMED_OUT', abortable: true });
    },
  });
  await expect(run()).rejects.toThrow(TransactionAborted);
  await loop.discardReadAhead();
  expect(polled).toHaveLength(2);
  await run();
  expect(polled).toHaveLength(3);
  await run();
  expect(polled).toHaveLength(5);
});

test('records that the batch being committed has are not stepped again', async () => {
  const { run, done } = await world({
    polls: [
      [recordOf(0, 'a'), recordOf(1, 'b')],
      [recordOf(0, 'a'), recordOf(1, 'b'), recordOf(2, 'c')],
    ],
  });
  await run();
  await run();
  expect(done.filter((what) => what.startsWith('step'))).toEqual([
    'step a over nothing',
    'step b over a',
    'step c over ab',
  ]);
});

test('what was stepped of a partition that was given away meanwhile is dropped; its neighbour is committed', async () => {
  let rounds = 0;
  const { run, done } = await world({
    partitions: 2,
    polls: [
      [recordOf(0, 'a', 0), recordOf(0, 'x', 1)],
      [recordOf(1, 'b', 0), recordOf(1, 'y', 1)],
    ],
    serve: async (tasks) => {
      if (++rounds === 2) tasks[0] = null;
    },
  });
  await run();
  await run();
  expect(done.filter((what) => /write|offsets/.test(what))).toEqual([
    'write states k=a',
    'write states k=x',
    'offsets 0:1 1:1',
    'write states k=xy',
    'offsets 1:2',
  ]);
});

test('a partition that was opened again meanwhile takes nothing of what its former task had stepped', async () => {
  let rounds = 0;
  const other = await world({ polls: [] });
  const { run, done, tasks } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'b')]],
    serve: async (all) => {
      if (++rounds === 2) all[0] = other.task();
    },
  });
  await run();
  await run();
  expect(done.filter((what) => what.startsWith('offsets'))).toEqual(['offsets 0:1']);
  expect(tasks[0]?.position).toBe(0);
});

test('records that were polled before their task began to work are dropped: it seeks first, and reads them in order', async () => {
  let later: Task<string> | null = null;
  const { run, done, tasks } = await world({
    partitions: 2,
    polls: [[recordOf(0, 'a', 0), recordOf(7, 'x', 1)]],
    serve: async (all) => {
      all[1] = later;
    },
  });
  later = tasks[1] ?? null;
  tasks[1] = null;
  await run();
  expect(tasks[1]).toBe(later);
  expect(done.filter((what) => /step|offsets/.test(what))).toEqual(['step a over nothing', 'offsets 0:1']);
});

test('a fault of what is stepped ahead shows once the batch before is committed and applied', async () => {
  const committed = gate();
  const { run, done, task } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'newer')]],
    onCommit: () => committed.promise,
  });
  const first = run();
  await eventually(() => expect(done).toContain('offsets 0:1'));
  committed.resolve();
  await first;
  expect(task().position).toBe(1);
  await expect(run()).rejects.toThrow('a newer release');
  expect(done.filter((what) => what === 'begin')).toHaveLength(1);
});

test('behind a deferred record nothing is read ahead; one that is met ahead pauses its partition after its own commit', async () => {
  const { run, done, polled } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'b'), recordOf(2, 'unknown')], [recordOf(3, 'd')]],
  });
  await run();
  await run();
  expect(done.slice(-4)).toEqual(['offsets 0:2', 'commit', 'pause 0', 'seek 0 to 2']);
  expect(polled).toHaveLength(2);
});

/** Each value is one more deadline, which a timer takes away. */
const timer: Timer = {
  dueAtMs: (state) => (state.includes('!') ? 5 : null),
  fire: (_key, state) => ({ kind: 'next', state: state.replace('!', '.'), emit: [] }),
};

test('timers fire once the batch before is applied, behind the records that were stepped ahead, and once only', async () => {
  const committed = gate();
  const positions: number[] = [];
  const { run, done, task } = await world({
    polls: [[recordOf(0, '!')], [recordOf(1, 'b')], [recordOf(2, 'c')]],
    timer,
    clearedUntilMs: ({ position }) => {
      positions.push(position);
      return 10;
    },
    onCommit: (number) => (number === 0 ? committed.promise : Promise.resolve()),
  });
  const first = run();
  await eventually(() => expect(done).toContain('step b over !'));
  expect(positions).toEqual([]);
  committed.resolve();
  await first;
  await run();
  expect(positions[0]).toBe(1);
  await run();
  expect(done.filter((what) => /step|write/.test(what))).toEqual([
    'step ! over nothing',
    'write states k=!',
    'step b over !',
    'write states k=.b',
    'step c over .b',
    'write states k=.bc',
  ]);
  expect(task().state('k')).toBe('.bc');
});

test('a timer whose batch is being written to the store does not fire anew in the next one', async () => {
  let fired = 0;
  const { run, task } = await world({
    polls: [[recordOf(0, '!')], [recordOf(1, 'b', 0, 'l')], [recordOf(2, 'c', 0, 'l')]],
    timer: {
      ...timer,
      fire: () => {
        fired += 1;
        throw new Error('broken');
      },
    },
    clearedUntilMs: () => 10,
  });
  await run();
  const write = task().store.moveTimers.bind(task().store);
  const written = gate();
  task().store.moveTimers = async (gone, later) => {
    await written.promise;
    await write(gone, later);
  };
  await run();
  const third = run();
  setImmediate(written.resolve);
  await third;
  expect(fired).toBe(1);
});

// The client had told of the end of the partition, so a timer fired before a record that lay below that end and had to wait.
test('a timer does not fire past a record that is deferred, though the end behind it was reached', async () => {
  const cleared: number[] = [];
  const { run, task } = await world({
    polls: [[recordOf(0, '!')], [recordOf(1, 'unknown')]],
    timer,
    clearedUntilMs: ({ endSeenAt }) => {
      cleared.push(endSeenAt);
      return Number.NEGATIVE_INFINITY;
    },
  });
  await run();
  task().endSeenAt = 2;
  await run();
  expect(cleared.length).toBeGreaterThan(0);
  expect(new Set(cleared)).toEqual(new Set([-1]));
});

// The end that was committed lay behind the record, which was lost.
test('a batch that is to be polled again for what a timer made of it is not passed by the end behind it', async () => {
  const { run, done, task } = await world({
    polls: [[recordOf(0, '!')], [recordOf(1, 'b')]],
    timer: { ...timer, fire: (_key, state) => ({ kind: 'next', state: state.replace('!', 'U'), emit: [] }) },
    clearedUntilMs: () => 10,
    encode: (state) => {
      if (state.includes('U')) throw new Error('the value does not fit');
      return Buffer.from(state);
    },
  });
  await run();
  task().endSeenAt = 4;
  done.length = 0;
  await run();
  expect(done.filter((what) => !what.startsWith('step'))).toEqual([
    'forget what was cleared',
    'begin',
    'offsets 0:1',
    'commit',
    'pause 0',
    'seek 0 to 1',
  ]);
  expect(task().endSeenAt).toBe(-1);
});

// Each round asked the index, and waited for the store, from the time on at which a session had first been to end.
test('a timer that has moved later is looked for once, and no round waits for the store after that', async () => {
  const laterMs = 8_000_000_000_000;
  let clearedMs = Number.NEGATIVE_INFINITY;
  const { run, task } = await world({
    polls: ['!', 'a', 'b', 'c', 'd'].map((value, offset) => [recordOf(offset, value)]),
    timer: { ...timer, dueAtMs: (state) => (state === '!' ? 5 : laterMs) },
    clearedUntilMs: () => clearedMs,
  });
  await run();
  await run();
  expect(task().earliestTimerMs).toBe(5);
  clearedMs = 10;
  const ask = vi.spyOn(task(), 'dueTimers');
  await run();
  expect(task().earliestTimerMs).toBe(laterMs);
  await run();
  await run();
  expect(ask).toHaveBeenCalledTimes(1);
});

test('nothing is stepped ahead before the stores have what it is read from', async () => {
  const { run, done, task } = await world({
    polls: [[recordOf(0, 'a', 0, 'k')], [recordOf(1, 'b', 0, 'l')], [recordOf(2, 'c', 0, 'k')]],
  });
  const written = gate();
  const write = task().store.write.bind(task().store);
  task().store.write = async (...changes) => {
    await written.promise;
    await write(...changes);
  };
  await run();
  const second = run();
  await eventually(() => expect(done.filter((what) => what === 'commit')).toHaveLength(2));
  await second;
  const third = run();
  await new Promise(setImmediate);
  expect(done).not.toContain('step c over a');
  written.resolve();
  await third;
  expect(done).toContain('step c over a');
});

const changed = (nextPosition: number, key = 'k', timers: { dueAtMs?: number; previousDueAtMs?: number } = {}) => ({
  nextPosition,
  changes: [{ key, bytes: Buffer.from('a'), dueAtMs: null, ...timers }],
  ...{ spentTimers: [], laterTimers: [] },
});

test('a state that is deleted is found no more, though it was among those that were active last', async () => {
  const { task } = await world({ polls: [] });
  task().apply(changed(1), null, 0);
  expect(task().state('k')).toBe('a');
  const gone = { ...changed(2), changes: [{ key: 'k', bytes: null, dueAtMs: null }] };
  task().apply(gone, null, 0);
  await task().settled();
  expect(task().state('k')).toBeNull();
});

test('a store gets one write after the other', async () => {
  const { task } = await world({ polls: [] });
  const order: string[] = [];
  const written = gate();
  task().store.write = async () => {
    order.push('begun');
    await written.promise;
    order.push('done');
  };
  task().apply(changed(1), null, 0);
  task().apply(changed(2), null, 0);
  await new Promise(setImmediate);
  expect(order).toEqual(['begun']);
  written.resolve();
  await task().settled();
  expect(order).toEqual(['begun', 'done', 'begun', 'done']);
});

test('a store gets no write after one that failed', async () => {
  const { task } = await world({ polls: [] });
  const full = new StoreFault('DISK_FULL', 'folder', 'the disk is full', undefined);
  let writes = 0;
  task().store.write = async () => {
    writes += 1;
    throw full;
  };
  task().apply(changed(1), null, 0);
  task().apply(changed(2), null, 0);
  await expect(task().settled()).rejects.toBe(full);
  expect(writes).toBe(1);
});

test('the store that could not be written ends the loop at the next batch, also where that one has no records of its task', async () => {
  const { run, task } = await world({
    partitions: 2,
    polls: [[recordOf(0, 'a', 0)], [recordOf(0, 'x', 1)], [recordOf(1, 'y', 1)]],
  });
  const full = new StoreFault('DISK_FULL', 'folder', 'the disk is full', undefined);
  task().store.write = async () => {
    throw full;
  };
  await run();
  await expect(run().then(run)).rejects.toBe(full);
});

test('the records read ahead are as many as the size of those being committed allows', async () => {
  const big = 'a'.repeat(100);
  const { run, polled } = await world({ polls: [[recordOf(0, big), recordOf(1, big)]], maxBytes: 400 });
  await run();
  // One state of 200 bytes for two records: 100 each.
  expect(polled).toEqual([10, 4]);
});

// It had no bytes, so the next one had as many records as there may be at most, however large they were.
test('a batch that is polled again says nothing of how large records are', async () => {
  const big = 'a'.repeat(100);
  const bad = [recordOf(2, big, 0, 'l'), recordOf(3, 'X', 0, 'l')];
  const { run, polled } = await world({
    polls: [[recordOf(0, big), recordOf(1, big)], bad, bad],
    maxBytes: 400,
    encode: (state) => {
      if (state.includes('X')) throw new Error('the value does not fit');
      return Buffer.from(state);
    },
  });
  await run();
  await run();
  await run();
  expect(polled.slice(0, 3)).toEqual([10, 4, 4]);
});

// Stepped in one go, a batch of 2,000 records held up each call of the commit before it by a tenth of a second.
test('between the records that are stepped ahead the commit goes on', async () => {
  let nowMs = 0;
  const { run, done } = await world({
    polls: [[recordOf(0, 'a')], Array.from({ length: 10 }, (_, index) => recordOf(index + 1, String(index)))],
    monotonicMs: () => (nowMs += 10),
    onCommit: () => new Promise((resolve) => setImmediate(resolve)),
  });
  await run();
  const committed = done.indexOf('commit');
  expect(done.slice(0, committed)).not.toContain('step 9 over a012345678');
  await run();
  expect(done.slice(committed)).toContain('step 9 over a012345678');
});

test('a state that can not be encoded is found at its record once its batch is polled again, also behind one that is being committed', async () => {
  const records = [recordOf(1, 'b'), recordOf(2, 'X'), recordOf(3, 'c')];
  const { run, done } = await world({
    polls: [[recordOf(0, 'a')], records, records],
    encode: (state) => {
      if (state.includes('X')) throw new Error('the value does not fit');
      return Buffer.from(state);
    },
  });
  await run();
  await run();
  expect(done.slice(-4)).toEqual(['offsets 0:1', 'commit', 'pause 0', 'seek 0 to 1']);
  await run();
  expect(done.filter((what) => what.startsWith('write'))).toEqual([
    'write states k=a',
    'write states k=abc',
    'write dead k=X',
  ]);
});

test("what is stepped ahead is encoded ahead too: the commit before it needn't have ended", async () => {
  const committed = gate();
  const encoded: string[] = [];
  const { run } = await world({
    polls: [[recordOf(0, 'a')], [recordOf(1, 'b'), recordOf(2, 'c'), recordOf(3, 'd')]],
    onCommit: () => committed.promise,
    encode: (state) => {
      encoded.push(state);
      return Buffer.from(state);
    },
  });
  const first = run();
  await eventually(() => expect(encoded).toEqual(['a', 'ab', 'abcd']));
  committed.resolve();
  await first;
});

/** So many records of one key, from this offset on. */
const manyOf = (count: number, offset: number) =>
  Array.from({ length: count }, (_, index) => recordOf(offset + index, '.'));

// Records that wait for thousands of others are copied by the collector, and have left the machine's caches when it is their turn.
test('a batch is polled in portions, each stepped before the next is polled, until it is full or nothing more is there', async () => {
  const { run, done, polled } = await world({
    polls: [manyOf(200, 0), manyOf(200, 200), manyOf(50, 400), manyOf(200, 450), manyOf(3, 650), manyOf(200, 653)],
    maxRecords: 450,
    leastAhead: 1_000,
  });
  await run();
  // Then those that are to be polled behind this batch.
  expect(polled).toEqual([200, 200, 50, 200]);
  await run();
  expect(polled.slice(4)).toEqual([200, 200]);
  expect(done.filter((what) => what.startsWith('offsets'))).toEqual(['offsets 0:450', 'offsets 0:653']);
});

// Of a batch of records that nobody can read the client says once where it lies: those before it were not processed.
test('what was stepped before a later portion fails is committed first; then the fault shows', async () => {
  const broken = new KafkaFault('unreadable', { code: 'KAFKA_UNREADABLE_BATCH' });
  const { run, loop, done, polled } = await world({
    polls: [manyOf(200, 0), broken, manyOf(1, 200)],
    maxRecords: 450,
  });
  await run();
  expect(done).toContain('offsets 0:200');
  await expect(run()).rejects.toThrow(broken);
  expect(polled).toHaveLength(2);
  await loop.discardReadAhead();
  await run();
  expect(done).toContain('offsets 0:201');
});

// A poll that hung gave its records, and the end behind them, when nobody waited for them any more: that end was committed with what
// had been stepped before, and the records were lost.
test('an end that was told of by a poll that failed is not passed, and clears no timer', async () => {
  const cleared: number[] = [];
  const { run, done, task } = await world({
    polls: [manyOf(1, 0), manyOf(200, 1), new KafkaFault('it hangs', { code: 'KAFKA_CALL_HUNG' })],
    maxRecords: 450,
    timer: { ...timer, dueAtMs: () => 5 },
    clearedUntilMs: ({ endSeenAt }) => {
      cleared.push(endSeenAt);
      return Number.NEGATIVE_INFINITY;
    },
    onPollFault: () => Object.assign(task(), { endSeenAt: 300 }),
  });
  await run();
  await run();
  expect(done.filter((what) => what.startsWith('offsets'))).toEqual(['offsets 0:1', 'offsets 0:201']);
  expect(cleared).not.toContain(300);
  await expect(run()).rejects.toThrow('it hangs');
});

// The index was asked for the earliest timer before it had that one, which then never fired.
test('a timer of a batch that is applied while one that fired is being written is not forgotten', async () => {
  const { task } = await world({ polls: [], timer });
  task().apply(changed(1, 'k', { dueAtMs: 5 }), null, 0);
  await task().settled();
  const move = task().store.moveTimers.bind(task().store);
  const [moving, moved] = [gate(), gate()];
  task().store.moveTimers = async (gone, later) => {
    moving.resolve();
    await moved.promise;
    await move(gone, later);
  };
  task().apply({ ...changed(2), spentTimers: [{ key: 'k', dueAtMs: 5 }] }, null, 0);
  await moving.promise;
  task().apply(changed(3, 'l', { dueAtMs: 7 }), null, 0);
  moved.resolve();
  await task().settled();
  expect([await task().store.earliestTimerMs(), task().earliestTimerMs]).toEqual([7, 7]);
});

test('a timer that is applied while the earliest one is looked for is not forgotten', async () => {
  const { task } = await world({ polls: [], timer });
  task().apply(changed(1, 'k', { dueAtMs: 5 }), null, 0);
  task().apply(changed(2, 'k', { dueAtMs: 9, previousDueAtMs: 5 }), null, 0);
  expect(task().earliestTimerMs).toBe(5);
  const look = task().store.earliestTimerMs.bind(task().store);
  task().store.earliestTimerMs = async () => {
    const found = await look();
    task().apply(changed(3, 'l', { dueAtMs: 7 }), null, 0);
    return found;
  };
  expect(await task().dueTimers(6, 10)).toEqual([]);
  await task().settled();
  expect([await look(), task().earliestTimerMs]).toEqual([7, 7]);
});
