import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { networkOf } from '../../../services/console/readers-of-address.ts';
import { eventually } from '../../support/eventually.ts';
import { letter, openView, session, sessionRecord, stream, testConsole, video, videoRecord } from './fixture.ts';

/** A console with something to see. */
async function served(doors: NonNullable<Parameters<typeof testConsole>[0]>['doors'] = {}) {
  const view = await openView();
  await view.apply([
    videoRecord(0, 0, video('ready', { kind: 'COMPOSED', status: 'SOURCE_READY', sourceReadyTime: 5_000, stream })),
    sessionRecord(0, session('s', { startTime: 1_000 })),
  ]);
  return testConsole({ view, letters: [letter(0, 5)], readLatency: async () => ({ stages: [] }), doors });
}

/** Every route of the application, the page's own files left out, with something in place of its parameters. */
async function routesOf(app: FastifyInstance): Promise<{ method: 'GET' | 'POST'; url: string }[]> {
  const { paths } = (
    await app.inject({ url: '/api/openapi.json', headers: { authorization: 'Bearer reading' } })
  ).json();
  return Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase() as 'GET' | 'POST',
      url: path.replaceAll(/\{\w+\}/g, '0'),
    })),
  );
}

const open = ['/healthz', '/readyz', '/api/login', '/api/logout'];

describe('reading with a token', () => {
  // Opening the console to others once published states, file addresses and raw bodies to whoever asked.
  test('everything but health and login needs it', async () => {
    const { app } = await served({ readTokens: ['reading', 'right'] });
    const routes = await routesOf(app);
    expect(routes.length).toBeGreaterThan(14);
    for (const { method, url } of routes) {
      if (open.includes(url)) continue;
      for (const authorization of [
        '',
        'Bearer ',
        'Bearer wrong',
        'Basic reading',
        'reading',
        'Bearer readin',
        'Bearer readingg',
      ]) {
        const answer = await app.inject({ method, url, headers: { authorization } });
        expect([url, authorization, answer.statusCode]).toEqual([url, authorization, 401]);
        expect(answer.json().code).toBe('LOGIN_NEEDED');
        expect(answer.headers['www-authenticate']).toContain('Bearer');
      }
    }
    for (const url of ['/%61pi/videos', '/api/videos?x=1', '/api/videos/ready', '/api/latency'])
      expect((await app.inject(url)).statusCode, url).toBe(401);
    for (const method of ['HEAD'] as const)
      expect((await app.inject({ method, url: '/api/events' })).statusCode).toBe(401);
  });

  test.each(['Bearer reading', 'bearer reading', 'BEARER  reading', 'Bearer right'])(
    '%s opens it',
    async (authorization) => {
      const { app } = await served({ readTokens: ['reading', 'right'] });
      for (const url of [
        '/api/videos',
        '/api/sessions/s',
        '/api/dead-letters',
        '/api/openapi.json',
        '/metrics',
        '/api/jobs',
      ])
        expect((await app.inject({ url, headers: { authorization } })).statusCode, url).toBe(200);
    },
  );

  test('the token for reading changes nothing', async () => {
    const { app, published } = await served({ readTokens: ['reading', 'right'] });
    const ask = (authorization: string) =>
      app.inject({
        method: 'POST',
        url: '/api/videos/ready/transcode',
        headers: { authorization },
        payload: { templateGroupId: 'tg-1' },
      });
    expect((await ask('Bearer reading')).json()).toMatchObject({ code: 'BAD_TOKEN' });
    expect(published).toEqual([]);
    expect((await ask('bearer right')).statusCode).toBe(202);
  });

  test('a login gives a cookie that opens reading, tells no token and changes nothing', async () => {
    const { app, published } = await served({ readTokens: ['reading', 'right'] });
    const login = (token: unknown) => app.inject({ method: 'POST', url: '/api/login', payload: { token } });
    expect((await login('wrong')).statusCode).toBe(401);
    expect((await login(7)).statusCode).toBe(400);
    const answer = await login('right');
    expect(answer.statusCode).toBe(204);
    const set = String(answer.headers['set-cookie']);
    expect(set).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(set).not.toContain('right');
    const cookie = set.split(';')[0] ?? '';
    const read = (value: string) => app.inject({ url: '/api/videos', headers: { cookie: value } });
    expect((await read(`other=1; ${cookie}`)).statusCode).toBe(200);
    expect((await read(`${cookie}x`)).statusCode).toBe(401);
    expect((await read('live2vod_reading=right')).statusCode).toBe(401);
    const change = {
      method: 'POST',
      url: '/api/videos/ready/transcode',
      payload: { templateGroupId: 'tg-1' },
    } as const;
    expect((await app.inject({ ...change, headers: { cookie } })).json()).toMatchObject({ code: 'BAD_TOKEN' });
    expect(published).toEqual([]);
    const gone = await app.inject({ method: 'POST', url: '/api/logout', headers: { cookie } });
    expect(gone.headers['set-cookie']).toContain('live2vod_reading=; ');
    // Behind a proxy that ends TLS the browser says so.
    const secure = await app.inject({
      ...{ method: 'POST', url: '/api/login', payload: { token: 'reading' } },
      headers: { origin: 'https://localhost:80' },
    });
    expect(secure.headers['set-cookie']).toContain('; Secure');
  });

  // A wrong token was 204 there, and the next change 401.
  test('where reading needs none, a login is held against the token for changes', async () => {
    const login = async (doors: { readonly token: string | undefined }, token: string) => {
      const { app } = await testConsole(doors);
      return app.inject({ method: 'POST', url: '/api/login', payload: { token } });
    };
    expect((await login({ token: 'right' }, 'right')).statusCode).toBe(204);
    const wrong = await login({ token: 'right' }, 'wrong');
    expect([wrong.statusCode, wrong.json()]).toEqual([
      401,
      { code: 'BAD_TOKEN', message: 'this is not the token of this console; reading needs none' },
    ]);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    const none = await login({ token: undefined }, 'any');
    expect([none.statusCode, none.json().code]).toEqual([403, 'NO_TOKEN_SET']);
  });

  test('readiness says its status to all, and what it waits for to who may read', async () => {
    const health = { live: () => true, waitingFor: () => 'Kafka at 10.0.0.7' };
    const { app } = await served({ readTokens: ['reading'], health });
    const stranger = await app.inject('/readyz');
    expect([stranger.statusCode, stranger.json()]).toEqual([503, { ready: false }]);
    const reader = await app.inject({ url: '/readyz', headers: { authorization: 'Bearer reading' } });
    expect(reader.json()).toEqual({ ready: false, waitingFor: 'Kafka at 10.0.0.7' });
  });
});

