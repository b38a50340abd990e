import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelSql } from '../../../bench/dashboard-panels.ts';
import {
  connectClickhouse,
  migrate,
  readMigrations,
  type SpawnedClickhouse,
  spawnClickhouseRole,
} from '../../../connectors/clickhouse/index.ts';

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

// An estimate of the distinct events is off by more than the copies there are: uniq() found 389 events too many in 100,000,
// and 2,651 copies in 500,000 that had none. And what is grouped by the way it came has no second copy of an event that
// came once by each.
describe('copies', () => {
  const way = "'cn-shanghai', 'FileUploadComplete'";
  const insert = (select: string) =>
    client.command({
      query: `INSERT INTO callbacks (partition, offset, received_at, event_id, source, region, event_type) ${select}`,
    });
  const at = "toDateTime64('2026-03-01 10:00:00', 3, 'UTC')";
  const id = 'reinterpretAsUUID(MD5(toString(number)))';
  const events = 200_000;
  beforeAll(async () => {
    await insert(`SELECT 0, number, ${at} + number / 100, ${id}, 'http', ${way} FROM numbers(${events})`);
    await insert(`SELECT 0, number + 1000000, ${at} + 3000 + number, ${id}, 'mns', ${way} FROM numbers(3)`);
    await insert(
      `SELECT 1, number, ${at}, toUUID('00000000-0000-0000-0000-000000000000'), 'live', 'cn-shanghai', '' FROM numbers(7)`,
    );
    await insert(
      `SELECT 2, number, ${at}, toUUID('00000000-0000-0000-0000-000000000000'), 'http', 'cn-shanghai', '' FROM numbers(5)`,
    );
  });
  const ask = async (query: string) => {
    const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 } as const;
    return (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json<Record<string, unknown>>();
  };
  const panel = (title: string) => panelSql().find(([name]) => name.endsWith(`: ${title}`))?.[1] ?? '';

  it('are exact by the hour, whatever way they came', async () => {
    const query =
      'SELECT event_type, source, received, events, duplicates FROM callback_hours ORDER BY event_type, source';
    expect(await ask(query)).toEqual([
      { event_type: '', source: 'http', received: 5, events: 0, duplicates: 0 },
      { event_type: '', source: 'live', received: 7, events: 0, duplicates: 0 },
      { event_type: 'FileUploadComplete', source: 'http', received: events, events, duplicates: 0 },
      { event_type: 'FileUploadComplete', source: 'mns', received: 3, events: 0, duplicates: 3 },
    ]);
  });

  it('are exact on the dashboard, and bodies of the Live product are not unusable', async () => {
    expect(await ask(panel('Copies beyond the first'))).toMatchObject([{ duplicates: 3 }]);
    expect(await ask(panel('Unusable bodies'))).toMatchObject([{ unusable: 5 }]);
    expect(await ask(panel('Callbacks received'))).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Live product', callbacks: 7 }),
        expect.objectContaining({ type: 'unusable', callbacks: 5 }),
      ]),
    );
  });
});
