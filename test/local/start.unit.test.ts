import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { brokerProperties } from '../../local/broker-properties.ts';
import { claimHome, readHome } from '../../local/home.ts';
import { freePorts, startBroker, startRegistry, watchScript } from '../../local/index.ts';
import { whenReady } from '../../local/jvm.ts';
import { identityOf, isAlive } from '../../local/process-identity.ts';
import { eventually } from '../support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'live2vod-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An address of this machine that nothing else here uses: its ports are ours alone, the one beside a taken one too. */
const quietHost = '127.77.13.5';

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, quietHost, listening));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

function self() {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error('no identity');
  return identity;
}

test('a taken port names the setting that changes it, before anything is started or written', async () => {
  const port = await takenPort();
  const where = { jars: '/nonexistent', folder: join(folder, 'never'), host: quietHost };
  await expect(startBroker({ ...where, port })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `Port ${port} for the broker is taken. Set KAFKA_PORT to a free port.`,
  });
  await expect(startBroker({ ...where, port: port === 65_535 ? 1 : port + 1, controllerPort: port })).rejects.toThrow(
    /controller .* KAFKA_PORT/,
  );
  await expect(startRegistry({ ...where, byteman: folder, port })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `Port ${port} for the schema registry is taken. Set REGISTRY_PORT to a free port.`,
  });
});

test('a registry that ends while starting gives its log, and Java that is missing is named', async () => {
  const [port = 0] = await freePorts(1, quietHost);
  const byteman = join(folder, 'byteman');
  mkdirSync(byteman);
  writeFileSync(join(byteman, 'byteman-0.jar'), '');
  const where = { jars: folder, byteman, folder: join(folder, 'registry'), host: quietHost, port };
  await expect(startRegistry(where)).rejects.toThrow(/registry\.log ends: .*(jar|Jar)/);
  await expect(startRegistry({ ...where, java: 'no-such-java' })).rejects.toThrow(/no-such-java/);
});

/** What is started, as far as `whenReady` sees it. */
function starting(log = 'ready soon\n') {
  const logFile = join(folder, 'starting.log');
  writeFileSync(logFile, log);
  const nothing = async () => {};
  const still = () => {};
  return { identity: self(), logFile, isAlive: () => true, stop: nothing, kill9: nothing, freeze: still, thaw: still };
}

// A registry that was only slow, on a busy machine, was ended in the middle of its start.
test('one that is slow and works is waited for longer; one that does nothing, or works for ever, is not', async () => {
  const wait = (cpuMs: () => number | null, looks: number) => {
    let left = looks;
    const probe = async () => {
      left -= 1;
      return left < 0;
    };
    return whenReady(starting(), 'registry', probe, { timeoutMs: 200, cpuMs });
  };
  let used = 0;
  const works = () => {
    used += 1_000;
    return used;
  };
  await expect(wait(works, 6)).resolves.toBeUndefined();
  await expect(wait(() => 5, 1_000)).rejects.toMatchObject({ code: 'START_TIMEOUT', retryable: true });
  await expect(wait(() => null, 1_000)).rejects.toMatchObject({ code: 'START_TIMEOUT' });
  await expect(wait(works, 1_000)).rejects.toMatchObject({ code: 'START_TIMEOUT' });
});

test('what the log ends with is told without stack frames, and a time-out with what helps', async () => {
  const frames = '\tat a.b.C.d(C.java:1)\n'.repeat(40);
  const log = `java.util.concurrent.TimeoutException: no datasource\n${frames}\t... 12 more\n`;
  const end = whenReady(starting(log), 'schema registry', async () => false, { timeoutMs: 50, cpuMs: () => null });
  await expect(end).rejects.toThrow(
    /ends: java.util.concurrent.TimeoutException: no datasource A time-out .* start again/,
  );
});

