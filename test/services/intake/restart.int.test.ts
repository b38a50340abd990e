import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { freePorts } from '../../../local/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type IngressProcess, startIngressProcess } from './process.ts';
import { freshTopics, type Topics } from './running.ts';
import { accountOf, Sender } from './sender.ts';

const { brokers } = inject('stack');
let topics: Topics;
let folder: string;
let sender: Sender;
const processes: IngressProcess[] = [];

beforeEach(async () => {
  topics = await freshTopics(brokers);
  folder = await mkdtemp(join(tmpdir(), 'live2vod-restart-'));
  sender = new Sender(randomUUID());
});
afterEach(async () => {
  sender.close();
  for (const ingress of processes.splice(0)) await ingress.kill9();
  await rm(folder, { recursive: true, force: true });
});
async function start(port: number): Promise<IngressProcess> {
  const ingress = await startIngressProcess(topics, { port, reusePort: true, spool: { folder }, lameDuckMs: 300 });
  processes.push(ingress);
  return ingress;
}
const answeredAtLeast = (count: number) => eventually(() => sender.idsWith(200).length >= count);

test('two ingresses share a port during a deploy: every callback is answered 200 and in Kafka', async () => {
  const [port = 0] = await freePorts(1);
  const old = await start(port);
  const stopLoad = sender.load(() => port, 300, { attempts: 3, gapMs: 100 });
  await answeredAtLeast(200);
  const fresh = await start(port);
  await answeredAtLeast(400);
  expect(await old.stop()).toBe(0);
  const before = sender.idsWith(200).length;
  await answeredAtLeast(before + 200);
  await stopLoad();
  expect(await fresh.stop()).toBe(0);
  const account = accountOf('rolling restart', sender, await topics.read('callbacks'));
  expect(account).toMatchObject({ answered200: account.sent, inKafka: account.sent, lost: 0 });
});

test('readiness goes red before the end, while callbacks are still served', async () => {
  const [port = 0] = await freePorts(1);
  const ingress = await startIngressProcess(topics, { port, spool: { folder }, lameDuckMs: 1_000 });
  processes.push(ingress);
  const ready = async () => (await fetch(`${ingress.address}/readyz`)).status;
  await eventually(async () => (await ready()) === 200);
  const ended = ingress.stop();
  await eventually(async () => (await ready()) === 503);
  await sender.deliver(port);
  expect(sender.idsWith(200)).toHaveLength(1);
  expect(await ended).toBe(0);
});

test('kill -9 under load loses nothing that was answered 200', async () => {
  const [port = 0] = await freePorts(1);
  let ingress = await start(port);
  const stopLoad = sender.load(() => port, 300, { attempts: 3, gapMs: 300 });
  for (let kill = 1; kill <= 3; kill += 1) {
    await answeredAtLeast(kill * 150);
    await ingress.kill9();
    ingress = await start(port);
  }
  await stopLoad();
  await ingress.stop();
  const account = accountOf('kill -9', sender, await topics.read('callbacks'));
  expect(account.lost).toBe(0);
  expect(account.answered200).toBeGreaterThan(400);
});
