import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConsumedRecord } from '../../connectors/kafka/record.ts';
import { Fault } from '../../platform/faults.ts';
import type { Outcome, Topology } from '../../processors/topology.ts';
import type { BatchResult } from '../../runtime/batch-result.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { Task } from '../../runtime/task.ts';
import { processBatch, TaskBatch } from '../../runtime/task-batch.ts';
import type { TaskContext } from '../../runtime/task-context.ts';

/** A task with one key, whose timer is due at 5. */
const taskWhoseTimer = (fire: () => Outcome<string>): Task<string> =>
  ({
    partition: 0,
    position: 0,
    state: () => 'open',
    context: {
      topology: { name: 'shows', timer: { dueAtMs: (state: string) => (state === 'open' ? 5 : null), fire } },
      changelogTopic: 'states',
      state: { encode: (state: string) => Buffer.from(state) },
    },
  }) as unknown as Task<string>;

const fired = (fire: () => Outcome<string>) => processBatch(taskWhoseTimer(fire), [], [{ dueAtMs: 5, key: 'k' }], 10);

// A timer that asked for a dead letter was counted as one that had been written; no record was, there is none to write.
test.each<[string, () => Outcome<string>, string]>([
  ['asks for a dead letter', () => ({ kind: 'dead-letter', reason: 'unusable', error: 'no stream' }), 'no stream'],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    'broken',
  ],
])('a timer that %s has failed: nothing is written, and it is told', async (_what, fire, why) => {
  const batch = await fired(fire);
  expect(batch).toMatchObject({ failures: 1, records: [], changes: [] });
  expect(batch.reportedEvents).toEqual([
    expect.objectContaining({
      timerKey: 'k',
      outcome: { kind: 'drop', reason: 'timer-threw' },
      failure: expect.stringContaining(why),
    }),
  ]);
});

test('a timer that closes a state writes it', async () => {
  const batch = await fired(() => ({ kind: 'next', state: 'closed', emit: [] }));
  expect(batch.failures).toBe(0);
  expect(batch.records).toMatchObject([{ topic: 'states', key: 'k', value: Buffer.from('closed') }]);
});

test('a timer fires at the time at which it may, not at that at which the records before it were stepped', async () => {
  const seen: number[] = [];
  const fire = (_key: string, _state: string, { nowMs }: { nowMs: number }): Outcome<string> => {
    seen.push(nowMs);
    return { kind: 'next', state: 'closed', emit: [] };
  };
  const batch = new TaskBatch(taskWhoseTimer(fire as unknown as () => Outcome<string>), 4);
  batch.encode();
  await batch.finish([{ dueAtMs: 5, key: 'k' }], 10);
  expect(seen).toEqual([10]);
});

// A policy that was changed moved what states wanted while the index had it as before: such a timer was dropped when it
// came due, and the state stayed for ever.
test('a timer that is wanted earlier than its index entry fires with it; one that is wanted later gets a later entry', async () => {
  const asked = async (indexedMs: number) => {
    const task = taskWhoseTimer(() => ({ kind: 'next', state: 'closed', emit: [] }));
    return await processBatch(task, [], [{ dueAtMs: indexedMs, key: 'k' }], 10);
  };
  expect(await asked(7)).toMatchObject({ changes: [{ key: 'k', bytes: Buffer.from('closed') }], laterTimers: [] });
  expect(await asked(3)).toMatchObject({
    changes: [],
    spentTimers: [{ dueAtMs: 3, key: 'k' }],
    laterTimers: [{ dueAtMs: 5, key: 'k' }],
  });
});

