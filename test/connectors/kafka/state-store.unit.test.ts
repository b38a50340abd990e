import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Changelog, type Checkpoint, whyRebuild } from '../../../connectors/kafka/store/checkpoint.ts';
import { StateStore } from '../../../connectors/kafka/store/state-store.ts';
import { storeFault } from '../../../connectors/kafka/store/store-fault.ts';

let folder = '';
const opened: StateStore[] = [];
const open = async (at = folder) => {
  const store = await StateStore.open(at);
  opened.push(store);
  return store;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-store-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

const checkpoint: Checkpoint = { topicId: 'id', topic: 'states', partitions: 6, offset: 42, wallTimeMs: 1_000 };
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const put = (key: string, text: string, dueAtMs: number | null = null) => ({ key, bytes: Buffer.from(text), dueAtMs });

describe('the state store', () => {
  test('gives back the bytes and the checkpoint of its last batch, also after it was opened again', async () => {
    const first = await open();
    expect(await first.isEmpty()).toBe(true);
    await first.write([put('a', '1'), put('b', '2'), { key: 'c', bytes: Buffer.alloc(0), dueAtMs: null }], checkpoint);
    await first.write([put('a', '3'), { key: 'b', bytes: null, dueAtMs: null }], null);
    await first.close();
    const second = await open();
    expect(second.get('a')?.toString()).toBe('3');
    expect(second.get('b')).toBeUndefined();
    expect(second.get('c')).toHaveLength(0);
    expect(second.checkpoint()).toEqual(checkpoint);
    expect(await second.isEmpty()).toBe(false);
  });

  test('lists timers by time, drops the one that a change replaces, and keeps unknown ones as hints', async () => {
    const store = await open();
    await store.write([put('late', 'x', 10_000), put('early', 'x', 500), put('none', 'x')], null);
    await store.write([{ ...put('late', 'y', 20_000), previousDueAtMs: 10_000 }, put('early', 'y', 900)], null);
    expect(await store.dueTimers(30_000, 10)).toEqual([
      { dueAtMs: 500, key: 'early' },
      { dueAtMs: 900, key: 'early' },
      { dueAtMs: 20_000, key: 'late' },
    ]);
    expect(await store.dueTimers(899, 10)).toEqual([{ dueAtMs: 500, key: 'early' }]);
    expect(await store.dueTimers(30_000, 1)).toHaveLength(1);
    await store.dropTimers([{ dueAtMs: 500, key: 'early' }]);
    expect(await store.earliestTimerMs()).toBe(900);
  });

  test('keys may look like anything', async () => {
    const store = await open();
    const keys = ['', 'c', 's', 't0000000000000001x', 'ü/漢字', '\u0000'];
    await store.write(
      keys.map((key) => put(key, `value of ${key}`, 7)),
      checkpoint,
    );
    for (const key of keys) expect(store.get(key)?.toString()).toBe(`value of ${key}`);
    expect((await store.dueTimers(7, 10)).map((timer) => timer.key)).toEqual([...keys].sort(byBytes));
    expect(store.checkpoint()).toEqual(checkpoint);
  });

  test('is locked while it is open', async () => {
    await open();
    await expect(StateStore.open(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  test('says so where it is corrupt, so that it can be rebuilt', async () => {
    const store = await open();
    await store.write([put('a', '1')], checkpoint);
    await store.close();
    await writeFile(join(folder, 'CURRENT'), 'MANIFEST-000099\n');
    await expect(StateStore.open(folder)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await StateStore.discard(folder);
    expect(await (await open()).isEmpty()).toBe(true);
  });

  test('a folder that is a file, or that cannot be made, is named with what to do', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    await expect(StateStore.open(file)).rejects.toMatchObject({ code: 'STORE_FOLDER' });
    await expect(StateStore.open(join(file, 'below'))).rejects.toMatchObject({ code: 'STORE_FOLDER' });
  });

  // Root may write anywhere, so the mode proves nothing there.
  test.skipIf(process.getuid?.() === 0)('a read-only folder is named with what to do', async () => {
    const readOnly = join(folder, 'read-only');
    await mkdir(readOnly);
    await chmod(readOnly, 0o500);
    await expect(StateStore.open(join(readOnly, '0'))).rejects.toThrow(/LIVE2VOD_HOME/);
  });

  test.each([
    ['ENOSPC: no space left on device, write', 'DISK_FULL'],
    ['IO error: /x/000005.log: No space left on device', 'DISK_FULL'],
    ['EROFS: read-only file system, mkdir', 'STORE_FOLDER'],
    ['EACCES: permission denied, mkdir', 'STORE_FOLDER'],
    ['Corruption: checksum mismatch', 'STORE_CORRUPT'],
  ])('%s means %s', (message, code) => {
    const cause = new Error(message);
    expect(storeFault('write to', '/state/0', new Error('Batch write failed', { cause }))).toMatchObject({ code });
  });
});

describe('whether a store can be brought up to date', () => {
  const hourMs = 3_600_000;
  const changelog: Changelog = {
    topicId: 'id',
    topic: 'states',
    partitions: 6,
    beginning: 0,
    end: 100,
    tombstoneRetentionMs: 24 * hourMs,
  };
  test.each<[string, Checkpoint | null, boolean]>([
    ['a fresh checkpoint', checkpoint, false],
    ['a checkpoint at the very end', { ...checkpoint, offset: 100 }, false],
    ['none', null, true],
    ['another cluster or a topic made anew', { ...checkpoint, topicId: 'other' }, true],
    ['another topic', { ...checkpoint, topic: 'x.states' }, true],
    ['another partition count', { ...checkpoint, partitions: 12 }, true],
    ['an offset beyond the end', { ...checkpoint, offset: 101 }, true],
  ])('%s', (_name, found, rebuild) => {
    expect(whyRebuild(found, changelog, 1_000 + hourMs) !== null).toBe(rebuild);
  });

  test('an age over half of the tombstones retention', () => {
    expect(whyRebuild(checkpoint, changelog, 1_000 + 12 * hourMs)).toBeNull();
    expect(whyRebuild(checkpoint, changelog, 1_001 + 12 * hourMs)).toContain('tombstones');
  });
});
