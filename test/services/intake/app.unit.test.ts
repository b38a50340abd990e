import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { metricsOf } from '../../../platform/telemetry/index.ts';
import { IngressFault } from '../../../services/intake/http/index.ts';
import { type Bench, callback, endpoint, ingressWithList, signed } from './harness.ts';

let bench: Bench | null = null;
function ingress(...options: Parameters<typeof ingressWithList>): Bench {
  bench = ingressWithList(...options);
  return bench;
}
afterEach(async () => {
  await bench?.app.close();
  bench = null;
});

const post = { method: 'POST', url: '/callbacks/vod' } as const;

describe('a callback with a valid signature', () => {
  test('is published under its subject id, byte by byte, and answered 200', async () => {
    const { app, published } = ingress();
    const payload = `  ${callback('a1b2')}\n`;
    const reply = await app.inject({ ...post, headers: signed(), payload });
    expect(reply.statusCode).toBe(200);
    expect(published).toHaveLength(1);
    expect(published[0]).toMatchObject({
      topic: 'callbacks',
      key: 'a1b2',
      headers: { source: 'http', region: 'cn-shanghai' },
    });
    expect(Buffer.from(published[0]?.value ?? []).toString()).toBe(payload);
    expect(Math.abs(Number(published[0]?.headers['received-at']) - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    undefined,
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'nonsense',
    '/;;',
    'application/json; charset=klingon',
  ])('is accepted with content type %s', async (type) => {
    const { app, published } = ingress();
    const headers = type === undefined ? signed() : { ...signed(), 'content-type': type };
    const reply = await app.inject({ ...post, headers, payload: Buffer.from(callback('a1b2')) });
    expect(reply.statusCode).toBe(200);
    expect(published.map((record) => record.topic)).toEqual(['callbacks']);
  });

  test.each([
    ['', 'unusable'],
    ['{"EventType":', 'unusable'],
    ['[]', 'unusable'],
    ['{"EventType":"TranscodeComplete"}', 'unusable'],
    ['{"VideoId":{}}', 'unusable'],
    ['\xff\xfe', 'unusable'],
  ])('but with the body %j goes to dead-letters, still 200', async (payload, reason) => {
    const { app, published } = ingress();
    const reply = await app.inject({ ...post, headers: signed(), payload: Buffer.from(payload, 'latin1') });
    expect(reply.statusCode).toBe(200);
    expect(published).toMatchObject([
      { topic: 'dead-letters', key: null, headers: { reason, stage: 'ingress', source: 'http' } },
    ]);
    expect(Buffer.from(published[0]?.value ?? []).toString('latin1')).toBe(payload);
  });

  test('of an unknown event type is kept', async () => {
    const { app, published } = ingress();
    await app.inject({ ...post, headers: signed(), payload: '{"EventType":"Newest","MediaId":"m1","x":[1]}' });
    expect(published).toMatchObject([{ topic: 'callbacks', key: 'm1' }]);
  });

  test('and over 256 KiB goes to dead-letters; over 1 MiB it gets 413', async () => {
    const { app, published } = ingress();
    const ofSize = (bytes: number) => Buffer.alloc(bytes, ' ').fill(callback('big'), 0, callback('big').length);
    const answers = [];
    for (const bytes of [256 * 1024, 256 * 1024 + 1, 1024 * 1024, 1024 * 1024 + 1]) {
      answers.push((await app.inject({ ...post, headers: signed(), payload: ofSize(bytes) })).statusCode);
    }
    expect(answers).toEqual([200, 200, 200, 413]);
    expect(published.map((record) => [record.topic, record.headers.reason])).toEqual([
      ['callbacks', undefined],
      ['dead-letters', 'oversize'],
      ['dead-letters', 'oversize'],
    ]);
  });

  test('is answered 503 when it can not be made durable, and published when it is tried again', async () => {
    const spool: { full: boolean; records: string[] } = { full: true, records: [] };
    const { app } = ingress({
      publisher: {
        publish: async (record) => {
          if (spool.full) throw new IngressFault('SPOOL_FULL', 'full', { retryable: true });
          spool.records.push(String(record.key));
        },
      },
    });
    const request = { ...post, headers: signed(), payload: callback('a1b2') };
    expect((await app.inject(request)).statusCode).toBe(503);
    spool.full = false;
    expect((await app.inject(request)).statusCode).toBe(200);
    expect(spool.records).toEqual(['a1b2']);
  });

  // The body is read outside of Fastify's own handling: what is thrown there would end the process.
  test('is answered 500 where a defect throws, and the next one is served', async () => {
    let broken = true;
    const publish = async () => {};
    const { app, counted } = ingress({
      publisher: {
        publish() {
          if (broken) throw new TypeError('a defect');
          return publish();
        },
      },
    });
    const send = () => app.inject({ ...post, headers: signed(), payload: callback('a1b2') });
    expect((await send()).statusCode).toBe(500);
    broken = false;
    expect((await send()).statusCode).toBe(200);
    expect(await counted('live2vod_ingress_requests_total')).toMatchObject({ '/callbacks/vod 500 defect': 1 });
  });

  test('is answered 503 in time when nothing answers', async () => {
    const { app } = ingress({ publisher: { publish: () => new Promise(() => {}) }, limits: { answerWithinMs: 100 } });
    const reply = await app.inject({ ...post, headers: signed(), payload: callback('a1b2') });
    expect(reply.statusCode).toBe(503);
  });
});

describe('an exact resend', () => {
  test('is answered 200 and published once; another body or timestamp is another callback', async () => {
    const { app, published, counted } = ingress();
    const headers = signed();
    for (const payload of [callback('a'), callback('a'), callback('b')]) {
      expect((await app.inject({ ...post, headers, payload })).statusCode).toBe(200);
    }
    await app.inject({ ...post, headers: signed(endpoint, -10), payload: callback('a') });
    expect(published.map((record) => record.key)).toEqual(['a', 'b', 'a']);
    expect(await counted('live2vod_ingress_requests_total')).toMatchObject({ '/callbacks/vod 200 resent': 1 });
  });

  test('that comes while the first is on its way waits for it', async () => {
    let acknowledge: () => void = () => {};
    let calls = 0;
    const { app } = ingress({
      publisher: {
        publish: () => {
          calls += 1;
          return new Promise((resolve) => {
            acknowledge = resolve;
          });
        },
      },
    });
    const request = { ...post, headers: signed(), payload: callback('a') };
    const both = Promise.all([app.inject(request), app.inject(request)]);
    await expect.poll(() => calls).toBe(1);
    acknowledge();
    expect((await both).map((reply) => reply.statusCode)).toEqual([200, 200]);
    expect(calls).toBe(1);
  });

  test('is forgotten past the capacity, then published again', async () => {
    const { app, published } = ingress({ limits: { resends: 2 } });
    const headers = signed();
    for (const id of ['a', 'b', 'c', 'a']) await app.inject({ ...post, headers, payload: callback(id) });
    expect(published.map((record) => record.key)).toEqual(['a', 'b', 'c', 'a']);
  });
});

describe('a request that proves nothing', () => {
  test.each([
    ['no signature', {}],
    ['a wrong one', { ...signed(), 'x-vod-signature': '0'.repeat(32) }],
    ['a stale one', signed(endpoint, -400)],
    ['one from the future', signed(endpoint, 400)],
    ['another key', signed(endpoint, 0, 'Other1')],
    ['the URL that the server sees', signed({ ...endpoint, url: 'http://localhost:80/callbacks/vod' })],
  ])('(%s) gets 403 and is not published', async (_name, headers) => {
    const { app, published, counted } = ingress();
    expect((await app.inject({ ...post, headers, payload: callback('a') })).statusCode).toBe(403);
    expect(published).toEqual([]);
    const reasons = Object.keys(await counted('live2vod_ingress_requests_total'));
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^\/callbacks\/vod 403 (unsigned|stale|forged)$/);
  });

  test('is answered 405 unless it is a POST, 404 elsewhere', async () => {
    const { app, published } = ingress();
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const) {
      const reply = await app.inject({ method, url: '/callbacks/vod?x=1', headers: signed() });
      expect([method, reply.statusCode, reply.headers.allow]).toEqual([method, 405, 'POST']);
    }
    expect((await app.inject({ method: 'POST', url: '/callbacks/none', headers: signed() })).statusCode).toBe(404);
    expect(published).toEqual([]);
  });

  test('over the rate gets 429 however well it is signed', async () => {
    const { app } = ingress({ limits: { callbacksPerSecond: 1, callbacksBurst: 2 } });
    const answers = [];
    for (const id of ['a', 'b', 'c'])
      answers.push((await app.inject({ ...post, headers: signed(), payload: callback(id) })).statusCode);
    expect(answers).toEqual([200, 200, 429]);
  });

  test('over its own address’s rate gets 429 while others are served', async () => {
    const { app } = ingress({ limits: { callbacksPerSecondOfAddress: 1 } });
    const from = async (remoteAddress: string, id: string) =>
      (await app.inject({ ...post, remoteAddress, headers: signed(), payload: callback(id) })).statusCode;
    const greedy = [];
    for (const id of ['a', 'b', 'c']) greedy.push(await from('192.0.2.1', id));
    expect(greedy).toEqual([200, 200, 429]);
    expect(await from('192.0.2.2', 'd')).toBe(200);
  });
});

