import { text } from 'node:stream/consumers';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { ClickhouseFault } from './fault.ts';
import { identifier } from './identifier.ts';

/**
 * Asks whether we may both read and write a table. Names stand in the text: the statement takes no bound ones.
 * @throws ClickhouseFault `CLICKHOUSE_REFUSES`, with the GRANT that is needed
 */
export async function requireRight(
  client: Pick<ClickHouseClient, 'exec'>,
  database: string,
  table: string,
): Promise<void> {
  const query = `CHECK GRANT SELECT, INSERT ON ${identifier(database)}.${identifier(table)}`;
  let granted: boolean;
  try {
    // Not `query`, which asks for a format: the statement takes none either.
    const { stream } = await client.exec({ query });
    granted = (await text(stream)).trim() !== '0';
  } catch (error) {
    // Servers before 24.12 have no such question.
    if (error instanceof ClickHouseError && error.code === '62') return;
    throw error;
  }
  if (granted) return;
  throw new ClickhouseFault(
    'CLICKHOUSE_REFUSES',
    `the user may not both read and write ${database}.${table}: GRANT SELECT, INSERT, CREATE, ALTER, DROP VIEW ON ${database}.* to it`,
  );
}
