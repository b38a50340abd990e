import { appendFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import type { OutgoingRecord } from '../../../services/intake/http/index.ts';
import { decodeRecord, encodeRecord } from '../../../services/intake/spool/encoding.ts';
import { openOwnSlot, orphanedSlots } from '../../../services/intake/spool/slots.ts';
import { Spool, type SpoolOptions } from '../../../services/intake/spool/spool.ts';
import { eventually } from '../../support/eventually.ts';

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'live2vod-spool-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function fresh(limitBytes = 1_000_000) {
  folders += 1;
  return { folder: join(root, String(folders)), limitBytes, clock: systemClock };
}
const record = (key: string, size = 10): OutgoingRecord => ({
  topic: 'callbacks',
  key,
  value: Buffer.alloc(size, 'x'),
  headers: { source: 'http', 'received-at': '1' },
});
const everything = { records: 10_000, bytes: Number.MAX_SAFE_INTEGER };
const keysOf = async (spool: Spool) => (await spool.oldest(everything)).map((entry) => entry.record.key);

test('a record survives its encoding', () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.option(fc.string({ unit: 'grapheme' })),
      fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
      (value, key, headers) => {
        const decoded = decodeRecord(encodeRecord({ topic: 'dead-letters', key, value, headers }));
        expect({ ...decoded, value: new Uint8Array(decoded.value) }).toEqual({
          topic: 'dead-letters',
          key,
          value: new Uint8Array(value),
          headers,
        });
      },
    ),
  );
});

test('is a queue: what went in first comes out first, through any sequence of appends, removals and restarts', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('remove' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('restart' as const), count: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const options = fresh();
      let spool = await Spool.open(options);
      let next = 0;
      let expected: string[] = [];
      try {
        for (const { kind, count } of steps) {
          if (kind === 'append') {
            const keys = Array.from({ length: count }, (_, index) => String(next + index));
            next += count;
            await Promise.all(keys.map((key) => spool.append(record(key))));
            expected.push(...keys);
          } else if (kind === 'remove') {
            const last = (await spool.oldest({ records: count, bytes: 1_000_000 })).at(-1);
            if (last !== undefined) await spool.removeThrough(last.position);
            expected = expected.slice(count);
          } else {
            await spool.close();
            spool = await Spool.open(options);
          }
          expect(spool.records).toBe(expected.length);
          expect(await keysOf(spool)).toEqual(expected);
          expect(spool.bytes > 0).toBe(expected.length > 0);
        }
      } finally {
        await spool.close();
      }
    }),
    { numRuns: 25 },
  );
});

test('is bounded: full is refused at once, and room comes back by removing', async () => {
  const spool = await Spool.open(fresh(1_000));
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => spool.append(record(String(index), 50))),
  );
  const kept = results.filter((result) => result.status === 'fulfilled').length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(20);
  expect(results.slice(kept).every((result) => result.status === 'rejected')).toBe(true);
  await expect(spool.append(record('more', 50))).rejects.toMatchObject({ code: 'SPOOL_FULL', retryable: true });
  expect(spool.bytes).toBeLessThanOrEqual(1_000);

  const [first] = await spool.oldest({ records: 1, bytes: 1 });
  if (first === undefined) throw new Error('the spool is empty');
  await spool.removeThrough(first.position);
  await spool.append(record('more', 50));
  expect((await keysOf(spool)).at(-1)).toBe('more');
  await spool.close();
});

test('hands out batches by size, at least one record', async () => {
  const spool = await Spool.open(fresh());
  await Promise.all(['a', 'b', 'c'].map((key) => spool.append(record(key, 100))));
  expect(await spool.oldest({ records: 10, bytes: 1 })).toHaveLength(1);
  expect(await spool.oldest({ records: 10, bytes: 400 })).toHaveLength(2);
  expect(await spool.oldest({ records: 2, bytes: 1_000_000 })).toHaveLength(2);
  await spool.close();
});

test('processes of one host own slots of their own, and what one left behind is found', async () => {
  const options = fresh();
  const first = await openOwnSlot(options);
  const second = await openOwnSlot(options);
  expect(second.folder).not.toBe(first.folder);
  await first.append(record('left behind'));

  const found: (string | null)[][] = [];
  const look = async () => {
    for await (const orphan of orphanedSlots(options)) {
      found.push(await keysOf(orphan));
      await orphan.close();
    }
  };
  await look();
  expect(found).toEqual([]);
  await first.close();
  await look();
  expect(found).toEqual([['left behind']]);
  await second.close();
});

test('appends one after the other, each right when the one before is durable', async () => {
  // An append in the turn in which the last write ended found a writer that had already looked, and waited for ever.
  const spool = await Spool.open(fresh());
  for (let count = 0; count < 50; count += 1) await spool.append(record(String(count)));
  expect(spool.records).toBe(50);
  await spool.close();
});

