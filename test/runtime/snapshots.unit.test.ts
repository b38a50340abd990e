import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConsumedRecord } from '../../connectors/kafka/record.ts';
import type { Emission } from '../../processors/topology.ts';
import { BatchOutputs } from '../../runtime/batch-outputs.ts';
import type { Task } from '../../runtime/task.ts';
import { processBatch } from '../../runtime/task-batch.ts';

type Said = Omit<Emission, 'topic'> & { readonly topic: 'stream-facts' | 'transcode-jobs' };

/** A task whose every record says what stands in it, without any state. Counts what is encoded; `bad` can't be. */
function taskThatSays(encoded: unknown[] = []): Task<string> {
  const codec = {
    encode(value: unknown) {
      if (value === 'bad') throw new Error('the value does not fit');
      encoded.push(value);
      return Buffer.from(JSON.stringify(value));
    },
  };
  const output = (topic: string) => [topic, { topic, codec }] as const;
  const say = (emit: readonly Said[]) => ({ kind: 'next', state: 'said', emit, others: new Map() });
  const timer = { dueAtMs: () => 5, fire: (key: string) => ({ ...say(JSON.parse(key)), state: null }) };
  return {
    partition: 0,
    position: 0,
    state: () => 'said',
    context: {
      topology: { name: 'shows', step: (_: unknown, { value }: { value: Said[] }) => say(value), timer },
      ...{ inputTopic: 'in', changelogTopic: 'states', deadLetterTopic: 'dead', stage: 'shows-processor' },
      input: { decode: (bytes: Buffer) => JSON.parse(String(bytes)) },
      outputs: new Map([output('stream-facts'), output('transcode-jobs')]),
      state: { encode: (state: string) => Buffer.from(state) },
    },
  } as unknown as Task<string>;
}

const recordOf = (key: string, said: readonly Said[], offset: number): ConsumedRecord => ({
  ...{ topic: 'in', partition: 0, offset, key, headers: {}, timestampMs: 0 },
  value: Buffer.from(JSON.stringify(said)),
});

async function written(task: Task<string>, records: readonly ConsumedRecord[], timers: readonly Said[][] = []) {
  const due = timers.map((said) => ({ dueAtMs: 5, key: JSON.stringify(said) }));
  let batch = await processBatch(task, records, due, 10);
  // Where it isn't known which record said what can't be encoded, all of them are polled again.
  if (batch.deferredBy) batch = await processBatch(task, records, due, 10);
  return batch.records
    .filter(({ topic }) => topic !== 'states')
    .map(({ topic, key, value }) => ({
      topic,
      key,
      value: value && topic !== 'dead' ? JSON.parse(String(value)) : null,
    }));
}

const snapshot = (key: string, value: unknown): Said => ({ topic: 'stream-facts', key, value, snapshot: true });
const plain = (key: string, value: unknown): Said => ({ topic: 'stream-facts', key, value });
const fact = (key: string, value: unknown) => ({ topic: 'stream-facts', key, value });

test('of snapshots in a row only the last is written; the first is encoded at once, and of those behind it the last', async () => {
  const encoded: unknown[] = [];
  const records = [1, 2, 3, 4].map((value) => recordOf('v', [snapshot('a', value)], value));
  expect(await written(taskThatSays(encoded), records)).toEqual([fact('a', 4)]);
  expect(encoded).toEqual([1, 4]);
});

test.each<[string, readonly [from: string, said: Said][]]>([
  [
    'of another record key',
    [
      ['v', snapshot('a', 1)],
      ['w', snapshot('a', 2)],
    ],
  ],
  [
    'under another key',
    [
      ['v', snapshot('a', 1)],
      ['v', snapshot('b', 2)],
      ['v', snapshot('a', 3)],
    ],
  ],
  [
    'with something else in between',
    [
      ['v', snapshot('a', 1)],
      ['v', plain('b', 2)],
      ['v', snapshot('a', 3)],
    ],
  ],
  [
    'that is no snapshot',
    [
      ['v', snapshot('a', 1)],
      ['v', plain('a', 2)],
    ],
  ],
  [
    'before it that was none',
    [
      ['v', plain('a', 1)],
      ['v', snapshot('a', 2)],
    ],
  ],
  [
    'after it that is deleted',
    [
      ['v', snapshot('a', 1)],
      ['v', plain('a', null)],
      ['v', snapshot('a', 3)],
    ],
  ],
])('none is replaced by one %s', async (_what, said) => {
  const records = said.map(([from, one], offset) => recordOf(from, [one], offset));
  expect(await written(taskThatSays(), records)).toEqual(said.map(([, { key, value }]) => fact(key, value)));
});

test('what goes to another topic in between does not matter', async () => {
  const job: Said = { topic: 'transcode-jobs', key: 'v', value: 'job' };
  const records = [recordOf('v', [snapshot('a', 1), job], 0), recordOf('v', [snapshot('a', 2)], 1)];
  expect(await written(taskThatSays(), records)).toEqual([
    { topic: 'transcode-jobs', key: 'v', value: 'job' },
    fact('a', 2),
  ]);
});

// Held until the commit, values outlive the young generation.
test('what is encoded is held as bytes only', () => {
  const outputs = new BatchOutputs(taskThatSays().context as never, false);
  const made = outputs.made([snapshot('a', 1)], {}, 'v');
  expect(made).toMatchObject([{ bytes: Buffer.from('1'), value: null }]);
});

test('a timer replaces nothing', async () => {
  const records = [recordOf('v', [snapshot('a', 1)], 0)];
  expect(await written(taskThatSays(), records, [[snapshot('a', 2)]])).toEqual([fact('a', 1), fact('a', 2)]);
});

// Encoded at the end of the batch only, it would have failed the whole of it.
test('one that cannot be encoded makes a dead letter of its own record, and what it would have replaced is written', async () => {
  const records = ['good', 'bad', 'good too'].map((value, offset) =>
    recordOf(`v${offset % 2}`, [snapshot('a', value)], offset),
  );
  const alone = [recordOf('v', [snapshot('a', 'good')], 0), recordOf('v', [snapshot('a', 'bad')], 1)];
  const dead = { topic: 'dead', key: expect.any(String), value: null };
  expect(await written(taskThatSays(), alone)).toEqual([fact('a', 'good'), dead]);
  expect(await written(taskThatSays(), records)).toEqual([dead, fact('a', 'good too')]);
});

test('whatever is said, the last word on each key stays the same, and in the same order', async () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const said = fc.record({
    topic: fc.constant('stream-facts' as const),
    key,
    value: fc.nat(),
    snapshot: fc.constantFrom(true as const, undefined),
  });
  const records = fc.array(fc.tuple(fc.constantFrom('v', 'w'), fc.array(said, { maxLength: 3 })), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      const everything = all.flatMap(([, emit]) => emit.map(({ key: to, value }) => fact(to, value)));
      const left = await written(
        taskThatSays(),
        all.map(([from, emit], offset) => recordOf(from, emit as Said[], offset)),
      );
      const lastWords = (of: readonly { key: string | null; value: unknown }[]) => {
        const last = new Map<string | null, unknown>();
        for (const one of of) {
          last.delete(one.key);
          last.set(one.key, one.value);
        }
        return [...last];
      };
      expect(lastWords(left)).toEqual(lastWords(everything));
    }),
  );
});