test('an index entry of the future is left where it is, one of the past is written again', async () => {
  const task = (dueAtMs: number) =>
    ({
      partition: 0,
      position: 0,
      state: () => 'open',
      context: {
        topology: {
          name: 'shows',
          timer: { dueAtMs: () => dueAtMs, fire: () => ({ kind: 'drop', reason: 'early' }) },
          step: () => ({ kind: 'next', state: 'open still', emit: [] }),
        },
        input: { decode: (bytes: Buffer) => bytes },
        changelogTopic: 'states',
        state: { encode: (state: string) => Buffer.from(state) },
      },
    }) as unknown as Task<string>;
  const record = {
    topic: 'in',
    partition: 0,
    offset: 0,
    key: 'k',
    value: Buffer.from('v'),
    headers: {},
    timestampMs: 0,
  };
  const change = async (dueAtMs: number) => (await processBatch(task(dueAtMs), [record], [], 10)).changes[0];
  expect(await change(11)).toMatchObject({ dueAtMs: 11, previousDueAtMs: 11 });
  expect(await change(10)).toMatchObject({ dueAtMs: 10, previousDueAtMs: null });
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-work-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A state is the deadlines that are still to come; a timer passes one of them, the earliest. */
const deadlines = {
  topology: {
    name: 'deadlines',
    timer: {
      dueAtMs: (state: readonly number[]) => state[0] ?? null,
      fire: (_key: string, state: readonly number[]) => ({ kind: 'next', state: state.slice(1), emit: [] }),
    },
    step: (before: readonly number[] | null, record: { value: readonly number[] }) => ({
      kind: 'next',
      state: [...new Set([...(before ?? []), ...record.value])].sort((a, b) => a - b),
      emit: [],
    }),
  },
  changelogTopic: 'states',
  cacheBytesPerTask: 1_000,
  input: { decode: (bytes: Buffer) => JSON.parse(String(bytes)) as readonly number[] },
  state: {
    encode: (state: readonly number[]) => Buffer.from(JSON.stringify(state)),
    decode: (bytes: Buffer) => JSON.parse(String(bytes)) as readonly number[],
  },
} as unknown as TaskContext<readonly number[]>;

// A record that came together with a due timer made its state want an earlier one first. Fired for that, the state wanted
// the due time of the entry again, which was dropped as spent: the state's timer was in the index no more, and a session
// whose end it was to tell stayed open. Seen once in the long chaos lane.
test.each([
  ['one after the other', false],
  ['each stepped before the one before it is applied', true],
])(
  'whatever records and timers come together, the index holds the time that each state wants: batches %s',
  async (_how, isAhead) => {
    const nowMs = 10;
    const keys = ['a', 'b'] as const;
    const batch = fc.array(
      fc.record({ key: fc.constantFrom(...keys), added: fc.array(fc.nat(14), { minLength: 1, maxLength: 3 }) }),
      { maxLength: 3 },
    );
    const stale = fc.array(fc.record({ key: fc.constantFrom(...keys), dueAtMs: fc.nat(14) }), { maxLength: 4 });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), stale, async (batches, entries) => {
        runs += 1;
        const store = await StateStore.open(join(folder, `${isAhead}-${runs}`));
        try {
          // A restored store has entries of older states too.
          await store.moveTimers([], entries);
          const changelog = { topicId: 't', topic: 'states', partitions: 1 };
          const parts = { partition: 0, context: deadlines, store, changelog, position: 0, checkpointedAtMs: nowMs };
          const task = await Task.start(parts);
          let offset = 0;
          let committing: BatchResult<readonly number[]> | undefined;
          const added = new Map<string, Set<number>>(keys.map((key) => [key, new Set()]));
          const apply = async () => {
            if (!committing) return;
            task.apply(committing, null, nowMs);
            committing = undefined;
            await task.settled();
            for (const key of keys) {
              const [wanted] = (await task.state(key)) ?? [];
              if (wanted !== undefined)
                expect(await store.dueTimers(wanted, 500)).toContainEqual({ dueAtMs: wanted, key });
            }
            expect(task.earliestTimerMs).toBe(await store.earliestTimerMs());
          };
          // Some more without records, so that what is due comes to an end.
          for (const records of [...batches, ...Array.from({ length: 15 }, () => [])]) {
            const input = records.map(({ key, added: some }) => ({
              topic: 'in',
              partition: 0,
              offset: offset++,
              key,
              value: Buffer.from(JSON.stringify(some)),
              headers: {},
              timestampMs: 0,
            }));
            for (const { key, added: some } of records) for (const one of some) added.get(key)?.add(one);
            const next: TaskBatch<readonly number[]> = new TaskBatch(task, nowMs, committing);
            // In two portions, as it may be polled.
            await next.add(input.slice(0, 1));
            await next.add(input.slice(1));
            next.encode();
            await apply();
            committing = await next.finish(await store.dueTimers(nowMs, 500), nowMs);
            if (!isAhead) await apply();
          }
          await apply();
          expect(task.position).toBe(offset);
          for (const key of keys)
            expect((await task.state(key)) ?? []).toEqual(
              [...(added.get(key) ?? [])].filter((one) => one > nowMs).sort((a, b) => a - b),
            );
        } finally {
          await store.close();
        }
      }),
      { numRuns: 40 },
    );
  },
);

