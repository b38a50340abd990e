import { ClickHouseError } from '@clickhouse/client';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClickHouseClient } from '../../../connectors/clickhouse/client.ts';
import { ClickhouseFault } from '../../../connectors/clickhouse/fault.ts';
import { tableColumns, tableHeaders } from '../../../services/sink/batch.ts';
import { insertRows } from '../../../services/sink/insert.ts';
import { RowBytes } from '../../../services/sink/rows/index.ts';

const refusal = (code: string) => new ClickHouseError({ code, type: 'X', message: 'no such value\nline two' });

function rowsOf(count: number): RowBytes {
  const rows = new RowBytes(16);
  for (let row = 0; row < count; row += 1) {
    rows.int64(row);
    rows.endRow();
  }
  return rows;
}

/** Stores whole inserts only, as ClickHouse does, and refuses those that hold a bad row. */
function table(bad: ReadonlySet<number>, error = refusal('27'), columns = tableColumns.callbacks) {
  const stored = new Set<number>();
  let calls = 0;
  const exec = async ({ values }: { values: AsyncIterable<Buffer> }) => {
    calls += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of values) chunks.push(chunk);
    const [header, encoded = Buffer.alloc(0)] = chunks;
    expect(header).toEqual(tableHeaders.callbacks);
    const rows = Array.from({ length: encoded.length / 8 }, (_, n) => Number(encoded.readBigInt64LE(n * 8)));
    if (rows.some((row) => bad.has(row))) throw error;
    for (const row of rows) stored.add(row);
    return { stream: (async function* () {})() };
  };
  return {
    client: { exec, query: async () => ({ json: async () => columns }) } as unknown as ClickHouseClient,
    stored,
    calls: () => calls,
  };
}

it('gives back exactly the rows that are refused and stores all others', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { maxLength: 15 }),
      async (size, badOffsets) => {
        const bad = badOffsets.filter((offset) => offset < size).sort((a, b) => a - b);
        const { client, stored } = table(new Set(bad));
        const refused = await insertRows(client, 'callbacks', rowsOf(size));
        expect(refused.map((r) => r.row)).toEqual(bad);
        expect(refused.every((r) => r.error === 'X (code 27): no such value')).toBe(true);
        expect(stored.size).toBe(size - bad.length);
      },
    ),
    { numRuns: 50 },
  );
});

const every = (count: number) => new Set(Array.from({ length: count }, (_, row) => row));

it('waits for a person instead of refusing a whole topic when the table itself is wrong', async () => {
  const all = rowsOf(5_000);
  const { client, calls } = table(every(5_000), refusal('117'), tableColumns.callbacks.slice(1));
  await expect(insertRows(client, 'callbacks', all)).rejects.toMatchObject({ code: 'TABLE_DIFFERS', retryable: true });
  expect(calls()).toBeLessThan(100);
});

it('gives back a batch of refused rows without asking twice for each', async () => {
  const { client, calls } = table(every(900));
  expect(await insertRows(client, 'callbacks', rowsOf(900))).toHaveLength(900);
  expect(calls()).toBeLessThan(1_000);
});

it('stops instead of pouring a topic into dead letters when the table is right', async () => {
  const { client, calls } = table(every(50_000));
  const inserting = insertRows(client, 'callbacks', rowsOf(50_000));
  await expect(inserting).rejects.toMatchObject({ code: 'ROWS_REFUSED', retryable: false });
  await expect(inserting).rejects.toBeInstanceOf(ClickhouseFault);
  expect(calls()).toBeLessThan(1_200);
});

it('stores in parts what is too much in whole', async () => {
  let calls = 0;
  const exec = async ({ values }: { values: AsyncIterable<Buffer> }) => {
    calls += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of values) chunks.push(chunk);
    const [, encoded] = chunks;
    const message = 'Too many partitions for single INSERT block (more than 100)';
    if ((encoded?.length ?? 0) / 8 > 100) throw new ClickHouseError({ code: '252', type: 'TOO_MANY_PARTS', message });
    return { stream: (async function* () {})() };
  };
  expect(await insertRows({ exec } as unknown as ClickHouseClient, 'callbacks', rowsOf(150))).toEqual([]);
  expect(calls).toBe(3);
});

it.each([
  ['241', 'Memory limit (total) exceeded'],
  ['252', 'Too many parts (3000). Merges are processing significantly slower than inserts'],
  ['159', 'Timeout exceeded'],
  ['202', 'Too many simultaneous queries'],
  ['236', 'Server is shutting down'],
  ['60', 'Table live2vod.callbacks does not exist'],
  ['497', 'Not enough privileges'],
])('leaves code %s (%s) to be tried again', async (code, message) => {
  const { client, calls } = table(new Set([0]), new ClickHouseError({ code, type: 'X', message }));
  await expect(insertRows(client, 'callbacks', rowsOf(2))).rejects.toMatchObject({ code });
  expect(calls()).toBe(1);
});
