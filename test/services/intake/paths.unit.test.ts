// Paths were handed to the router, which reads patterns and unescapes: `/sp%20ace` answered 405 to everything,
// `/cb/:id` and `/cb/*` took what was meant for others, and only `/callbacks/vod` was served of a configured URL.
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { checkCallback } from '../../../cli/callback-check.ts';
import { callbackEndpointsOf } from '../../../cli/callback-endpoints.ts';
import { readSettings } from '../../../schemas/settings.ts';
import { readSources } from '../../../schemas/sources.ts';
import { byPath } from '../../../services/intake/http/endpoint.ts';
import { type CallbackEndpoint, checkBody, plainPath } from '../../../services/intake/http/index.ts';
import { type Bench, callback, endpoint, ingressWithList, signed } from './harness.ts';

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.app.close();
  bench = null;
});

function serving(...endpoints: CallbackEndpoint[]): Bench {
  bench = ingressWithList({ endpoints });
  return bench;
}

const at = (path: string, more: Partial<CallbackEndpoint> = {}): CallbackEndpoint => ({
  ...endpoint,
  path,
  url: `https://ingress.example.com${path}`,
  ...more,
});

async function statusOf({ app }: Bench, url: string, to: CallbackEndpoint, method: 'POST' | 'GET' = 'POST') {
  const headers = signed(to);
  return (await app.inject({ method, url, headers, payload: callback('a') })).statusCode;
}

describe('a path is served literally', () => {
  test.each([
    ['/sp%20ace', '/sp%20ace'],
    ['/cb/:id', '/cb/:id'],
    ['/cb/*', '/cb/*'],
    ['/cb/(x)', '/cb/(x)'],
    ['/a//b', '/a//b'],
    ['/', '/'],
    ['/Case', '/Case'],
    ['/slash', '/slash/'],
    ['/slash/', '/slash'],
    ['/vod;v=1', '/vod;v=1'],
    ['/a%2Fb', '/a%2fb'],
    ['/%7Euser', '/~user'],
    ['/回调', '/%E5%9B%9E%E8%B0%83'],
    ['/%e5%9b%9e', '/%E5%9B%9E'],
    ['/x', 'http://proxy.example.com/x?tenant=1'],
    ['/callback-path/1', '/callback-path/1'],
    ['/healthz', '/healthz'],
  ])('%s at %s', async (path, url) => {
    const own = at(path);
    const served = serving(own, at('/other'));
    expect(await statusOf(served, url, own)).toBe(200);
    expect(served.published).toHaveLength(1);
    if (path !== '/healthz') expect(await statusOf(served, url, own, 'GET')).toBe(405);
  });

  test.each([
    ['/cb/:id', '/cb/7'],
    ['/cb/*', '/cb/other'],
    ['/a%2Fb', '/a/b'],
    ['/a//b', '/a/b'],
    ['/Case', '/case'],
    ['/x', '/callback-path/0'],
    ['/x', '/callback-path/1'],
    ['/x', '/x/y'],
    ['/x', '/%zz'],
  ])('%s not at %s', async (path, url) => {
    const own = at(path);
    expect(await statusOf(serving(own, at('/other')), url, own)).toBe(404);
  });

  test('of many, each by its own and no other', () => {
    const part = fc.constantFrom('a', 'B', ':id', '*', '%20', '%2F', '..', '', '~', '(x)', 'é');
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 6, selector: plainPath }), (paths) => {
        expect([...byPath(paths.map((one) => at(one))).values()].map(({ path }) => path)).toEqual(paths);
      }),
    );
  });
});

test('endpoints that share a path, however they spell it, are told apart by what is signed', async () => {
  const first = at('/shared', { url: 'https://one.example.com/shared', region: 'cn-shanghai' });
  const second = at('/shared/', { url: 'https://two.example.com/shared/', region: 'cn-beijing' });
  const served = serving(first, second);
  expect([await statusOf(served, '/shared', first), await statusOf(served, '/shared', second)]).toEqual([200, 200]);
  expect(served.published.map(({ headers }) => headers.region)).toEqual(['cn-shanghai', 'cn-beijing']);
});

