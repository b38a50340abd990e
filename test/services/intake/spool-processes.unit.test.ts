import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import type { OutgoingRecord } from '../../../services/intake/http/index.ts';
import { openOwnSlot, orphanedSlots } from '../../../services/intake/spool/slots.ts';
import { Spool } from '../../../services/intake/spool/spool.ts';
import { eventually } from '../../support/eventually.ts';
import type { SpoolAnswer, SpoolQuestion } from './spool-child.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'live2vod-slots-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const options = () => ({ folder: root, limitBytes: 1_000_000, clock: systemClock });
const record = (key: string): OutgoingRecord => ({ topic: 'callbacks', key, value: Buffer.from('x'), headers: {} });

/** What an ingress in another process gets to know. */
async function elsewhere(question: SpoolQuestion): Promise<SpoolAnswer> {
  const child = fork(fileURLToPath(new URL('spool-child.ts', import.meta.url)), [question, root]);
  let answer: SpoolAnswer | null = null;
  child.once('message', (message: SpoolAnswer) => {
    answer = message;
  });
  const [code] = await once(child, 'close');
  if (answer === null) throw new Error(`the other process ended with ${code} and no answer`);
  return answer;
}

test('a slot stays its owner’s while the owner looks for what others left behind', async () => {
  // The look tried the own slot as well. LevelDB refuses that, but closes the LOCK file that it had opened for it, and
  // POSIX drops a process's locks on a file with any close of it: the next ingress got the slot of a living one, replayed
  // its log and removed it, and what the first one called durable from then on went to the removed file.
  const own = await openOwnSlot(options());
  await own.append(record('one'));
  for await (const orphan of orphanedSlots(options())) await orphan.close();
  expect(await elsewhere('own')).toEqual([join(root, '1')]);
  expect(await elsewhere('orphans')).toEqual([]);
  await own.append(record('two'));
  await own.close();
  expect(await elsewhere('orphans')).toEqual(['one', 'two']);
});

test('a slot stays its owner’s while another spool of the process looks for a new place', async () => {
  // A spool whose folder was taken while it was being mended tries all slots, those that its own process holds too.
  const folders = ['0', '1', '2'].map((slot) => join(root, slot));
  const clock = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(0, signal) };
  let fails = false;
  let other: Spool | null = null;
  const storeAt = (folder: string) => {
    const store = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    const batch = store.batch.bind(store) as (...args: unknown[]) => Promise<void>;
    const close = store.close.bind(store);
    store.batch = ((...args: unknown[]) =>
      fails ? Promise.reject(new Error('IO error')) : batch(...args)) as typeof store.batch;
    store.close = async () => {
      await close();
      if (folder === folders[0]) other ??= await Spool.open({ ...options(), folder });
    };
    return store;
  };
  const mended = await Spool.open({ ...options(), folder: join(root, '0'), otherFolders: folders, clock, storeAt });
  const held = await openOwnSlot(options());
  await held.append(record('held'));
  fails = true;
  await expect(mended.append(record('a'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  fails = false;
  await eventually(() => !mended.broken);
  expect([held.folder, mended.folder]).toEqual(folders.slice(1));
  expect(await elsewhere('own')).toEqual([join(root, '3')]);
  await mended.close();
  await (other as Spool | null)?.close();
  await held.close();
});

test('a slot stays its owner’s after an ingress of the same process that could not open it', async () => {
  // A spool that is broken from the start made itself a store, which then opened by itself and was held without a claim.
  const own = await openOwnSlot(options());
  const broken = Spool.broken({ ...options(), folder: own.folder }, new Error('not now'));
  expect(await elsewhere('own')).toEqual([join(root, '1')]);
  await broken.close();
  expect(await elsewhere('own')).toEqual([join(root, '1')]);
  await own.close();
});
