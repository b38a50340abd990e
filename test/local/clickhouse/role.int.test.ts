import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectClickhouse } from '../../../connectors/clickhouse/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../../../local/clickhouse/index.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
let role: SpawnedClickhouse;
let client: ClickHouseClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-role-'));
  role = await spawnClickhouseRole({ folder });
  client = connectClickhouse({ ...role.access, database: 'default' });
  await client.command({
    query: 'CREATE TABLE t (id UInt64, name String, tags Array(String)) ENGINE = MergeTree ORDER BY id',
  });
});
afterAll(async () => {
  await client.close();
  await role.stop();
  await rm(folder, { recursive: true, force: true });
});

async function rows(query: string, params: Record<string, unknown> = {}, by = client): Promise<unknown[]> {
  const result = await by.query({ query, query_params: params, format: 'JSONEachRow' });
  return result.json();
}

const keyed = (headers: Record<string, string> = {}) => ({ 'x-clickhouse-key': role.access.password, ...headers });
const post = (path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${role.url}${path}`, { method: 'POST', ...(body === undefined ? {} : { body }), headers: keyed(headers) });

it('serves the official client: inserts, bound parameters, settings, summaries', async () => {
  const values = [
    { id: 1, name: "it's \\ \n \t", tags: ['x', "y'z"] },
    { id: 2, name: 'ü😀; DROP TABLE t', tags: [] },
  ];
  const { summary } = await client.insert({ table: 't', values, format: 'JSONEachRow' });
  expect(summary?.written_rows).toBe('2');
  for (const { id, name, tags } of values) {
    expect(await rows('SELECT id, name, tags FROM t WHERE name = {name:String}', { name })).toEqual([
      { id, name, tags },
    ]);
  }
  expect(await rows('SELECT {n:Nullable(String)} AS n, {a:Array(String)} AS a', { n: null, a: ["'", ']'] })).toEqual([
    { n: null, a: ["'", ']'] },
  ]);
  const thread = await client.query({
    query: "SELECT getSetting('max_threads') AS threads",
    clickhouse_settings: { max_threads: 1 },
    format: 'JSONEachRow',
  });
  expect(await thread.json()).toEqual([{ threads: 1 }]);
  expect(await rows('SELECT timezone() AS zone')).toEqual([{ zone: 'UTC' }]);
  expect(await rows("SELECT getSetting('log_comment') = {id:String} AS same", { id: 'x' })).toEqual([{ same: 0 }]);
});

it('hands every text through a bound parameter unchanged, zero bytes and quotes included', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 20, maxLength: 20 }),
      async (a) => {
        const texts = a.map((text) => text.toWellFormed());
        const [one = ''] = texts;
        expect(await rows('SELECT {one:String} AS one, {a:Array(String)} AS a', { one, a: texts })).toEqual([
          { one, a: texts },
        ]);
      },
    ),
    { numRuns: 25 },
  );
  expect((await post('/', 'SELECT 1 \0; DROP TABLE t')).status).toBe(400);
});

it('serves the official client with compression and streams', async () => {
  const compressed = connectClickhouse({ ...role.access, database: 'default', compress: true });
  await compressed.insert({ table: 't', values: [{ id: 10 }, { id: 11 }], format: 'JSONEachRow' });
  const stream = Readable.from(['12,"a"\n', '13,"b"\n'], { objectMode: false });
  await compressed.insert({ table: 't', columns: ['id', 'name'], values: stream, format: 'CSV' });
  expect(await rows('SELECT id FROM t WHERE id BETWEEN 10 AND 13 ORDER BY id', {}, compressed)).toHaveLength(4);
  await compressed.close();
});

it('answers errors as a server does', async () => {
  const unknown = await client.query({ query: 'SELECT * FROM nope' }).catch((error: unknown) => error);
  expect(unknown).toBeInstanceOf(ClickHouseError);
  expect(unknown).toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
  await expect(client.insert({ table: 't', values: [{ id: 'x' }], format: 'JSONEachRow' })).rejects.toMatchObject({
    code: '27',
  });
  const answer = await post('/', 'SELEC 1');
  expect(answer.status).toBe(400);
  expect(answer.headers.get('x-clickhouse-exception-code')).toBe('62');
  expect(await answer.text()).toMatch(
    /^Code: 62\. DB::Exception: Syntax error.*\(SYNTAX_ERROR\) \(version [\d.]+\)\n$/s,
  );
  expect((await post('/?database=nope', 'SELECT 1')).status).toBe(404);
});

it('takes binary and compressed rows, and answers in the format that is asked for', async () => {
  const native = await (
    await post('/', "SELECT toUInt64(20) AS id, unhex('ff00') AS name FORMAT Native")
  ).arrayBuffer();
  const insert = '/?query=INSERT+INTO+t+(id,name)+FORMAT+Native';
  expect(
    (await post(insert, new Uint8Array(gzipSync(Buffer.from(native))), { 'content-encoding': 'gzip' })).status,
  ).toBe(200);
  const answer = await post('/?default_format=JSONCompactEachRow', 'SELECT hex(name) FROM t WHERE id = 20');
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
  expect(await answer.text()).toBe('["FF00"]\n');
});

it('lets only reading through a GET, and one statement at a time', async () => {
  const get = async (path: string) => (await fetch(`${role.url}${path}`, { headers: keyed() })).status;
  const ask = (query: string) => get(`/?query=${encodeURIComponent(query)}`);
  expect(await ask('SELECT 1')).toBe(200);
  expect(await ask('DROP TABLE t')).toBe(403);
  expect((await post('/?readonly=0&query=SELECT+1')).status).toBe(200);
  expect((await post('/', 'SELECT 1; DROP TABLE t')).status).toBe(400);
  expect(await get('/elsewhere')).toBe(404);
  expect(await get('/ping')).toBe(200);
});

it('takes rows behind a statement in one body, and looks for no statement behind the rows', async () => {
  await client.command({ query: 'CREATE TABLE inline (id UInt64) ENGINE = MergeTree ORDER BY id' });
  expect((await post('/', 'INSERT INTO inline VALUES (1), (2); DROP TABLE t')).status).toBe(200);
  expect((await post('/', 'INSERT INTO inline FORMAT CSV\n3\n4\n')).status).toBe(200);
  expect((await post('/?query=INSERT+INTO+inline+(id)+VALUES', '(5)')).status).toBe(200);
  expect((await post('/?query=INSERT+INTO+inline+FORMAT+CSV')).status).toBe(200);
  expect(await rows('SELECT groupArray(id) AS ids FROM (SELECT id FROM inline ORDER BY id)')).toEqual([
    { ids: [1, 2, 3, 4, 5] },
  ]);
  expect(await rows('SELECT count() > 0 AS there FROM t')).toEqual([{ there: 1 }]);
});

it("greets Grafana's driver so that it reads the engine's blocks", async () => {
  const hello = 'SELECT displayName(), version(), revision(), timezone()';
  const answer = await post('/?default_format=Native&client_protocol_version=54483', hello);
  const bytes = Buffer.from(await answer.arrayBuffer());
  // Block info, then 4 columns and 1 row, then the first column's name.
  expect([...bytes.subarray(0, 10)]).toEqual([1, 0, 2, 255, 255, 255, 255, 0, 4, 1]);
  expect(bytes.subarray(11, 24).toString()).toBe('displayName()');
  const revision = bytes.indexOf('UInt32') + 'UInt32'.length;
  expect([...bytes.subarray(revision, revision + 5)]).toEqual([0, 0, 0, 0, 0]);
  const rest = await post('/?default_format=Native&client_protocol_version=54483', 'SELECT 1 AS a');
  expect([...Buffer.from(await rest.arrayBuffer())]).toEqual([1, 1, 1, 97, 5, 85, 73, 110, 116, 56, 1]);
});

it('stops queries that nobody waits for, and answers pings meanwhile', async () => {
  const gone = new AbortController();
  const endless = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 3';
  // As many as run at once, so that a next one has to wait for their end.
  const queries = Array.from({ length: 3 }, () =>
    fetch(role.url, { method: 'POST', body: endless, signal: gone.signal, headers: keyed() }).catch(() => 'aborted'),
  );
  const one = () =>
    fetch(role.url, { method: 'POST', body: 'SELECT 1', signal: AbortSignal.timeout(500), headers: keyed() }).then(
      (answer) => answer.status,
      () => 'waits',
    );
  await eventually(async () => expect(await one()).toBe('waits'));
  expect((await fetch(`${role.url}/ping`, { headers: keyed() })).status).toBe(200);
  gone.abort();
  expect(await Promise.all(queries)).toEqual(['aborted', 'aborted', 'aborted']);
  await eventually(async () => expect(await one()).toBe(200));
});

it('refuses a second process on its folder, and keeps every acknowledged row through a kill -9', async () => {
  await expect(spawnClickhouseRole({ folder })).rejects.toThrow(
    new RegExp(`${folder} is in use by process ${role.pid}: stop it`),
  );
  await client.command({ query: 'CREATE TABLE acked (id UInt64) ENGINE = MergeTree ORDER BY id' });
  let acknowledged = 0;
  const writer = (async () => {
    for (;;) {
      await client.insert({ table: 'acked', values: [{ id: acknowledged }], format: 'JSONEachRow' });
      acknowledged += 1;
    }
  })().catch(() => 'killed');
  await eventually(() => acknowledged >= 50, { timeoutMs: 60_000 });
  await role.kill();
  expect(await writer).toBe('killed');
  role = await spawnClickhouseRole({ folder, port: Number(new URL(role.url).port) });
  const [found] = (await rows('SELECT toUInt32(countDistinct(id)) AS ids, toUInt32(count()) AS c FROM acked')) as [
    { ids: number; c: number },
  ];
  expect(found.ids).toBe(found.c);
  expect(found.c - acknowledged).toBeGreaterThanOrEqual(0);
  expect(found.c - acknowledged).toBeLessThanOrEqual(1);
});

// A child gets its parent's whole environment where nothing else is said: cloud and callback keys, which whoever finds a
// way to read files through the engine then reads too.
it.runIf(process.platform === 'linux')("is started with nothing of its parent's environment", async () => {
  expect(Object.keys(process.env).length).toBeGreaterThan(0);
  expect(await readFile(`/proc/${role.pid}/environ`, 'utf8')).toBe('');
});
