import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../platform/host/index.ts';
import { type OpenTaskOptions, openTask } from '../../runtime/open-task.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { damageTable } from './damaged-table.ts';
import { temporaryFolder } from './running.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const changelog = { topicId: 'id', topic: 'state', partitions: 1 };

/** A task's surroundings in which input and changelog end at offset 7. */
function surroundings(folder: string) {
  const rebuilt: string[] = [];
  const restoredFrom: number[] = [];
  const at = (offset: number) => async () => [{ topic: 'any', partition: 0, offset }];
  const o = {
    context: { topology: {}, inputTopic: 'in', changelogTopic: 'state', cacheBytesPerTask: 1_000 },
    partition: 0,
    folder,
    consumer: { committed: at(7) },
    admin: { beginningOffsets: at(0), endOffsets: at(7) },
    restorer: {
      restore: async ({ from, end }: { from: number; end: number }) => {
        restoredFrom.push(from);
        return end;
      },
    },
    changelog,
    tombstoneRetentionMs: 3_600_000,
    hangingAfterMs: 60_000,
    onState: () => {},
    clock: systemClock,
    hooks: { onRebuild: (_partition: number, why: string) => void rebuilt.push(why) },
    rebuild: null,
    signal: new AbortController().signal,
  };
  return { o: o as unknown as OpenTaskOptions<unknown>, rebuilt, restoredFrom };
}

// A store that opens and turns out to be damaged only when it is read was deleted while it was open: opening it again met
// its own lock, and the processor stopped, saying that another process holds the folder.
test('a store whose table is damaged is rebuilt, not taken for one that another process holds', async () => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const store = await StateStore.open(folder);
  await store.write([{ key: 'a', bytes: randomBytes(2_000), dueAtMs: null }], {
    ...changelog,
    offset: 5,
    wallTimeMs: systemClock.now(),
  });
  await store.close();
  await damageTable(folder, Buffer.from('"topicId"'));

  const { o, rebuilt, restoredFrom } = surroundings(folder);
  const task = await openTask(o);
  cleanUp.push(() => task.close());
  expect(rebuilt).toEqual([expect.stringContaining('damaged')]);
  expect(restoredFrom).toEqual([0]);
  expect(task.store.get('a')).toBeUndefined();
});

test('a store that was closed properly goes on from its checkpoint', async () => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const store = await StateStore.open(folder);
  await store.write([], { ...changelog, offset: 5, wallTimeMs: systemClock.now() });
  await store.close();
  const { o, rebuilt, restoredFrom } = surroundings(folder);
  const task = await openTask(o);
  cleanUp.push(() => task.close());
  expect(rebuilt).toEqual([]);
  expect(restoredFrom).toEqual([5]);
});