test('a Live record callback has its own route and verifier and is an event of its own kind', async () => {
  const live = { ...endpoint, kind: 'live', path: '/callbacks/live' } as const;
  const { app, published } = ingress({ endpoints: [endpoint, live] });
  const { 'x-vod-timestamp': timestamp, 'x-vod-signature': signature } = signed({
    ...live,
    url: 'ingress.example.com',
  });
  const headers = { 'ali-live-timestamp': timestamp, 'ali-live-signature': signature };
  const payload = JSON.stringify({
    domain: 'play.example.com',
    app: 'live',
    stream: 'room-42',
    event: 'record_started',
  });
  expect((await app.inject({ method: 'POST', url: '/callbacks/live', headers, payload })).statusCode).toBe(200);
  expect(
    (await app.inject({ method: 'POST', url: '/callbacks/live', headers: signed(live), payload })).statusCode,
  ).toBe(403);
  expect(published).toMatchObject([
    {
      ...{ topic: 'callbacks', key: 'play.example.com/live/room-42' },
      headers: { source: 'live', 'sent-at': `${timestamp}000` },
    },
  ]);
});

test('no endpoint without a key unless it says so', () => {
  expect(() => ingressWithList({ endpoints: [{ ...endpoint, keys: [] }] })).toThrow(/VOD_CALLBACK_KEYS/);
  expect(() => ingressWithList({ endpoints: [] })).toThrow(/VOD_CALLBACK_URL/);
  expect(() => ingressWithList({ endpoints: [{ ...endpoint, url: '/callbacks/vod' }] })).toThrow(/full http/);
});

