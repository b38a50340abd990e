/**
 * An ingress process under load while Kafka, its disk or itself fails. The sender's own account is the oracle: what got
 * 200 is in Kafka at least once. How long answers take is measured by `bench ingress-faults`. `CHAOS_SECONDS` sets how long each fault lasts (default 4),
 * `CHAOS_KILLS` how often the process is killed (default 4).
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Broker, ensureJars, freePorts, startBroker } from '../../../local/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type IngressProcess, type ProcessOptions, startIngressProcess } from './process.ts';
import { freshTopics, type Topics } from './running.ts';
import { type Account, accountOf, Sender } from './sender.ts';

const faultMs = 1_000 * Number(process.env.CHAOS_SECONDS ?? 4);
const kills = Number(process.env.CHAOS_KILLS ?? 4);
const testTimeoutMs = 240_000 + 2 * faultMs + kills * 10_000;
const perSecond = 200;

let root: string;
let broker: Broker;
let topics: Topics;
let folder: string;
let sender: Sender;
let ingress: IngressProcess;
const accounts: Account[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'live2vod-chaos-'));
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  broker = await startBroker({ jars: jars.kafka, folder: join(root, 'broker'), port, controllerPort });
}, 90_000);
afterAll(async () => {
  console.table(accounts);
  broker.thaw();
  await broker.stop();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  topics = await freshTopics(broker.brokers);
  folder = await mkdtemp(join(root, 'spool-'));
  sender = new Sender(randomUUID());
});
afterEach(async () => {
  sender.close();
  await ingress.kill9();
});

async function start(options: Partial<ProcessOptions> = {}): Promise<IngressProcess> {
  ingress = await startIngressProcess(topics, { lameDuckMs: 0, spool: { folder }, ...options });
  return ingress;
}
const passed = (ms: number) => new Promise((done) => setTimeout(done, ms));
const answered = (count: number) => eventually(() => sender.idsWith(200).length >= count, { timeoutMs: 30_000 });

/** Stops the load and waits until everything that was answered 200 is in Kafka: the account that is left. */
async function settle(fault: string, stopLoad: () => Promise<void>): Promise<Account> {
  await stopLoad();
  const account = await eventually(
    async () => {
      const now = accountOf(fault, sender, await topics.read('callbacks'));
      expect(now.lost).toBe(0);
      return now;
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  ).catch(async () => accountOf(fault, sender, await topics.read('callbacks')));
  accounts.push(account);
  expect(account).toMatchObject({ lost: 0, smuggled: 0 });
  return account;
}

test('Kafka stopped under load', { timeout: testTimeoutMs }, async () => {
  const { port } = await start();
  const stopLoad = sender.load(() => port, perSecond);
  await answered(perSecond);
  await broker.stop();
  await passed(faultMs);
  broker = await broker.restart();
  await answered(sender.idsWith(200).length + perSecond);
  const account = await settle(`Kafka stopped for ${faultMs / 1000} s`, stopLoad);
  expect(account.answered200).toBe(account.sent);
});

test('Kafka killed under load', { timeout: testTimeoutMs }, async () => {
  const { port } = await start();
  const stopLoad = sender.load(() => port, perSecond);
  await answered(perSecond);
  await broker.kill9();
  await passed(faultMs / 2);
  broker = await broker.restart();
  await answered(sender.idsWith(200).length + perSecond);
  const account = await settle('Kafka killed', stopLoad);
  expect(account.answered200).toBe(account.sent);
});

test('Kafka frozen under load', { timeout: testTimeoutMs }, async () => {
  const { port } = await start();
  const stopLoad = sender.load(() => port, perSecond);
  await answered(perSecond);
  broker.freeze();
  await passed(faultMs);
  broker.thaw();
  await answered(sender.idsWith(200).length + perSecond);
  const account = await settle(`Kafka frozen for ${faultMs / 1000} s`, stopLoad);
  expect(account.answered200).toBe(account.sent);
});

test('started while Kafka is away', { timeout: testTimeoutMs }, async () => {
  await broker.stop();
  const { port } = await start();
  const stopLoad = sender.load(() => port, perSecond);
  await answered(perSecond * 2);
  broker = await broker.restart();
  await answered(perSecond * 3);
  const account = await settle('started without Kafka', stopLoad);
  expect(account.answered200).toBe(account.sent);
});

test('the spool full while Kafka is frozen', { timeout: testTimeoutMs }, async () => {
  const { port } = await start({ spool: { folder, limitBytes: 100_000 } });
  const stopLoad = sender.load(() => port, perSecond);
  await answered(perSecond);
  broker.freeze();
  await eventually(() => sender.idsWith(503).length > perSecond, { timeoutMs: 30_000 });
  await eventually(() => ingress.waitingFor()?.startsWith('room in the spool') === true);
  broker.thaw();
  await eventually(() => ingress.waitingFor() === null, { timeoutMs: 30_000 });
  await answered(sender.idsWith(200).length + perSecond);
  await settle('spool at its limit', stopLoad);
});

test('the disk of the spool full while Kafka is frozen', { timeout: testTimeoutMs }, async () => {
  const { port } = await start({ fileLimitBytes: 256 * 1024 });
  const stopLoad = sender.load(() => port, perSecond * 2);
  await answered(perSecond);
  broker.freeze();
  await eventually(() => sender.idsWith(503).length > perSecond, { timeoutMs: 60_000 });
  broker.thaw();
  await answered(sender.idsWith(200).length + 2 * perSecond);
  // What filled the disk has been drained, so that it has room again.
  await eventually(() => ingress.waitingFor() === null, { timeoutMs: 30_000 });
  await settle('disk full', stopLoad);
});

test('kill -9 under load, Kafka up and frozen in turns', { timeout: testTimeoutMs }, async () => {
  let { port } = await start();
  const stopLoad = sender.load(() => port, perSecond, { attempts: 3, gapMs: 1_000 });
  for (let kill = 0; kill < kills; kill += 1) {
    const frozen = kill % 2 === 1;
    if (frozen) broker.freeze();
    await answered(sender.idsWith(200).length + perSecond);
    await ingress.kill9();
    ({ port } = await start({ port }));
    if (frozen) {
      await answered(sender.idsWith(200).length + perSecond / 2);
      broker.thaw();
    }
  }
  await settle(`kill -9, ${kills} times`, stopLoad);
});