test.each(['no-slash', '/a?b=1', '/a#b', '/50%', '/%zz'])('the path %s is refused at the start', (path) => {
  expect(() => serving(at(path))).toThrow(/callback endpoint/);
  const { url, keys, region } = endpoint;
  expect(readSources({ endpoints: [{ path, url, keys, region }] }).ok).toBe(false);
});

describe('the configured URL is served on its own path and on /callbacks/vod', () => {
  const keys = { VOD_CALLBACK_KEYS: 'Abc123Def456' };
  test.each([
    ['https://vod.example.com/hooks/vod', '/hooks/vod'],
    ['https://vod.example.com/hooks/vod/', '/hooks/vod/'],
    ['https://vod.example.com', '/'],
    ['https://vod.example.com/hooks/vod?tenant=1', '/hooks/vod?tenant=1'],
    ['https://vod.example.com/%E5%BD%95%20x', '/%E5%BD%95%20x'],
    ['https://vod.example.com/录制', '/%E5%BD%95%E5%88%B6'],
    ['https://vod.example.com/a/../b', '/b'],
    ['https://vod.example.com/hooks/:id', '/hooks/:id'],
  ])('%s', async (url, path) => {
    const settings = readSettings({ ...keys, VOD_CALLBACK_URL: url });
    const served = serving(...callbackEndpointsOf(settings, { endpoints: [] }));
    const own = { ...endpoint, url };
    for (const target of [path, '/callbacks/vod'])
      expect([target, await statusOf(served, target, own)]).toEqual([target, 200]);
    expect(await statusOf(served, '/elsewhere', own)).toBe(404);
  });
});

test('a signed check is answered 200 and marked, and not published; an unsigned one is refused', async () => {
  const { app, published, counted } = serving(endpoint);
  const request = { method: 'POST', url: '/callbacks/vod', payload: checkBody } as const;
  for (let time = 0; time < 2; time += 1) {
    const reply = await app.inject({ ...request, headers: signed() });
    expect([reply.statusCode, reply.headers['live2vod-check']]).toEqual([200, 'not published']);
  }
  expect((await app.inject(request)).statusCode).toBe(403);
  expect(published).toEqual([]);
  expect(await counted('live2vod_ingress_requests_total')).toMatchObject({ '/callbacks/vod 200 check': 2 });
});

test('what doctor sends is taken by an ingress of the same settings, and says what is wrong with another', async () => {
  const url = 'https://vod.example.com/hooks/:id/%E5%BD%95?token=1';
  const settings = readSettings({ VOD_CALLBACK_KEYS: 'Abc123Def456', VOD_CALLBACK_URL: url });
  const endpoints = callbackEndpointsOf(settings, { endpoints: [at('/live', { kind: 'live' })] });
  const served = serving(...endpoints);
  const address = await served.app.listen({ host: '127.0.0.1', port: 0 });
  expect(endpoints.map(({ path }) => path)).toEqual(['/hooks/:id/%E5%BD%95', '/callbacks/vod', '/live']);
  for (const one of endpoints) await checkCallback(address, one);
  expect(served.published).toEqual([]);
  await expect(checkCallback(address, at('/elsewhere'))).rejects.toThrow(/404.*does not serve this path/);
  await expect(checkCallback(address, at('/callbacks/vod', { keys: ['Other1'] }))).rejects.toThrow(/403.*other keys/);
  await expect(checkCallback(address, at('/callbacks/vod', { keys: [] }))).rejects.toThrow(/403/);
});

// Buffer.toString keeps a byte order mark, and JSON.parse takes none: such a Live callback became a dead letter.
test('a Live callback may begin with a byte order mark', async () => {
  const live = at('/live', { kind: 'live' });
  const served = serving(live);
  const { 'x-vod-timestamp': timestamp = '', 'x-vod-signature': signature = '' } = signed({
    ...live,
    url: 'ingress.example.com',
  });
  const reply = await served.app.inject({
    method: 'POST',
    url: '/live',
    headers: { 'ali-live-timestamp': timestamp, 'ali-live-signature': signature },
    payload: Buffer.from('\ufeff{"domain":"play.example.com","app":"live","stream":"room-42"}'),
  });
  expect(reply.statusCode).toBe(200);
  expect(served.published).toMatchObject([{ topic: 'callbacks', key: 'play.example.com/live/room-42' }]);
});
