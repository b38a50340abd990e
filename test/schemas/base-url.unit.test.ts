// `fetch` refuses a URL with a login and quotes it, password included, in its error; a slash at the end made `//subjects`,
// which a registry answers by 404 though it serves the roles.
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { baseUrl } from '../../schemas/base-url.ts';

test.each([
  ['http://h:1', 'http://h:1', null],
  ['http://h:1/', 'http://h:1', null],
  ['http://h:1/apis/ccompat/v7//', 'http://h:1/apis/ccompat/v7', null],
  ['http://u:p%40w@h/x/', 'http://h/x', { username: 'u', password: 'p@w' }],
  ['http://u:5%25@h', 'http://h', { username: 'u', password: '5%' }],
  ['http://u:5%@h', 'http://h', { username: 'u', password: '5%' }],
])('%s', (text, url, login) => {
  expect(baseUrl(text)).toMatchObject({ url, login });
});

test('a registry behind a login is asked with it, and its faults show none', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.authorization} ${request.url}`);
    response.writeHead(asked.length === 1 ? 200 : 500, { 'content-type': 'application/json' });
    response.end('{"is_compatible":true}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const registry = connectRegistry({ url: `http://me:s3crEt@127.0.0.1:${port}/api/`, prefix: 'x.' });
  expect(await registry.compatible('video-state')).toBe(true);
  const login = `Basic ${Buffer.from('me:s3crEt').toString('base64')}`;
  expect(asked).toEqual([`${login} /api/compatibility/subjects/x.video-state-value/versions`]);
  const fault = await registry.compatible('video-state').catch((error: unknown) => error as Error);
  expect(String(fault)).toContain(`127.0.0.1:${port}`);
  expect(String(fault)).not.toContain('s3crEt');
});
