import { expect, test } from 'vitest';
import type { Task } from '../../../connectors/kafka/runtime/task.ts';
import { evolve } from '../../../connectors/kafka/runtime/work.ts';
import type { Outcome } from '../../../processors/topology.ts';

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

const fired = (fire: () => Outcome<string>) => evolve(taskWhoseTimer(fire), [], [{ dueAtMs: 5, key: 'k' }], 10);

// A timer that asked for a dead letter was counted as one that had been written; no record was, there is none to write.
test.each<[string, () => Outcome<string>, string]>([
  ['asks for a dead letter', () => ({ kind: 'dead-letter', reason: 'odd', error: 'no stream' }), 'no stream'],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    'broken',
  ],
])('a timer that %s has failed: nothing is written, and it is told', async (_what, fire, why) => {
  const work = await fired(fire);
  expect(work).toMatchObject({ failures: 1, records: [], changes: [] });
  expect(work.told).toEqual([
    expect.objectContaining({
      timerKey: 'k',
      outcome: { kind: 'drop', reason: 'timer-threw' },
      failure: expect.stringContaining(why),
    }),
  ]);
});

test('a timer that closes a state writes it', async () => {
  const work = await fired(() => ({ kind: 'next', state: 'closed', emit: [] }));
  expect(work.failures).toBe(0);
  expect(work.records).toMatchObject([{ topic: 'states', key: 'k', value: Buffer.from('closed') }]);
});

// A policy that was changed moved what states wanted while the index had it as before: such a timer was dropped when it
// came due, and the state stayed for ever.
test('a timer that is wanted earlier than its index entry fires with it; one that is wanted later gets a later entry', async () => {
  const asked = async (indexedMs: number) => {
    const task = taskWhoseTimer(() => ({ kind: 'next', state: 'closed', emit: [] }));
    return await evolve(task, [], [{ dueAtMs: indexedMs, key: 'k' }], 10);
  };
  expect(await asked(7)).toMatchObject({ changes: [{ key: 'k', state: 'closed' }], laterTimers: [] });
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
  const change = async (dueAtMs: number) => (await evolve(task(dueAtMs), [record], [], 10)).changes[0];
  expect(await change(11)).toMatchObject({ dueAtMs: 11, previousDueAtMs: 11 });
  expect(await change(10)).toMatchObject({ dueAtMs: 10, previousDueAtMs: null });
});
