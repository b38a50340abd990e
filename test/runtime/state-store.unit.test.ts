import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Changelog, type Checkpoint, whyRebuild } from '../../runtime/store/checkpoint.ts';
import { encodePlace } from '../../runtime/store/place.ts';
import { sealed } from '../../runtime/store/seal.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { storeFault } from '../../runtime/store/store-fault.ts';
import { damageTable } from './damaged-table.ts';

let folder = '';
const opened: StateStore[] = [];
const copies: string[] = [];
const open = async (at = folder, boot?: string | null) => {
  const store = await StateStore.open(at, boot);
  opened.push(store);
  return store;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-store-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await chmod(folder, 0o700);
  for (const one of [folder, ...copies.splice(0)]) await rm(one, { recursive: true, force: true });
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
    await store.moveTimers([{ dueAtMs: 500, key: 'early' }], []);
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

  // LevelDB reads its tables without looking at their checksums: a flipped bit came back as a state, or as a state that
  // can't be decoded, for which a good callback was set aside.
  test('a value that is not as it was written is corrupt, not a state', async () => {
    const value = randomBytes(500);
    await (await open()).write([{ key: 'a', bytes: value, dueAtMs: null }, put('b', 'fine')], checkpoint);
    for (const store of opened.splice(0)) await store.close();
    await damageTable(folder, value.subarray(250, 300));
    const damaged = await open();
    expect(() => damaged.get('a')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
    expect(damaged.get('b')?.toString()).toBe('fine');
  });

  test('a place that is not as it was written is corrupt, as is a value whose file is gone or short', async () => {
    const values = ['one', 'two', 'three'].map((text) => Buffer.from(text));
    await (await open()).write(
      values.map((bytes, n) => ({ key: String(n), bytes, dueAtMs: null })),
      checkpoint,
    );
    for (const store of opened.splice(0)) await store.close();
    const place = encodePlace({ file: 1, offset: 3, length: 3 }, crc32(Buffer.from('two'), crc32('s1')));
    await damageTable(folder, place.subarray(4));
    const damaged = await open();
    expect(damaged.get('0')?.toString()).toBe('one');
    expect(() => damaged.get('1')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
    await damaged.close();
    const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.values'));
    await writeFile(join(folder, file), 'onetwothre');
    const short = await open();
    expect(() => short.get('2')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
    await short.close();
    await rm(join(folder, file));
    const gone = await open();
    expect(() => gone.get('0')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  });

  test('a store of the release before, whose values were in LevelDB, is rebuilt', async () => {
    const level = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
    await level.put('c', sealed('c', Buffer.from(JSON.stringify({ version: 2, ...checkpoint }))));
    await level.put('sa', sealed('sa', Buffer.from('a state')));
    await level.close();
    const store = await open();
    expect(store.checkpoint()).toBeNull();
    expect(await store.isEmpty()).toBe(false);
    expect(() => store.get('a')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  });

  test('a store whose values carry no checksum, of an older version, is corrupt', async () => {
    const level = new ClassicLevel(folder);
    await level.put('c', JSON.stringify({ version: 1, ...checkpoint }));
    await level.close();
    const store = await open();
    expect(() => store.checkpoint()).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
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

// What isn't flushed when a machine crashes may be lost block by block, in the middle of LevelDB's log too. LevelDB skips
// what it can't read there and goes on behind it: the newest checkpoint over states of which some are missing.
describe('a machine that crashes', () => {
  /** What other processes see of the folder now. */
  async function copied(): Promise<string> {
    const copy = await mkdtemp(join(tmpdir(), 'live2vod-store-'));
    copies.push(copy);
    await cp(folder, copy, { recursive: true });
    return copy;
  }

  /** The folder of a running store as a crash leaves it, with a lost block where the states are. */
  async function crashed(boot: string | null): Promise<string> {
    const store = await open(folder, boot);
    const states = Array.from({ length: 40 }, (_, n) => ({ ...put('', ''), key: `${n}`.padEnd(4_000) }));
    for (const state of states) await store.write([state], null);
    await store.write([], checkpoint);
    const copy = await copied();
    const log = join(copy, (await readdir(copy)).find((name) => name.endsWith('.log')) ?? '');
    const bytes = await readFile(log);
    await writeFile(log, bytes.fill(0, 65_536, 98_304));
    return copy;
  }

  test.each([
    ['first', 'second'],
    ['first', null],
    [null, null],
  ])('leaves a corrupt store (boot %s, then %s)', async (before, after) => {
    const folderAfter = await crashed(before);
    await expect(StateStore.open(folderAfter, after)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await StateStore.discard(folderAfter);
    expect(await (await open(folderAfter, after)).isEmpty()).toBe(true);
  });

  test('takes nothing from a store that was closed before, once and again', async () => {
    for (const boot of ['first', 'second', null, 'third']) {
      const store = await open(folder, boot);
      if (boot !== 'first') expect(store.get('a')?.toString()).toBe('1');
      await store.write([put('a', '1')], checkpoint);
      await store.close();
    }
  });

  test('is not a killed process: the same boot has all that was written', async () => {
    const store = await open(folder, 'first');
    await store.write([put('a', '1')], checkpoint);
    const copy = await copied();
    const again = await open(copy, 'first');
    expect(again.get('a')?.toString()).toBe('1');
    expect(again.checkpoint()).toEqual(checkpoint);
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
