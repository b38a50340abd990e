import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureJars, freePorts, type Registry, startRegistry } from '../../local/index.ts';
import { register, schemaById } from './registry-client.ts';

const jarsFolder = join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars');

let folder: string;
let port: number;
let registry: Registry;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-foreign-site-'));
  const jars = await ensureJars({ folder: jarsFolder });
  [port = 0] = await freePorts(1);
  const folders = { jars: jars.registry, byteman: jars.kafka, folder: join(folder, 'registry') };
  registry = await startRegistry({ ...folders, port });
});
afterAll(async () => {
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Sent = { readonly method?: string; readonly path?: string; readonly body?: string };

/** What a browser's request gets: `fetch` sets these headers itself. */
function ask(headers: Record<string, string>, { method = 'GET', path = '', body }: Sent = {}) {
  return new Promise<{ status: number | undefined; text: string }>((answered, reject) => {
    const url = path.startsWith('/') ? new URL(path, registry.registryUrl) : `${registry.registryUrl}/${path}`;
    const sent = request(url, { method, headers, agent: false }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      answered({ status: response.statusCode, text });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

// A page that binds its own name to 127.0.0.1 after it was loaded is of one origin with what answers there: it read all
// schemas and registered others, as the registry looked at no Host. Its plain reads carry no Origin.
test('a page whose name was bound anew to this machine gets nothing of the registry, on any path', async () => {
  const id = await register(registry.registryUrl, 'kept', { type: 'record', name: 'Kept', fields: [] });
  const names = [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'dead.beef',
  ];
  for (const path of ['subjects', '/', '/ui/', '/apis/registry/v2/search/artifacts', '/health/ready', '/metrics']) {
    for (const host of names) {
      const { status, text } = await ask({ host }, { path });
      expect({ host, path, status, text }).toMatchObject({ status: 403, text: expect.not.stringContaining('kept') });
    }
  }
  const changes = [
    { method: 'DELETE', path: 'subjects/kept' },
    { method: 'POST', path: '/apis/registry/v2/groups/default/artifacts', body: '{"type":"string"}' },
    { method: 'PUT', path: 'config', body: '{"compatibility":"NONE"}' },
  ];
  for (const change of changes) {
    const headers = { host: 'evil.example', origin: 'http://evil.example', 'content-type': 'application/json' };
    expect(await ask(headers, change), change.path).toMatchObject({ status: 403 });
  }
  expect(await ask({ host: 'localhost' }, { path: 'subjects' })).toEqual({ status: 200, text: '["kept"]' });
  expect(await schemaById(registry.registryUrl, id)).toMatchObject({ name: 'Kept' });
});

test("requests that another site's page sends to the registry's own address are refused", async () => {
  const host = `127.0.0.1:${port}`;
  const own = { 'sec-fetch-site': 'same-origin', origin: `http://${host}` };
  for (const headers of [{}, own, { 'sec-fetch-site': 'none' }])
    expect(await ask({ host, ...headers }, { path: 'subjects' }), JSON.stringify(headers)).toMatchObject({
      status: 200,
    });
  const foreign = [
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
  ];
  const simplePost = { method: 'POST', path: '/apis/registry/v2/groups/default/artifacts', body: '{"type":"string"}' };
  for (const headers of foreign) {
    expect(await ask({ host, ...headers }, { path: 'subjects' }), JSON.stringify(headers)).toMatchObject({
      status: 403,
    });
    expect(await ask({ host, 'content-type': 'text/plain', ...headers }, simplePost)).toMatchObject({ status: 403 });
  }
});

test('it is served by addresses and as localhost', async () => {
  for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', `[::1]:${port}`, `127.77.13.5:${port}`])
    expect(await ask({ host }, { path: 'subjects' }), host).toMatchObject({ status: 200 });
});

// A rule that fits no class any more is only a line in Byteman's log, and the door would stand open.
test('a registry without the rule is not left running', async () => {
  const [other = 0] = await freePorts(1);
  const withoutAgent = join(folder, 'java-without-agent');
  await writeFile(withoutAgent, '#!/bin/sh\nshift\nexec java "$@"\n', { mode: 0o700 });
  const jars = await ensureJars({ folder: jarsFolder });
  const folders = { jars: jars.registry, byteman: jars.kafka, folder: join(folder, 'open') };
  const start = startRegistry({ ...folders, port: other, java: withoutAgent });
  await expect(start).rejects.toMatchObject({
    code: 'START_FAILED',
    message: expect.stringContaining('any host name'),
  });
  await expect(fetch(`http://127.0.0.1:${other}/`)).rejects.toThrow();
});
