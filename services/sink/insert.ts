import { Readable } from 'node:stream';
import type { ClickHouseClient } from '../../connectors/clickhouse/index.ts';
import { ClickhouseFault, problemOf } from '../../connectors/clickhouse/index.ts';
import { type TableName, tableColumns, tableHeaders } from './batch.ts';
import type { RowBytes } from './rows/index.ts';

/** A row that ClickHouse won't take, by its number, in ClickHouse's words. */
export type RefusedRow = { readonly row: number; readonly error: string };

/** More refusals than this and than rows that were taken may mean that the table is wrong, not the rows. */
const fewRefusals = 20;

/** More refusals than this in one batch are a person's business: a topic must not be poured into dead letters. */
const mostRefusals = 1_000;

/**
 * Inserts rows into a table. What ClickHouse refuses is halved: a batch that is too much in whole (too many months, too
 * many bytes) is stored in parts, a row that is refused alone is given back, and all others are stored. Where most are
 * refused they are asked for one by one, since halves would be asked for in vain. Rows are idempotent, so a second try
 * after any failure does no harm.
 * @throws the client's error where ClickHouse is away or a person must mend it; ClickhouseFault `TABLE_DIFFERS` where the
 *   table isn't this release's, `ROWS_REFUSED` where it is and refuses more rows than a batch may lose
 */
export async function insertRows(client: ClickHouseClient, table: TableName, rows: RowBytes): Promise<RefusedRow[]> {
  const refused: RefusedRow[] = [];
  let stored = 0;
  let isTableFine = false;
  const areMostRefused = () => refused.length > Math.max(fewRefusals, stored);

  async function insert(from: number, to: number): Promise<void> {
    try {
      await insertEncoded(client, table, rows.slice(from, to));
      stored += to - from;
    } catch (error) {
      const problem = problemOf(error);
      if (problem?.kind !== 'rows') throw error;
      if (to - from === 1) await giveBack(from, problem.text, error);
      else if (areMostRefused()) for (let row = from; row < to; row += 1) await insert(row, row + 1);
      else {
        const middle = Math.ceil((from + to) / 2);
        await insert(from, middle);
        await insert(middle, to);
      }
    }
  }

  async function giveBack(row: number, error: string, cause: unknown): Promise<void> {
    refused.push({ row, error });
    if (areMostRefused() && !isTableFine) {
      await requireColumns(client, table);
      isTableFine = true;
    }
    if (refused.length > mostRefusals) {
      throw new ClickhouseFault(
        'ROWS_REFUSED',
        `ClickHouse refuses more than ${mostRefusals} rows of one batch for ${table}, the last one with: ${error}`,
        { cause },
      );
    }
  }

  if (rows.rows > 0) await insert(0, rows.rows);
  return refused;
}

/** @throws ClickhouseFault `TABLE_DIFFERS` */
async function requireColumns(client: ClickHouseClient, table: TableName): Promise<void> {
  const result = await client.query({ query: `DESCRIBE TABLE ${table}`, format: 'JSONEachRow' });
  const there = new Map((await result.json<{ name: string; type: string }>()).map(({ name, type }) => [name, type]));
  const wrong = tableColumns[table].filter(({ name, type }) => there.get(name) !== type);
  if (wrong.length === 0) return;
  const columns = wrong.map(({ name, type }) => `${name} ${type} (there: ${there.get(name) ?? 'none'})`).join(', ');
  throw new ClickhouseFault('TABLE_DIFFERS', `the table ${table} is not this release's: ${columns.slice(0, 300)}`, {
    retryable: true,
  });
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
