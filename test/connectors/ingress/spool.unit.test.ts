import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OutgoingRecord } from '../../../connectors/ingress/index.ts';
import { decodeRecord, encodeRecord } from '../../../connectors/ingress/spool/encoding.ts';
import { openOwnSlot, orphanedSlots } from '../../../connectors/ingress/spool/slots.ts';
import { Spool } from '../../../connectors/ingress/spool/spool.ts';
import { systemClock } from '../../../connectors/platform/index.ts';

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
