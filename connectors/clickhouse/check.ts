import { type ClickhouseSettings, connectClickhouse } from './client.ts';
import { ClickhouseFault } from './fault.ts';
import { readMigrations } from './migrate.ts';
import { problemOf } from './problem.ts';
import { requireRight } from './right.ts';

/** The tables that the sink writes. */
const written = ['callbacks', 'video_state', 'session_state', 'source_topics', 'schema_migrations'];

/**
 * Asks as the sink does whether it could work: credentials, database, tables and views, the right to write.
 * @throws ClickhouseFault `CLICKHOUSE_REFUSES` or `TABLES_MISSING`, with what to do; the client's error where it is away
 */
export async function checkClickhouse(settings: ClickhouseSettings): Promise<'ready' | 'empty'> {
  const client = connectClickhouse({ ...settings, database: 'default', requestTimeoutMs: 5_000 });
  const database = settings.database;
  const names = async (query: string) => {
    const result = await client.query({ query, query_params: { database }, format: 'JSONEachRow' });
    return (await result.json<{ name: string }>()).map(({ name }) => name);
  };
  try {
    if (!(await names('SHOW DATABASES')).includes(database)) return 'empty';
    const there = new Set(await names('SHOW TABLES FROM {database:Identifier}'));
    // Before the first sink has made them.
    if (there.size === 0) return 'empty';
    const missing = (await expectedTables()).filter((name) => !there.has(name));
    if (missing.length > 0) {
      throw new ClickhouseFault(
        'TABLES_MISSING',
        `the database ${database} has no ${missing.join(', ')}: restore them, or drop the whole database and let the sink fill a new one`,
      );
    }
    for (const table of written) await requireRight(client, database, table);
    return 'ready';
  } catch (error) {
    const problem = problemOf(error);
    if (problem?.kind !== 'person' || error instanceof ClickhouseFault) throw error;
    throw new ClickhouseFault('CLICKHOUSE_REFUSES', problem.text, { cause: error });
  } finally {
    await client.close();
  }
}

/** Every table and view that the migrations of this release make. */
async function expectedTables(): Promise<string[]> {
  const statements = (await readMigrations()).flatMap((migration) => migration.statements);
  const made = statements.map((sql) => /^CREATE (?:TABLE IF NOT EXISTS|OR REPLACE VIEW) (\w+)/.exec(sql)?.[1]);
  return [...new Set(['schema_migrations', ...made.filter((name) => name !== undefined)])];
}