// A record whose schema the registry didn't give held up every partition, also those that had nothing to do with it.
test('a record that has to wait ends its own batch: what came before it is done, and it comes again', async () => {
  const away = new Fault('the registry is away', { code: 'REGISTRY_UNREACHABLE', retryable: true });
  const context = {
    topology: { name: 'shows', step: () => ({ kind: 'next', state: 'open', emit: [] }) },
    input: {
      decode: (bytes: Buffer) => {
        if (String(bytes) === 'unknown') throw away;
        return bytes;
      },
    },
    ...{ inputTopic: 'in', changelogTopic: 'states' },
    state: { encode: (state: string) => Buffer.from(state) },
  };
  const task = { partition: 0, position: 3, state: () => null, context } as unknown as Task<string>;
  const record = (offset: number, value: string) => ({
    ...{ topic: 'in', partition: 0, offset, key: `k${offset}`, value: Buffer.from(value), headers: {}, timestampMs: 0 },
  });
  const batch = await processBatch(task, [record(5, 'v'), record(8, 'unknown'), record(9, 'v')], [], 10);
  expect(batch).toMatchObject({ deferredBy: away, nextPosition: 6, failures: 0 });
  expect(batch.changes.map(({ key }) => key)).toEqual(['k5']);
});

// What can't be encoded came from an input whose bounds the schema doesn't have; 25 of them stopped the processor.
test('what an input is to blame for is no failure of the release', async () => {
  const context = {
    topology: { name: 'shows', step: () => ({ kind: 'next', state: 'too much', emit: [] }) },
    input: {
      decode: (bytes: Buffer) => {
        if (String(bytes) === 'bad') throw new Error('bad bytes');
        return bytes;
      },
    },
    ...{ inputTopic: 'in', changelogTopic: 'states', deadLetterTopic: 'dead', stage: 'shows-processor' },
    state: {
      encode: () => {
        throw new Error('the value does not fit');
      },
    },
  };
  const task = { partition: 0, position: 0, state: () => null, context } as unknown as Task<string>;
  const record = (offset: number, value: string) => ({
    ...{ topic: 'in', partition: 0, offset, key: `k${offset}`, value: Buffer.from(value), headers: {}, timestampMs: 0 },
  });
  const batch = await processBatch(task, [record(0, 'v'), record(1, 'bad')], [], 10);
  expect(batch.failures).toBe(0);
  expect(batch.records.map(({ headers }) => headers?.reason)).toEqual(['output-unusable', 'input-unreadable']);
});

/** A task whose states lie in `states`; those named in `waiting` can be decoded only after a moment. */
function taskOf(states: Record<string, string>, step: Topology<string>['step'], waiting: readonly string[] = []) {
  const state = (key: string) => {
    const found = states[key] ?? null;
    return found !== null && waiting.includes(key) ? Promise.resolve(found) : found;
  };
  const dueAtMs = (found: string) => (found.startsWith('due') ? Number(found.slice(3)) : null);
  return {
    partition: 3,
    position: 0,
    state,
    context: {
      topology: { name: 'shows', step, timer: { dueAtMs } },
      changelogTopic: 'states',
      input: { decode: (bytes: Buffer) => bytes.toString() },
      outputs: new Map(),
      state: { encode: (found: string) => Buffer.from(found), decode: (bytes: Buffer) => String(bytes) },
    },
  } as unknown as Task<string>;
}

const recordOf = (key: string, offset: number): ConsumedRecord =>
  ({
    topic: 'facts',
    partition: 3,
    offset,
    key,
    value: Buffer.from('x'),
    headers: {},
    timestampMs: 1,
  }) as ConsumedRecord;

test('a step reads and writes further keys: in its own partition, later steps of the batch see them, timers move', async () => {
  const task = taskOf({ a: 'due7', 'a/old': 'due9' }, (state, _record, { read }) => {
    const count = Number(read?.('a/count') ?? '0') + 1;
    const others = new Map<string, string | null>([
      ['a/count', String(count)],
      ['a/old', null],
    ]);
    return { kind: 'next', state, others, emit: [] };
  });
  const batch = await processBatch(task, [recordOf('a', 0), recordOf('a', 1)], [], 5);
  expect(batch.records.map(({ key, value, partition }) => [key, value?.toString() ?? null, partition])).toEqual([
    ['a/count', '2', 3],
    ['a/old', null, 3],
  ]);
  expect(batch.changes).toMatchObject([
    { key: 'a/count', previousDueAtMs: null },
    { key: 'a/old', previousDueAtMs: 9, dueAtMs: null },
  ]);
});

