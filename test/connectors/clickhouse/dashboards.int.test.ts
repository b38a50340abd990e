import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelSql } from '../../../bench/dashboard-panels.ts';
import { connectClickhouse, migrate, readMigrations } from '../../../connectors/clickhouse/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../../../local/clickhouse/index.ts';

let folder: string;
let role: SpawnedClickhouse;
let client: ClickHouseClient;
const settings = () => ({ ...role.access, database: 'live2vod' });
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

it('lists as failures exactly what the stages count as failed', async () => {
  const ok = 'now64(3)';
  const videos: Readonly<Record<string, string>>[] = [
    { video_id: "'lost'", kind: "'SEGMENT'", status: "'FAILED'", recording_end: ok },
    { video_id: "'uncomposed'", kind: "'COMPOSED'", status: "'FAILED'", compose_start_time: ok },
    { video_id: "'never-begun'", kind: "'COMPOSED'", status: "'FAILED'" },
    { video_id: "'audit'", kind: "'SEGMENT'", status: "'FAILED'", source_ready_time: ok },
    {
      video_id: "'jobs'",
      kind: "'SEGMENT'",
      status: "'SOURCE_READY'",
      'jobs.state': "['FAILED', 'IN_DOUBT', 'FAILED', 'FAILED', 'FAILED', 'DONE']",
      'jobs.decision': "['PIPELINE', 'PIPELINE', 'CLOUD', 'PIPELINE', 'PIPELINE', 'PIPELINE']",
      'jobs.generation': '[0, 0, 0, 1, 0, 0]',
      'jobs.planned_at': `[${ok}, ${ok}, ${ok}, ${ok}, NULL, ${ok}]`,
      'jobs.submitted_at': `[${ok} + 5, NULL, NULL, NULL, NULL, ${ok}]`,
      'jobs.hold': "['', '', '', '', '', '']",
    },
    {
      video_id: "'renditions'",
      kind: "'SEGMENT'",
      status: "'PARTIAL'",
      source_ready_time: ok,
      'renditions.status': "['FAIL', 'SUCCESS', 'FAIL', 'FAIL']",
      'renditions.definition': "['LD', 'SD', 'HD', '2K']",
      'renditions.start_time': `[${ok} + 1, NULL, ${ok} + 2, NULL]`,
      'renditions.finish_time': `[${ok} + 3, NULL, NULL, NULL]`,
    },
  ];
  for (const row of videos) {
    await client.command({
      query: `INSERT INTO video_state (${Object.keys(row).join(', ')}) SELECT ${Object.values(row).join(', ')}`,
    });
  }
  const rows = async (query: string) =>
    (await client.query({ query: `${query} ORDER BY ALL`, format: 'JSONEachRow' })).json<Record<string, unknown>>();
  const columns = 'stage, domain, app, stream, kind, video_id, at';
  const stages = ['recording', 'compose', 'trigger', 'transcode'].map((stage) => `SELECT * FROM latency_${stage}`);
  const failures = await rows(`SELECT ${columns} FROM failures`);
  expect(failures).toEqual(await rows(`SELECT ${columns} FROM (${stages.join(' UNION ALL ')}) WHERE failed = 1`));
  expect(failures.map(({ stage, video_id }) => `${stage} ${video_id}`)).toEqual([
    'compose uncomposed',
    'recording lost',
    'transcode renditions',
    'transcode renditions',
    'transcode renditions',
    'trigger jobs',
    'trigger jobs',
  ]);
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
    expect(await ask(panel('Copies beyond the first of the hour'))).toMatchObject([{ duplicates: 3 }]);
    expect(await ask(panel('Unusable bodies'))).toMatchObject([{ unusable: 5 }]);
    expect(await ask(panel('Callbacks received'))).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Live product', callbacks: 7 }),
        expect.objectContaining({ type: 'unusable', callbacks: 5 }),
      ]),
    );
  });
});
