import { Readable } from 'node:stream';
import { type ClickHouseClient, isRetryable } from '../client.ts';
import { ClickhouseFault } from '../fault.ts';
import type { RowBytes } from '../rows/index.ts';
import { type TableName, tableHeaders } from './batch.ts';

/** A row that ClickHouse won't take, by its number, in ClickHouse's words. */
export type RefusedRow = { readonly row: number; readonly error: string };

/** More refusals than this and than rows that were taken mean that the table is wrong, not the rows. */
const fewRefusals = 20;

/**
 * Inserts rows into a table. Rows that ClickHouse refuses are found by halving and given back; all others are stored.
 * Rows are idempotent, so a second try after any failure does no harm.
 * @throws the client's error where ClickHouse is away; ClickhouseFault `ROWS_REFUSED` where it refuses most rows
 */
export async function insertRows(client: ClickHouseClient, table: TableName, rows: RowBytes): Promise<RefusedRow[]> {
  const refused: RefusedRow[] = [];
  let stored = 0;

  async function insert(from: number, to: number): Promise<void> {
    try {
      await insertEncoded(client, table, rows.slice(from, to));
      stored += to - from;
    } catch (error) {
      if (isRetryable(error)) throw error;
      if (to - from > 1) {
        const middle = Math.ceil((from + to) / 2);
        await insert(from, middle);
        await insert(middle, to);
        return;
      }
      const message = firstLine(error instanceof Error ? error.message : String(error));
      refused.push({ row: from, error: message });
      if (refused.length > Math.max(fewRefusals, stored)) {
        throw new ClickhouseFault(
          'ROWS_REFUSED',
          `ClickHouse refuses most rows for ${table}, the last time with: ${message}. Check the table's columns against this release`,
          { cause: error },
        );
      }
    }
  }

  if (rows.rows > 0) await insert(0, rows.rows);
  return refused;
}

/** The rows are in their format already; the client's own `insert` would want objects. */
async function insertEncoded(client: ClickHouseClient, table: TableName, rows: Buffer): Promise<void> {
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} FORMAT RowBinaryWithNamesAndTypes`,
    values: Readable.from([tableHeaders[table], rows], { objectMode: false }),
  });
  for await (const _ of stream) {
    // The answer is empty; its end says that the rows are stored.
  }
}

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 500) ?? '';
