import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectClickhouse,
  migrate,
  readMigrations,
  type SpawnedClickhouse,
  spawnClickhouseRole,
} from '../../../connectors/clickhouse/index.ts';
import { panelSql } from './dashboards.ts';

let folder: string;
let role: SpawnedClickhouse;
let client: ClickHouseClient;
const settings = () => ({ url: role.url, database: 'live2vod' });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-dashboards-'));
  role = await spawnClickhouseRole({ folder });
});
afterAll(async () => {
  await client.close();
  await role.stop();
  await rm(folder, { recursive: true, force: true });
});

it('applies the migrations once, however many start at the same time, and again changes nothing', async () => {
  await Promise.all([migrate(settings()), migrate(settings()), migrate(settings())]);
  client = connectClickhouse(settings());
  const versions = async () => {
    const query = 'SELECT version FROM schema_migrations FINAL ORDER BY version';
    return (await (await client.query({ query, format: 'JSONEachRow' })).json<{ version: number }>()).map(
      (row) => row.version,
    );
  };
  const known = (await readMigrations()).map((migration) => migration.version);
  expect(await versions()).toEqual(known);
  expect(await migrate(settings())).toEqual([]);
  expect(await versions()).toEqual(known);
});

it('refuses to go on when an applied migration was changed', async () => {
  const [first, ...others] = await readMigrations();
  if (!first) throw new Error('there are no migrations');
  await expect(migrate(settings(), [{ ...first, checksum: 'another' }, ...others])).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
  });
});

describe('every dashboard panel asks for columns that exist', () => {
  it.each(panelSql())('%s', async (_, query) => {
    const result = await client.query({ query, format: 'JSON' });
    expect((await result.json()).meta?.length).toBeGreaterThan(1);
  });
});
