import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type ClickHouseClient, type ClickhouseSettings, connectClickhouse } from './client.ts';
import { ClickhouseFault } from './fault.ts';

export type Migration = {
  /** The number that its file name begins with. */
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
  /** Of the file's text. */
  readonly checksum: string;
};

/** The migrations of this release, by version. */
export async function readMigrations(folder = new URL('./migrations/', import.meta.url)): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), 'utf8');
      const name = file.replace(/\.sql$/, '');
      return {
        version: Number(name.slice(0, 4)),
        name,
        statements: statementsOf(text),
        checksum: createHash('sha256').update(text).digest('hex').slice(0, 32),
      };
    }),
  );
}

/** Statements end with a semicolon at a line's end; comments have lines of their own. */
function statementsOf(text: string): string[] {
  return text
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Makes the database and brings its tables to this release. Returns the versions that were applied now. Safe to run
 * twice and by several at once: every statement is idempotent, the record of what was applied is one row per version.
 * @throws ClickhouseFault `MIGRATION_CHANGED` where a version was applied with another text
 */
export async function migrate(
  settings: ClickhouseSettings,
  migrations?: readonly Migration[],
): Promise<readonly number[]> {
  const wanted = migrations ?? (await readMigrations());
  const server = connectClickhouse({ ...settings, database: 'default' });
  const client = connectClickhouse(settings);
  try {
    await server.command({
      query: 'CREATE DATABASE IF NOT EXISTS {database:Identifier}',
      query_params: { database: settings.database },
    });
    await client.command({ query: bookTable });
    const applied = await readBook(client);
    const now: number[] = [];
    for (const migration of wanted) {
      const checksum = applied.get(migration.version);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined) {
        throw new ClickhouseFault(
          'MIGRATION_CHANGED',
          `migration ${migration.name} was applied to ${settings.database} with another text: a released migration must not change, add a new one`,
        );
      }
      for (const query of migration.statements) await client.command({ query });
      const { version, name } = migration;
      await client.insert({
        table: 'schema_migrations',
        values: [{ version, name, checksum: migration.checksum }],
        format: 'JSONEachRow',
      });
      now.push(version);
    }
    return now;
  } finally {
    await Promise.all([server.close(), client.close()]);
  }
}

const bookTable = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    version    UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree ORDER BY version`;

async function readBook(client: ClickHouseClient): Promise<Map<number, string>> {
  const result = await client.query({
    query: 'SELECT version, checksum FROM schema_migrations FINAL',
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ version: number; checksum: string }>();
  return new Map(rows.map((row) => [row.version, row.checksum]));
}