test('health and readiness are told, and requests are counted', async () => {
  let waitingFor: string | null = null;
  const registry = new Registry();
  const { app } = ingress({
    health: { live: () => true, waitingFor: () => waitingFor },
    metrics: metricsOf(registry),
  });
  await app.inject({ ...post, headers: signed(), payload: callback('a') });
  expect((await app.inject('/healthz')).statusCode).toBe(200);
  expect((await app.inject('/readyz')).statusCode).toBe(200);
  waitingFor = 'room in the spool';
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  const counts = await registry.metrics();
  expect(counts).toContain('live2vod_ingress_requests_total{route="/callbacks/vod",status="200",reason="accepted"} 1');
  expect(counts).toContain('live2vod_ingress_request_seconds_count{route="/callbacks/vod"} 1');
});

// Whoever reached the callback port once read the metrics there, and in the readiness what the ingress waits for.
test('the callback port tells nobody more than whether it is alive and ready, under whatever host it is asked for', async () => {
  const { app } = ingress({ health: { live: () => true, waitingFor: () => 'the disk of the spool /secret/place' } });
  expect((await app.inject('/metrics')).statusCode).toBe(404);
  for (const host of ['ingress.example.com', '10.0.0.7:8081', 'localhost']) {
    const ready = await app.inject({ url: '/readyz', headers: { host } });
    expect([ready.statusCode, ready.json()]).toEqual([503, { ready: false }]);
    expect((await app.inject({ url: '/healthz', headers: { host } })).json()).toEqual({ live: true });
    expect((await app.inject({ ...post, headers: { ...signed(), host }, payload: callback('a') })).statusCode).toBe(
      200,
    );
  }
});
