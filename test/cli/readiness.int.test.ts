/**
 * Every role as a process of its own, against a broker, a registry and a cloud that are there or not. What a role says of
 * itself is read where an orchestrator reads it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { applyTopics } from '../../cli/topic-plan.ts';
import { Admin } from '../../connectors/kafka/index.ts';
import { startEmulator } from '../../emulator/index.ts';
import { spawnClickhouseRole } from '../../local/clickhouse/index.ts';
import { freePorts } from '../../local/index.ts';
import { readSettings } from '../../schemas/settings.ts';
import { account, type SecuredBroker, startSecuredBroker } from '../connectors/kafka/secured-broker.ts';
import { eventually } from '../support/eventually.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
const patient = { timeoutMs: 90_000, intervalMs: 200 };
const roles = ['ingress', 'processor', 'jobs', 'sink', 'console', 'reconciler', 'mns'] as const;
type Role = (typeof roles)[number];

/** What `/readyz` says: what is waited for, null where the role is ready; undefined where nobody answers yet. */
type Readiness = Readonly<Record<Role, string | null | undefined>>;

/** Port that leads to `target` while it is open, and to nothing while it isn't. */
async function gate(target: string) {
  const { hostname, port } = new URL(target);
  const [own = 0] = await freePorts(1);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const behind = connect(Number(port), hostname);
    for (const end of [socket, behind]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
    socket.pipe(behind).pipe(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const open = async () => {
    server.listen(own, '127.0.0.1');
    await once(server, 'listening');
  };
  return { url: target.replace(`${hostname}:${port}`, `127.0.0.1:${own}`), open };
}

let home: string;
let cluster: SecuredBroker;
/** What all roles need besides Kafka and the registry. */
let environment: Readonly<Record<string, string>>;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'live2vod-readiness-'));
  ends.push(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const [ingress = 0, page = 0, clickhousePort = 0] = await freePorts(3);
  const cloud = await startEmulator({ port: 0, queue: 'callbacks', knobs: {} });
  ends.push(() => cloud.stop());
  const clickhouse = await spawnClickhouseRole({ folder: join(home, 'clickhouse'), port: clickhousePort });
  ends.push(() => clickhouse.kill());
  cluster = await startSecuredBroker(home);
  ends.push(() => cluster.broker.kill9());
  const file = join(home, 'live2vod.yaml');
  const queues = [{ accountId: '1234567890', queue: 'callbacks', region: 'cn-shanghai', endpoint: cloud.url }];
  writeFileSync(file, stringify({ callbacks: { queues } }));
  environment = {
    LIVE2VOD_CONFIG: file,
    LIVE2VOD_HOME: home,
    LIVE2VOD_TOPIC_PREFIX: `readiness-${process.pid}-${ingress}.`,
    LOG_LEVEL: 'warn',
    INGRESS_PORT: String(ingress),
    INGRESS_LAME_DUCK_SECONDS: '0',
    CONSOLE_PORT: String(page),
    CLICKHOUSE_PORT: String(clickhousePort),
    VOD_ENDPOINT: cloud.url,
    LIVE_ENDPOINT: cloud.url,
    VOD_CALLBACK_URL: 'http://127.0.0.1/callbacks/vod',
    VOD_CALLBACK_KEYS: 'Abc123Def456',
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret',
  };
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** @param supervised a role that ends with 69, or kills itself for a call that hangs, is started again, as `up` does */
async function startAll(environment: Readonly<Record<string, string>>, { supervised = false } = {}) {
  const ports = await freePorts(roles.length);
  const children = new Map<Role, ChildProcess>();
  const ended = new Map<Role, Promise<unknown[]>>();
  const said = new Map<Role, string>();
  let over = false;
  const start = (role: Role, index: number) => {
    const child = spawn(process.execPath, [main, 'run', role], {
      env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '16', ...environment, METRICS_PORT: String(ports[index]) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.set(role, child);
    ended.set(role, once(child, 'close'));
    child.stderr.on('data', (chunk: Buffer) => said.set(role, `${said.get(role) ?? ''}${chunk.toString()}`));
    child.once('close', (code, signal) => {
      if (supervised && !over && (code === 69 || signal === 'SIGKILL')) start(role, index);
    });
  };
  for (const [index, role] of roles.entries()) start(role, index);
  onTestFinished(async () => {
    over = true;
    for (const child of children.values()) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(ended.values());
  });
  const readyz = async (index: number): Promise<string | null | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${ports[index]}/readyz`).catch(() => undefined);
    if (!answer) return undefined;
    const { waitingFor } = (await answer.json()) as { waitingFor: string | null };
    expect(answer.status).toBe(waitingFor === null ? 200 : 503);
    return waitingFor;
  };
  return {
    said,
    readiness: async () =>
      Object.fromEntries(await Promise.all(roles.map(async (role, index) => [role, await readyz(index)]))) as Readiness,
    exitCodes: async () =>
      Object.fromEntries(
        await Promise.all([...ended].map(async ([role, end]) => [role, (await end)[0] as number | null])),
      ),
    running: () => roles.filter((role) => children.get(role)?.exitCode === null),
  };
}

const allReady = Object.fromEntries(roles.map((role) => [role, null]));
const kafka = expect.stringContaining('Kafka');
const registry = expect.stringContaining('the schema registry');
/** The ingress answers 200 for what lies in its spool: Kafka's absence is no reason to send callbacks elsewhere. */
const withoutKafka = { ...Object.fromEntries(roles.map((role) => [role, kafka])), ingress: null };

// Roles that called themselves ready too early ended with 69, after which a supervisor starts them again for ever; ingress
// and mns tried for ever themselves.
test('a login that is refused from the start ends every role with 78 and the settings to look at', async () => {
  const { secured, caFile } = cluster;
  const started = await startAll({
    ...environment,
    KAFKA_BROKERS: secured,
    SCHEMA_REGISTRY_URL: inject('stack').registryUrl,
    KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: account.user,
    KAFKA_SASL_PASSWORD: 'wr0ng-p4ss',
    KAFKA_SSL_CA_FILE: caFile,
  });
  expect(await started.exitCodes()).toEqual(Object.fromEntries(roles.map((role) => [role, 78])));
  for (const [role, text] of started.said) {
    expect(text, role).toContain(`live2vod: ${role}: `);
    expect(text, role).toContain('KAFKA_SASL_PASSWORD');
    expect(text, role).not.toContain('wr0ng-p4ss');
  }
});

// jobs, reconciler and mns said that they were ready before they had met Kafka, and all said so while it was away; a broker
// or registry that was absent for half a minute ended some roles and not others.
test('every role waits for what is away, is not ready meanwhile, and goes on by itself', async () => {
  let { broker } = cluster;
  await broker.kill9();
  const way = await gate(inject('stack').registryUrl);
  const settings = { ...environment, KAFKA_BROKERS: broker.brokers, SCHEMA_REGISTRY_URL: way.url };
  const started = await startAll(settings, { supervised: true });
  const becomes = async (what: object) =>
    await eventually(async () => {
      expect(started.running(), [...started.said].map(([role, text]) => `${role}: ${text}`).join('')).toEqual(roles);
      expect(await started.readiness()).toEqual(what);
    }, patient);

  await becomes({ ...Object.fromEntries(roles.map((role) => [role, registry])), ingress: null, mns: kafka });
  await way.open();
  await becomes(withoutKafka);

  // Its topics come after it.
  broker = await broker.restart();
  ends.push(() => broker.kill9());
  const admin = await Admin.connect({ brokers: broker.brokers, clientId: 'readiness-test' });
  await applyTopics(admin, readSettings(settings));
  admin.close();
  await becomes(allReady);

  broker.freeze();
  await becomes(withoutKafka);
  broker.thaw();
  await becomes(allReady);

  await broker.kill9();
  await becomes(withoutKafka);
  broker = await broker.restart();
  await becomes(allReady);
}, 400_000);
