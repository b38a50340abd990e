// The rows of an INSERT were in a file of a name while they came in. A client that broke off, or a role that was killed,
// left it there.
import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectClickhouse } from '../../../connectors/clickhouse/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../../../local/clickhouse/index.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
let role: SpawnedClickhouse;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-cut-'));
  role = await spawnClickhouseRole({ folder });
  await count('CREATE TABLE t (id UInt64, text String) ENGINE = MergeTree ORDER BY id');
});
afterAll(async () => {
  await role.stop();
  await rm(folder, { recursive: true, force: true });
});

async function count(command?: string): Promise<number> {
  const client = connectClickhouse({ ...role.access, database: 'default' });
  try {
    if (command !== undefined) await client.command({ query: command });
    const result = await client.query({ query: 'SELECT toUInt32(count()) AS c FROM t', format: 'JSONEachRow' });
    return (await result.json<{ c: number }>())[0]?.c ?? -1;
  } finally {
    await client.close();
  }
}

const files = () => readdir(join(folder, 'tmp', 'incoming'));

/** Files without a name that the role has open below `incoming`. */
async function open(): Promise<string[]> {
  const descriptors = await readdir(`/proc/${role.pid}/fd`);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${role.pid}/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.includes('/incoming/'));
}

/** Sends the first rows of an INSERT, as many bytes as a length says or chunk by chunk, and no end. */
async function begin(headers: Record<string, string>) {
  const url = new URL('/?query=INSERT+INTO+t+FORMAT+CSV', role.url);
  const sending = request(url, { method: 'POST', headers: { 'x-clickhouse-key': role.access.password, ...headers } });
  const failed = once(sending, 'error').catch((error: unknown) => error);
  sending.write('1,"x"\n'.repeat(100_000));
  await eventually(async () => expect(await open()).toHaveLength(1));
  return { sending, failed };
}

it.each([
  ['of a known length', { 'content-length': '100000000' }],
  ['in chunks', {}],
])('a body %s that breaks off leaves no row and no file', async (_, headers) => {
  const { sending } = await begin(headers);
  sending.once('error', () => {});
  sending.destroy();
  await eventually(async () => expect(await open()).toEqual([]));
  expect(await files()).toEqual([]);
  expect(await count()).toBe(0);
});

it('a role that is killed in the middle of a body leaves no row and no file', async () => {
  const { failed } = await begin({});
  await role.kill();
  await failed;
  expect(await files()).toEqual([]);
  role = await spawnClickhouseRole({ folder });
  expect(await count()).toBe(0);
});

it('rows that can not be read to their end leave no row and no file', async () => {
  const url = new URL('/?query=INSERT+INTO+t+FORMAT+CSV', role.url);
  const headers = { 'x-clickhouse-key': role.access.password };
  const answer = await fetch(url, { method: 'POST', headers, body: '1,"x"\ny,"z"\n' });
  expect(answer.status).toBe(400);
  expect(await open()).toEqual([]);
  expect(await files()).toEqual([]);
  expect(await count()).toBe(0);
});