/** The log that LevelDB writes to at the moment: what a crash in the middle of an append leaves torn. */
async function logOf(folder: string): Promise<string> {
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  return join(folder, logs.at(-1) ?? '');
}

test.each([
  ['cut off in the middle of the last append', async (file: string) => truncate(file, (await stat(file)).size - 7)],
  ['followed by bytes of an append that never ended', (file: string) => appendFile(file, Buffer.alloc(50, 0x5a))],
])('a log %s: every earlier record is there, and the spool goes on', async (_name, tear) => {
  const options = fresh();
  const spool = await Spool.open(options);
  for (const key of ['a', 'b', 'c']) await spool.append(record(key, 100));
  await spool.close();
  await tear(await logOf(options.folder));

  const after = await Spool.open(options);
  const left = await keysOf(after);
  expect(['a', 'b', 'c'].slice(0, left.length)).toEqual(left);
  expect(left.length).toBeGreaterThanOrEqual(2);
  await after.append(record('d'));
  expect(await keysOf(after)).toEqual([...left, 'd']);
  await after.close();
});

/** A LevelDB on a disk that can be full. Takes no write any more once one has failed, as the real one after a synced one. */
class FullDisk {
  full = false;
  readonly storeAt: NonNullable<SpoolOptions['storeAt']> = (folder) => {
    const store = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    let failed = false;
    const refused = () => {
      failed ||= this.full;
      return failed;
    };
    const { batch, put, clear, open } = store;
    const noSpace = () => Promise.reject(new Error('IO error: No space left on device'));
    const guard =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        refused() ? noSpace() : call.apply(store, args);
    store.batch = guard(batch as (...args: unknown[]) => Promise<void>) as typeof batch;
    store.put = guard(put as (...args: unknown[]) => Promise<void>) as typeof put;
    store.clear = guard(clear as (...args: unknown[]) => Promise<void>) as typeof clear;
    store.open = guard(open as (...args: unknown[]) => Promise<void>) as typeof open;
    return store;
  };
}

test('a full disk: what is on it can still be drained, then the spool starts over', async () => {
  // The store used to be closed to be opened again, which a disk full of the spool itself refused for ever.
  const disk = new FullDisk();
  const spool = await Spool.open({ ...fresh(), storeAt: disk.storeAt });
  for (const key of ['a', 'b', 'c']) await spool.append(record(key));
  disk.full = true;
  await expect(spool.append(record('d'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  const [first, ...others] = await spool.oldest(everything);
  if (first === undefined) throw new Error('nothing to read');
  await spool.removeThrough(first.position);
  expect(await keysOf(spool)).toEqual(['b', 'c']);
  const last = others.at(-1);
  if (last !== undefined) await spool.removeThrough(last.position);
  expect(spool.records).toBe(0);
  disk.full = false;
  await eventually(() => !spool.broken);
  await spool.append(record('e'));
  expect(await keysOf(spool)).toEqual(['e']);
  await spool.close();
});

test('a full disk that gets room: nothing is lost, and nothing that was drained comes back', async () => {
  const disk = new FullDisk();
  const spool = await Spool.open({ ...fresh(), storeAt: disk.storeAt });
  for (const key of ['a', 'b', 'c']) await spool.append(record(key));
  disk.full = true;
  await expect(spool.append(record('d'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  const [first] = await spool.oldest(everything);
  if (first !== undefined) await spool.removeThrough(first.position);
  disk.full = false;
  await eventually(() => !spool.broken);
  await spool.append(record('e'));
  expect(await keysOf(spool)).toEqual(['b', 'c', 'e']);
  await spool.close();
});

test('a slot that can not be opened is passed over and named; where none can, the spool mends itself', async () => {
  const options = fresh();
  const named: string[] = [];
  const slots = { ...options, onUnreadable: (folder: string) => void named.push(folder) };
  // A file where the slot's folder should be.
  await (await openOwnSlot(slots)).close();
  const first = join(options.folder, '0');
  await rm(first, { recursive: true });
  await writeFile(first, '');
  const second = await openOwnSlot(slots);
  expect(second.folder).toBe(join(options.folder, '1'));
  expect(named).toEqual([first]);
  await second.append(record('a'));
  await second.close();
  for await (const orphan of orphanedSlots(slots)) {
    expect(await keysOf(orphan)).toEqual(['a']);
    await orphan.close();
  }

  const disk = new FullDisk();
  disk.full = true;
  const spool = await openOwnSlot({ ...fresh(), storeAt: disk.storeAt });
  expect(spool.broken).toBe(true);
  disk.full = false;
  await eventually(() => !spool.broken);
  await spool.append(record('b'));
  expect(await keysOf(spool)).toEqual(['b']);
  await spool.close();
});