describe('hosts', () => {
  const ask = async (app: FastifyInstance, host: string, url = '/api/videos') =>
    (await app.inject({ url, headers: { host } })).statusCode;

  // A page that has bound its own name to 127.0.0.1 is of one origin with the console then, and reads all of it.
  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.1',
    '0.0.0.0',
    '[::2]',
    'a@localhost',
    'localhost/x',
    ' ',
  ])('%s is refused, for every kind of request', async (host) => {
    const { app } = await served({ hosts: [] });
    for (const url of ['/', '/api/videos', '/healthz', '/metrics', '/nowhere'])
      expect(await ask(app, host, url), url).toBe(403);
    const change = {
      method: 'POST',
      url: '/api/videos/ready/transcode',
      payload: { templateGroupId: 'tg-1' },
    } as const;
    const answer = await app.inject({ ...change, headers: { host, authorization: 'Bearer right' } });
    expect(answer.json()).toMatchObject({ code: 'OTHER_HOST', message: expect.stringContaining('CONSOLE_HOSTS') });
  });

  test.each([
    'localhost',
    'LOCALHOST:8080',
    'localhost.',
    '127.0.0.1:8080',
    '127.77.13.6',
    '[::1]:8080',
    'console.example.com',
    'Console.Example.Com:443',
  ])('%s is served', async (host) => {
    const { app } = await served({ hosts: ['console.example.com'] });
    expect(await ask(app, host)).toBe(200);
  });

  test('another site may neither change nor read anything, but link here', async () => {
    const { app, published } = await served({ hosts: ['console.example.com'] });
    const change = (headers: Record<string, string>) =>
      app.inject({
        ...{ method: 'POST', url: '/api/videos/ready/transcode', payload: { templateGroupId: 'tg-1' } },
        headers: { authorization: 'Bearer right', ...headers },
      });
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:9999' },
      { origin: 'null' },
    ];
    for (const headers of foreign) {
      const answer = await change(headers);
      expect([headers, answer.statusCode, answer.json().code]).toEqual([headers, 403, 'OTHER_SITE']);
    }
    expect(published).toEqual([]);
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { origin: 'http://localhost:80' },
      { origin: 'https://console.example.com' },
    ])
      expect([headers, (await change(headers)).statusCode]).toEqual([headers, 202]);
    const read = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/api/videos', headers })).statusCode;
    expect(await read({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' })).toBe(
      403,
    );
    expect(
      await read({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }),
    ).toBe(403);
    expect(
      await read({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }),
    ).toBe(200);
  });
});

describe('places of live events', () => {
  /** Opens a stream; gives its status and what ends it. */
  async function reader(port: number, headers = '') {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /api/events?states=videos HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    const head = chunk.toString();
    return { status: Number(head.split(' ')[1]), head, leave: () => socket.destroy() };
  }
  const portOf = async (app: FastifyInstance) => Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);

  // One address once took all 500 places, and nobody else was served.
  test('one address gets 20 of them, is told when to ask again, and gets one back that it leaves', async () => {
    const { app, readers } = await served();
    const port = await portOf(app);
    const first = await Promise.all(Array.from({ length: 20 }, () => reader(port)));
    expect(first.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const refused = await reader(port);
    expect(refused.status).toBe(429);
    expect(refused.head).toMatch(/^retry-after: \d+\r$/im);
    // Nobody believes an address that the client itself has written.
    expect((await reader(port, 'x-forwarded-for: 10.1.1.1\r\n')).status).toBe(429);
    first[0]?.leave();
    await eventually(async () => expect(await readers()).toBe(19));
    expect((await reader(port)).status).toBe(200);
  });

  test('of a trusted proxy the address that it names counts', async () => {
    const { app } = await served({ trustedProxies: ['127.0.0.1'], maxEventReadersOfAddress: 1 });
    const port = await portOf(app);
    const from = async (address: string) => (await reader(port, `x-forwarded-for: 9.9.9.9, ${address}\r\n`)).status;
    expect(await from('10.1.1.1')).toBe(200);
    expect(await from('10.1.1.1')).toBe(429);
    expect(await from('10.1.1.2')).toBe(200);
    expect(await from('2001:db8:1:2::1')).toBe(200);
    expect(await from('2001:db8:1:2:ffff::9')).toBe(429);
    expect(await from('2001:db8:1:3::1')).toBe(200);
  });

  test('networks of addresses', () => {
    expect(networkOf('::ffff:10.1.2.3')).toBe('10.1.2.3');
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(networkOf('1:2:3:4:5:6:7:8')).toBe('1:2:3:4::/64');
  });
});