test('a step is called anew where a further key waits for its schema', async () => {
  let calls = 0;
  const task = taskOf(
    { a: 'A', b: 'B', c: 'C' },
    (_state, _record, { read }) => {
      calls += 1;
      return { kind: 'next', state: `${read?.('b')}${read?.('c')}${read?.('d')}`, emit: [] };
    },
    ['b', 'c'],
  );
  const batch = await processBatch(task, [recordOf('a', 0)], [], 5);
  expect(batch.failures).toBe(0);
  expect(batch.records.map(({ key, value }) => [key, value?.toString()])).toEqual([['a', 'BCnull']]);
  expect(calls).toBe(3);
});

// Nobody waited for what rejected, which ends a process.
test('a further key may be written without being read, though its schema can not be fetched now', async () => {
  const task = taskOf({}, (state) => ({ kind: 'next', state, others: new Map([['b', 'B']]), emit: [] }));
  const away = new Fault('the registry is away', { code: 'REGISTRY_UNREACHABLE', retryable: true });
  Object.assign(task, { state: (key: string) => (key === 'b' ? Promise.reject(away) : null) });
  const batch = await processBatch(task, [recordOf('a', 0)], [], 5);
  // A rejection that nobody has taken fails the run of the tests once the event loop is served.
  await new Promise(setImmediate);
  expect(batch).toMatchObject({ deferredBy: null, changes: [{ key: 'b', previousDueAtMs: null }] });
});

test('a timer whose state can not be decoded now is not spent: it is called again', async () => {
  const task = taskThatTimersOverfill();
  const away = new Fault('the registry is away', { code: 'REGISTRY_UNREACHABLE', retryable: true });
  Object.assign(task, { state: () => Promise.reject(away) });
  const due = [{ dueAtMs: 5, key: 'k' }];
  expect(await processBatch(task, [], due, 10)).toMatchObject({ deferredBy: null, failures: 0, spentTimers: [] });
});

// Encoded at the end of a batch, each state had to be fetched from memory again; what is encoded for every change costs a flood its square.
test('a state is encoded at its first change, and once more where further ones follow: the last one is written', async () => {
  const encoded: string[] = [];
  const task = taskOf({}, (state, { value }) => ({ kind: 'next', state: `${state ?? ''}${value}`, emit: [] }));
  const codec = task.context.state as { encode: (state: string) => Buffer };
  const { encode } = codec;
  codec.encode = (state) => {
    encoded.push(state);
    return encode(state);
  };
  const records = ['a', 'b', 'a', 'a', 'a'].map((key, offset) => ({
    ...recordOf(key, offset),
    value: Buffer.from('x'),
  }));
  const batch = await processBatch(task, records, [], 10);
  expect(encoded).toEqual(['x', 'x', 'xxxx']);
  expect(batch.records).toMatchObject([
    { key: 'a', value: Buffer.from('xxxx') },
    { key: 'b', value: Buffer.from('x') },
  ]);
});

// Held until the commit, all that a batch makes outlives the young generation and is copied.
test('what is told of a record holds neither its state nor its outputs', async () => {
  const labels = { result: 'applied' };
  const task = taskOf({}, () => ({ kind: 'next', state: 'x', emit: [], labels }));
  const { reportedEvents } = await processBatch(task, [recordOf('a', 0)], [], 10);
  expect(reportedEvents).toMatchObject([{ record: { key: 'a', offset: 0 }, failure: null }]);
  expect(reportedEvents[0]?.outcome).toEqual({ kind: 'next', labels });
});

/** A timer turns `!` into `U`, and a state with that can't be encoded. */
function taskThatTimersOverfill() {
  const task = taskOf({ k: '!' }, (state, { value }) => ({ kind: 'next', state: `${state ?? ''}${value}`, emit: [] }));
  const encode = (state: string) => {
    if (state.includes('U')) throw new Error('the value does not fit');
    return Buffer.from(state);
  };
  Object.assign(task.context, { state: { encode, decode: (bytes: Buffer) => String(bytes) } });
  const fire = (_key: string, state: string): Outcome<string> => {
    return { kind: 'next', state: state.replace('!', 'U'), emit: [] };
  };
  Object.assign(task.context.topology, {
    timer: { dueAtMs: (state: string) => (state.includes('!') ? 5 : null), fire },
  });
  return task;
}

const recordWith = (key: string, offset: number, value: string) => ({
  ...recordOf(key, offset),
  value: Buffer.from(value),
});

