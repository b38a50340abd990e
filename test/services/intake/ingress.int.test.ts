import { createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { startEmulator } from '../../../emulator/index.ts';
import { eventually } from '../../support/eventually.ts';
import { callback, endpoint, signed } from './harness.ts';
import { freshTopics, type Running, startIngress, type Topics } from './running.ts';
import { accountOf, Sender } from './sender.ts';

const { brokers } = inject('stack');
let topics: Topics;
const running: Running[] = [];

/**
 * A busy machine lets the process, the broker or the disk stand still for seconds: a callback would then be refused as slow or
 * overdue, rightly, and sent again. What is late isn't what is tested here.
 */
const patient = { limits: { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000, answerWithinMs: 60_000 } };

beforeAll(async () => {
  topics = await freshTopics(brokers);
});
afterEach(async () => {
  for (const ingress of running.splice(0)) await ingress.stop();
});
async function start(...options: Parameters<typeof startIngress> extends [unknown, ...infer Rest] ? Rest : never) {
  const ingress = await startIngress(topics, ...options);
  running.push(ingress);
  return ingress;
}

describe('on a real broker', () => {
  test('every 200 is in its topic with its headers, nothing refused is', async () => {
    const ingress = await start(patient);
    const ids = Array.from({ length: 50 }, (_, index) => `video-${index}`);
    const answers = await Promise.all(ids.map((id) => ingress.post(signed(), callback(id))));
    expect(answers).toEqual(ids.map(() => 200));
    expect(await ingress.post(signed(), 'no json')).toBe(200);
    expect(await ingress.post(signed(), Buffer.alloc(1024 * 1024, 'x'))).toBe(200);
    expect(await ingress.post({}, callback('forged'))).toBe(403);

    await ingress.stop();
    // Kafka may take longer than the ingress waits for it: then a callback goes through the spool, and is there twice if
    // Kafka took it after all. At least once is the promise; what is there twice is the same.
    const callbacks = await topics.read('callbacks');
    expect(new Set(callbacks.map((record) => record.key))).toEqual(new Set(ids));
    for (const record of callbacks) {
      expect(record.value?.toString()).toBe(callback(record.key ?? ''));
      expect(record.headers).toMatchObject({ source: 'http', region: 'cn-shanghai' });
      expect(record.headers['received-at']).toMatch(/^\d{13}$/);
    }
    const dead = await topics.read('dead-letters');
    expect(new Set(dead.map((record) => `${record.headers.reason} ${record.value?.length}`))).toEqual(
      new Set(['unusable 7', `oversize ${1024 * 1024}`]),
    );
  });

  test('takes what the cloud signs by its own code: every callback of a play arrives', async () => {
    const fresh = await freshTopics(brokers);
    const ingress = await startIngress(fresh, patient);
    running.push(ingress);
    const cloud = await startEmulator({
      port: 0,
      callbackUrl: endpoint.url,
      deliverTo: `${ingress.address}${endpoint.path}`,
      callbackKey: endpoint.keys[0] ?? null,
      knobs: { shuffleWindowMs: 50, lateRate: 0, answerTimeoutMs: 60_000 },
    });
    cloud.play({ practices: ['1', '3b'], shows: 1, compression: 20_000 });
    await eventually(() => cloud.progress().done, { timeoutMs: 90_000 });
    const { totals } = cloud.ledger();
    await cloud.stop();
    await ingress.stop();
    const bodies = new Set((await fresh.read('callbacks')).map((record) => record.value?.toString()));
    expect(totals).toMatchObject({ lost: 0, attempts: totals.copies });
    expect(bodies.size).toBe(totals.distinct);
  });

  test('10,000 forged requests beside good ones: every good one is answered 200 and kept, no forged one is', async () => {
    const fresh = await freshTopics(brokers);
    const ingress = await startIngress(fresh, patient);
    running.push(ingress);
    const { port } = new URL(ingress.address);
    const good = new Sender('good');
    const forged = new Sender('forged');
    const stopGood = good.load(() => Number(port), 100);
    const lane = async () => {
      for (let count = 0; count < 200; count += 1) await forged.deliver(Number(port), { forged: true });
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    await stopGood();
    await ingress.stop();
    const records = await fresh.read('callbacks');
    for (const sender of [good, forged]) sender.close();
    expect(forged.idsWith(403)).toHaveLength(10_000);
    expect(accountOf('forged', forged, records)).toMatchObject({ inKafka: 0, smuggled: 0 });
    const account = accountOf('good', good, records);
    expect(account).toMatchObject({ answered200: account.sent, inKafka: account.sent, lost: 0 });
  });

  test('a taken port is an error that names the setting', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('INGRESS_PORT'),
    });
    server.close();
  });
});
