import { expect, test } from 'vitest';
import { Task } from '../../runtime/task.ts';
import { taskContext } from '../../runtime/task-context.ts';

/** A task whose store has `stored` for every key; how often it was asked. A schema named `later` has to be fetched first. */
async function taskOver(stored: string) {
  const known = new Set(['now']);
  const asked: string[] = [];
  const state = {
    decode: (bytes: Buffer) => {
      const [schema = '', value] = String(bytes).split(' ');
      if (known.has(schema)) return value;
      return new Promise((resolve) => setImmediate(resolve)).then(() => {
        known.add(schema);
        return value;
      });
    },
    unknownIn: (bytes: Buffer) => (String(bytes).endsWith('newer') ? 'a field' : null),
  };
  const get = (key: string) => {
    asked.push(key);
    return Buffer.from(stored);
  };
  const context = { topology: {}, changelogTopic: 'states', cacheBytesPerTask: 1_000, state };
  const parts = { partition: 0, context, store: { get }, position: 0, checkpointedAtMs: 0 };
  return { task: await Task.start(parts as never), asked };
}

test('a state is read from the store once', async () => {
  const { task, asked } = await taskOver('now value');
  expect([task.state('k'), task.state('k')]).toEqual(['value', 'value']);
  expect(asked).toEqual(['k']);
});

test('a state whose schema has to be fetched is among those in memory only once that is known', async () => {
  const { task, asked } = await taskOver('later value');
  expect(task.state('k')).toBeInstanceOf(Promise);
  expect(await task.state('k')).toBe('value');
  expect([task.state('k'), task.state('k')]).toEqual(['value', 'value']);
  expect(asked).toHaveLength(3);
});

test.each(['now', 'later'])(
  'what a newer release has written is refused each time: its schema is known %s',
  async (schema) => {
    const { task } = await taskOver(`${schema} newer`);
    const refused = { code: 'NEWER_RELEASE' };
    for (let i = 0; i < 3; i += 1) await expect(async () => await task.state('k')).rejects.toMatchObject(refused);
  },
);

// A step holds its state while it reads those of further keys, and those move within the memory that it was read from.
test('a state of plain bytes stays as it was read, whatever is read after it', async () => {
  const topology = { name: 'copy', input: 'callbacks', changelog: 'video-state', outputs: [] };
  const context = taskContext(topology as never, (id) => id, {}, 2 * 12);
  const store = { get: (key: string) => Buffer.from(key.repeat(8)) };
  const task = await Task.start({ partition: 0, context, store, position: 0, checkpointedAtMs: 0 } as never);
  const read = ['a', 'a', 'b', 'a', 'c', 'b', 'd'].map((key) => [key, task.state(key)] as const);
  for (const [key, state] of read) expect(String(state)).toBe(key.repeat(8));
});
