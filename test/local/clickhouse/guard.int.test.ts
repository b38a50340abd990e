// Every table function of the engine worked for whoever could ask: by one GET a file was read (the environment with its
// keys), by INSERT INTO FUNCTION or INTO OUTFILE written, a URL asked. `readonly` keeps none of that back.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../connectors/clickhouse/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../../../local/clickhouse/index.ts';
import { allowedStatements, hostileParameters, hostileStatements } from './hostile-statements.ts';

let folder: string;
let role: SpawnedClickhouse;
let outside: ReturnType<typeof createServer>;
let outsideUrl: string;
let calls = 0;
/** Only in a file that no statement may read. */
const secret = randomUUID();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-guard-'));
  await writeFile(join(folder, 'secret.csv'), `${secret}\n`);
  role = await spawnClickhouseRole({ folder: join(folder, 'clickhouse') });
  await migrate({ ...role.access, database: 'live2vod' });
  outside = createServer((_, response) => {
    calls += 1;
    response.end(`${secret}\n`);
  });
  outside.on('connection', () => {
    calls += 1;
  });
  await new Promise<void>((listening) => outside.listen(0, '127.0.0.1', listening));
  outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/x.csv`;
});
afterAll(async () => {
  await role.stop();
  outside.close();
  await rm(folder, { recursive: true, force: true });
});

const put = (text: string) =>
  text
    .replaceAll('SECRET', join(folder, 'secret.csv'))
    .replaceAll('OUT', join(folder, 'out'))
    .replaceAll('URL', outsideUrl);

async function ask(sql: string, method: 'GET' | 'POST', params: Readonly<Record<string, string>> = {}) {
  const url = new URL(role.url);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  if (method === 'GET') url.searchParams.set('query', sql);
  const response = await fetch(url, {
    method,
    headers: { 'x-clickhouse-key': role.access.password },
    ...(method === 'POST' ? { body: sql } : {}),
  });
  return { status: response.status, text: await response.text() };
}

async function expectRefused(sql: string, params: Readonly<Record<string, string>> = {}): Promise<void> {
  const before = (await readdir(folder)).sort();
  const asked = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, put(value)]));
  for (const method of ['GET', 'POST'] as const) {
    const { status, text } = await ask(put(sql), method, asked);
    expect(status, text.slice(0, 300)).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain(secret);
  }
  expect(existsSync(join(folder, 'out'))).toBe(false);
  expect((await readdir(folder)).sort()).toEqual(before);
  expect(calls).toBe(0);
}

describe('refuses', () => {
  it.each(hostileStatements)('%s', (sql) => expectRefused(sql));
  it.each(hostileParameters)('%s with %o', (sql, params) => expectRefused(sql, params));
});

describe('still answers', () => {
  it.each(allowedStatements)('%s', async (sql) => {
    const { status, text } = await ask(put(sql), 'POST', { database: 'live2vod' });
    expect(status, text).toBe(200);
  });
});

it('refuses every table function and table engine of the engine but those made of numbers and of its own tables', async () => {
  const engines = [
    'MergeTree',
    'ReplacingMergeTree',
    'SummingMergeTree',
    'AggregatingMergeTree',
    'CollapsingMergeTree',
  ];
  const fine = new Set([
    ...['numbers', 'numbers_mt', 'zeros', 'zeros_mt', 'generateSeries', 'generate_series'],
    ...[
      ...engines,
      'VersionedCollapsingMergeTree',
      'CoalescingMergeTree',
      'Memory',
      'Null',
      'Log',
      'TinyLog',
      'StripeLog',
    ],
  ]);
  const names = (kind: string) => engineNames(kind).then((all) => all.filter((name) => !fine.has(name)));
  // Those that take a statement instead of values are among the hostile ones.
  const functions = (await names('table_functions')).filter((name) => !name.startsWith('view'));
  expect(functions.length).toBeGreaterThan(60);
  for (const name of functions) {
    for (const sql of [`SELECT * FROM ${name}('a', 'b')`, `DESCRIBE TABLE ${name}('a')`])
      expect((await ask(sql, 'POST')).text, sql).toMatch(/^Code: (?:497\. .*works with its own tables only|62\.)/);
  }
  const tables = await names('table_engines');
  expect(tables.length).toBeGreaterThan(60);
  for (const name of tables.filter((one) => one !== 'View')) {
    const sql = `CREATE TABLE x (a UInt8) ENGINE = ${name}('a')`;
    expect((await ask(sql, 'POST')).text, sql).toMatch(/^Code: 497\. .*works with its own tables only/);
  }
});

/** From an engine without a guard: the guarded one doesn't tell. */
async function engineNames(kind: string): Promise<string[]> {
  const { Session } = await import('chdb');
  const session = new Session();
  try {
    return session.query(`SELECT name FROM system.${kind}`, 'TSVRaw').trim().split('\n');
  } finally {
    session.close();
  }
}

it('has a bound for time, memory and answer of whoever reads', async () => {
  const refusal = async (sql: string) => /Code: (\d+)/.exec((await ask(sql, 'POST')).text)?.[1];
  expect(await refusal('SELECT * FROM numbers(1000000000)')).toBe('396');
  expect(await refusal("SELECT groupArray(repeat('x', 1000)) FROM numbers(100000000)")).toBe('241');
  const endless = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 3';
  expect(await refusal(`${endless} SETTINGS max_execution_time = 1`)).toBe('159');
  for (const name of ['max_execution_time', 'max_memory_usage', 'max_result_bytes']) {
    expect(await refusal(`SELECT 1 SETTINGS ${name} = 0`)).toBe('452');
    expect(await refusal(`SELECT 1 SETTINGS ${name} = 1e18`)).toBe('452');
    expect((await ask('SELECT 1', 'GET', { [name]: '0' })).text).toContain('Code: 452');
  }
});