// Which of several records of a key made what can't be encoded isn't known at the end of a batch.
test('a batch that can not be encoded is polled again as it was; then the timer has failed, and its records are written and told of once', async () => {
  const task = taskThatTimersOverfill();
  const records = [recordWith('k', 0, 'a'), recordWith('l', 1, 'b')];
  const due = [{ dueAtMs: 5, key: 'k' }];
  const before = { nextPosition: 0, states: new Map() } as unknown as BatchResult<string>;
  const first = new TaskBatch(task, 4, before);
  await first.add(records);
  first.encode();
  expect(first.deferredBy).toBeNull();
  const again = await first.finish(due, 10);
  expect(again).toMatchObject({ nextPosition: 0, failures: 0, records: [], changes: [], spentTimers: [] });
  expect([again.deferredBy?.message, again.reportedEvents]).toEqual([expect.stringContaining('encoded'), []]);

  const second = new TaskBatch(task, 4);
  await second.add(records);
  const batch = await second.finish(due, 10);
  expect(batch).toMatchObject({ nextPosition: 2, deferredBy: null, failures: 1 });
  expect(batch.records.map(({ key, value }) => `${key}=${value}`)).toEqual(['k=!a', 'l=b']);
  expect(batch.reportedEvents).toMatchObject([
    { record: { offset: 0 }, failure: null },
    { record: { offset: 1 }, failure: null },
    { timerKey: 'k', failure: 'the value does not fit' },
  ]);
});

test('where a batch of records is to be polled again no timer fires', async () => {
  const task = taskThatTimersOverfill();
  const batch = new TaskBatch(task, 4);
  // The first change of a key is encoded at once, so that its record is known.
  await batch.add([recordWith('l', 0, 'a'), recordWith('l', 1, 'U')]);
  batch.encode();
  expect(batch.deferredBy?.message).toContain('encoded');
  expect(await batch.finish([{ dueAtMs: 5, key: 'k' }], 10)).toMatchObject({ nextPosition: 0, spentTimers: [] });
  expect(await processBatch(task, [recordWith('l', 0, 'a'), recordWith('l', 1, 'U')], [], 10)).toMatchObject({
    nextPosition: 2,
    reportedEvents: [{ outcome: { kind: 'next' } }, { outcome: { kind: 'dead-letter', reason: 'output-unusable' } }],
  });
});

// It would have been committed without the record that made what doesn't fit having been found.
test('nor does one that would take away what can not be encoded', async () => {
  const task = taskThatTimersOverfill();
  Object.assign(task.context.topology.timer ?? {}, { fire: () => ({ kind: 'next', state: null, emit: [] }) });
  const batch = new TaskBatch(task, 4);
  await batch.add([recordWith('k', 0, 'a'), recordWith('k', 1, 'U')]);
  batch.encode();
  expect(await batch.finish([{ dueAtMs: 5, key: 'k' }], 10)).toMatchObject({ nextPosition: 0, changes: [] });
});

// One value that didn't fit made each change of a busy key cost its encoding for the rest of the task's life.
test('what can not be encoded has all encoded at once for ten minutes', async () => {
  const task = taskThatTimersOverfill();
  const encoded: string[] = [];
  const { encode } = task.context.state;
  Object.assign(task.context.state, {
    encode: (state: string) => {
      encoded.push(state);
      return encode(state);
    },
  });
  const records = (from: number, ...values: string[]) => values.map((value, at) => recordWith('l', from + at, value));
  await processBatch(task, records(0, 'a', 'U'), [], 10);
  encoded.length = 0;
  await processBatch(task, records(0, 'a', 'b', 'c'), [], 10 + 600_000 - 1);
  expect(encoded).toEqual(['a', 'ab', 'abc']);
  encoded.length = 0;
  await processBatch(task, records(0, 'a', 'b', 'c'), [], 10 + 600_000);
  expect(encoded).toEqual(['a', 'abc']);
});

test('behind a deferred record nothing of a later portion is stepped', async () => {
  const away = new Fault('the registry is away', { code: 'REGISTRY_UNREACHABLE', retryable: true });
  const task = taskOf({}, (state, { value }) => ({ kind: 'next', state: `${state ?? ''}${value}`, emit: [] }));
  Object.assign(task.context, {
    input: {
      decode: (bytes: Buffer) => {
        if (String(bytes) === 'unknown') throw away;
        return String(bytes);
      },
    },
  });
  const batch = new TaskBatch(task, 4);
  await batch.add([recordWith('k', 5, 'a'), recordWith('k', 6, 'unknown')]);
  await batch.add([recordWith('k', 7, 'c')]);
  expect(batch).toMatchObject({ deferredBy: away, lastOffset: 7 });
  const result = await batch.finish([], 4);
  expect(result).toMatchObject({ deferredBy: away, nextPosition: 6 });
  expect(result.records.map(({ key, value }) => `${key}=${value}`)).toEqual(['k=a']);
});
