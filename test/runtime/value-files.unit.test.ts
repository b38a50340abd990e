import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdtemp, open as openFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../platform/host/index.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { eventually } from '../support/eventually.ts';
import { bytesOf, replacedOften } from './replaced-values.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-values-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const mebibyte = 1024 * 1024;

async function valueBytes(): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder)) {
    if (name.endsWith('.values'))
      sum += await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return sum;
}

test('the room of replaced values is given back, and every value stays what was written last', async () => {
  let store = await StateStore.open(folder);
  const { keys, newest, round } = replacedOften();
  // 100 values that stay, 100 that are replaced again and again, and some that are deleted: 8 MiB of values at most.
  await store.write(
    keys.map((key) => round(key, 1)),
    null,
  );
  for (let n = 2; n <= 40; n += 1) {
    await store.write(
      keys.slice(100).map((key) => round(key, n)),
      null,
    );
    if (n % 10 === 0) {
      await store.close();
      store = await StateStore.open(folder);
    }
  }
  await eventually(async () => {
    // A cleaning begins with a write.
    await store.write([round(keys[150] ?? '', 41)], null);
    return (await valueBytes()) < 24 * mebibyte;
  });
  for (const again of [false, true]) {
    if (again) {
      await store.close();
      store = await StateStore.open(folder);
    }
    for (const key of keys) {
      const written = newest.get(key) ?? null;
      expect(store.get(key)?.equals(bytesOf(key, written ?? 0)) ?? null).toBe(written === null ? null : true);
    }
  }
  await store.close();
});

// The system tells of blocks that it couldn't write once: the next flush of the same file succeeds. A store that took that
// for success counted as closed, and had holes after the machine had crashed.
test('a store whose values could not be flushed once does not count as closed', async () => {
  const store = await StateStore.open(folder, 'first');
  const handle = await openFile(folder, 'r');
  const files: Pick<FileHandle, 'datasync'> = Object.getPrototypeOf(handle);
  await handle.close();
  const flushing = vi.spyOn(files, 'datasync').mockRejectedValueOnce(new Error('EIO: i/o error, fdatasync'));
  const { keys, round } = replacedOften();
  // The first file is flushed once it is complete; closing flushes all of them.
  for (let n = 1; n <= 2; n += 1)
    await store.write(
      keys.map((key) => round(key, n)),
      null,
    );
  expect(flushing).toHaveBeenCalledOnce();
  await store.close();
  await expect(StateStore.open(folder, 'second')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
});

// A value is moved before its place is, and its file is deleted once no place is in it: so whatever a killed process did
// last, each place leads to its value.
test('a process that is killed while it writes and cleans loses nothing that it was told is written', async () => {
  const { keys } = replacedOften();
  const child = fileURLToPath(new URL('replaced-values-child.ts', import.meta.url));
  let from = 1;
  for (const afterMs of [300, 500, 700, 900]) {
    const process = fork(child, [folder, String(from)]);
    let written = from - 1;
    process.on('message', (round: number) => {
      written = round;
    });
    await eventually(() => written >= from);
    await systemClock.sleep(afterMs);
    process.kill('SIGKILL');
    await once(process, 'close');
    const store = await StateStore.open(folder);
    const rounds = new Set<number>();
    for (const key of keys) {
      const value = store.get(key);
      const round = value?.readUInt32LE() ?? 0;
      expect(value?.equals(bytesOf(key, round))).toBe(true);
      rounds.add(round);
    }
    // All of a batch, or nothing of it; what was told, or the batch that was in flight.
    expect(rounds.size).toBe(1);
    const [last = 0] = rounds;
    expect([written, written + 1]).toContain(last);
    await store.close();
    from = last + 1;
  }
  const store = await StateStore.open(folder);
  await eventually(async () => {
    await store.write([], null);
    return (await valueBytes()) < 24 * mebibyte;
  });
  await store.close();
});
