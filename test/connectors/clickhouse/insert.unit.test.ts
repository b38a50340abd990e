import { ClickHouseError } from '@clickhouse/client';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClickHouseClient } from '../../../connectors/clickhouse/client.ts';
import { ClickhouseFault } from '../../../connectors/clickhouse/fault.ts';
import { RowBytes } from '../../../connectors/clickhouse/rows/index.ts';
import { tableHeaders } from '../../../connectors/clickhouse/sink/batch.ts';
import { insertRows } from '../../../connectors/clickhouse/sink/insert.ts';

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
function table(bad: ReadonlySet<number>, error = refusal('27')) {
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
  return { client: { exec } as unknown as ClickHouseClient, stored, calls: () => calls };
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
        expect(refused.every((r) => r.error === 'no such value')).toBe(true);
        expect(stored.size).toBe(size - bad.length);
      },
    ),
    { numRuns: 50 },
  );
});

it('stops instead of refusing a whole topic when the table itself is wrong', async () => {
  const all = rowsOf(5_000);
  const { client, calls } = table(new Set(Array.from({ length: 5_000 }, (_, row) => row)));
  await expect(insertRows(client, 'callbacks', all)).rejects.toMatchObject({ code: 'ROWS_REFUSED', retryable: false });
  await expect(insertRows(client, 'callbacks', all)).rejects.toBeInstanceOf(ClickhouseFault);
  expect(calls()).toBeLessThan(200);
});

it.each(['241', '252', '159', '60', '999'])('leaves code %s to be tried again', async (code) => {
  const { client } = table(new Set([0]), refusal(code));
  await expect(insertRows(client, 'callbacks', rowsOf(2))).rejects.toMatchObject({ code });
});