test('a home belongs to one live process; what a dead one left is swept away', async () => {
  const home = join(folder, 'home');
  const owner = self();
  const claim = await claimHome(home, { owner, detached: false, parts: [] });
  await expect(claimHome(home, { owner, detached: false, parts: [] })).rejects.toMatchObject({ code: 'HOME_IN_USE' });
  await claim.update({ owner: null, detached: false, parts: [] });

  // The same pid with another start: a later process that was given the number again.
  await claimHome(home, { owner: { ...owner, started: 'earlier' }, detached: true, parts: [] });
  await claimHome(home, { owner, detached: false, parts: [] });
  expect((await readHome(home))?.detached).toBe(false);
});

test('of many that claim a stale home at once exactly one succeeds', async () => {
  const home = join(folder, 'contended');
  const owner = self();
  const stale = { owner: { ...owner, started: 'earlier' }, detached: true, parts: [] };
  for (let round = 0; round < 30; round += 1) {
    const claims = Array.from({ length: 10 }, () => claimHome(home, { owner, detached: false, parts: [] }));
    const won = (await Promise.allSettled(claims)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.update(round % 2 === 0 ? stale : { ...stale, owner: null });
  }
});

test('a home that is a file is a clear error', async () => {
  const home = join(folder, 'file');
  writeFileSync(home, '');
  await expect(claimHome(home, { owner: self(), detached: false, parts: [] })).rejects.toMatchObject({
    code: 'HOME_UNUSABLE',
    message: `${home} can't be used (ENOTDIR). Set LIVE2VOD_HOME to a writable folder.`,
  });
});

test('a watched command gets no signal of ours and ends when its owner closes the pipe', async () => {
  const watched = spawn('sh', [watchScript, 'sleep', '600'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const pid = Number(await new Promise((line) => watched.stdout.once('data', line)));
  const identity = identityOf(pid);
  if (identity === undefined) throw new Error(`no process ${pid}`);
  expect(isAlive(identity)).toBe(true);
  watched.stdin.destroy();
  await eventually(() => !isAlive(identity));
});

test('a watched command that ends by itself passes its status on', async () => {
  const watched = spawn('sh', [watchScript, 'sh', '-c', 'exit 7'], { stdio: ['pipe', 'ignore', 'ignore'] });
  expect(await new Promise((status) => watched.once('exit', status))).toBe(7);
});

test('three voters give replication 3 with two in sync; listeners and settings can be added', () => {
  const properties = brokerProperties({
    host: '127.0.0.1',
    port: 9092,
    controllerPort: 9093,
    data: '/data',
    nodeId: 2,
    voters: [1, 2, 3].map((nodeId) => ({ nodeId, controllerPort: 9090 + nodeId })),
    extraListeners: [{ name: 'SECURE', port: 9094, protocol: 'SASL_SSL' }],
    config: { 'sasl.enabled.mechanisms': 'PLAIN', 'num.io.threads': 8 },
  });
  expect(properties).toMatchObject({
    'node.id': 2,
    'controller.quorum.voters': '1@127.0.0.1:9091,2@127.0.0.1:9092,3@127.0.0.1:9093',
    'transaction.state.log.replication.factor': 3,
    'transaction.state.log.min.isr': 2,
    listeners: 'PLAINTEXT://127.0.0.1:9092,SECURE://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093',
    'advertised.listeners': 'PLAINTEXT://127.0.0.1:9092,SECURE://127.0.0.1:9094',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL',
    'sasl.enabled.mechanisms': 'PLAIN',
    'num.io.threads': 8,
  });
});

test('a node on every address advertises one at which it can be reached', () => {
  const on = (host: string) => brokerProperties({ host, port: 9092, controllerPort: 9093, data: '/data' });
  expect(on('0.0.0.0')).toMatchObject({
    'controller.quorum.voters': '1@127.0.0.1:9093',
    listeners: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
    'advertised.listeners': 'PLAINTEXT://127.0.0.1:9092',
  });
  expect(on('::')).toMatchObject({
    listeners: 'PLAINTEXT://[::]:9092,CONTROLLER://127.0.0.1:9093',
    'advertised.listeners': 'PLAINTEXT://127.0.0.1:9092',
  });
});
