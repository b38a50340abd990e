import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { Admin } from '../../connectors/kafka/index.ts';
import { ensureJars, freePorts, stackStatus, startStack, stopStack } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { register, schemaById } from './registry-client.ts';

const jars = join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars');
const schema = { type: 'record', name: 'Probe', fields: [{ name: 'n', type: 'long' }] };

let folder: string;
beforeAll(async () => {
  await ensureJars({ folder: jars });
  folder = await mkdtemp(join(tmpdir(), 'live2vod-stack-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function home(name: string) {
  const [kafkaPort = 0, controllerPort = 0, registryPort = 0] = await freePorts(3);
  return { home: join(folder, name), jars, kafkaPort, registryPort, broker: { controllerPort, heapMb: 256 } };
}

async function onAdmin<T>(brokers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = await Admin.connect({ brokers, clientId: 'stack-test' });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

const topicsOf = (brokers: string) => onAdmin(brokers, (admin) => admin.listTopics());
const createTopic = (brokers: string, name: string) =>
  onAdmin(brokers, (admin) => admin.ensureTopics([{ name, partitions: 1, config: {} }]));

describe('the embedded stack', () => {
  test('keeps its data through a kill -9 of both parts, a restart of one, and a clean stop; a second command is told', async () => {
    const options = await home('data');
    const first = await startStack(options);
    onTestFinished(() => first.stop());
    await createTopic(first.brokers, 'kept');
    const id = await register(first.registryUrl, 'probe', schema);

    await expect(startStack(options)).rejects.toMatchObject({ name: 'StackError', code: 'HOME_IN_USE' });
    await expect(stopStack(options)).rejects.toMatchObject({ code: 'HOME_IN_USE' });

    await Promise.all([first.broker?.kill9(), first.registry?.kill9()]);
    await first.broker?.restart();
    expect(await topicsOf(first.brokers)).toContain('kept');
    const registry = await first.registry?.restart();
    expect(await schemaById(first.registryUrl, id)).toEqual(schema);

    await first.stop();
    expect(registry?.isAlive()).toBe(false);
    expect(await stackStatus(options)).toMatchObject({ state: 'stopped', parts: [{ runs: false }, { runs: false }] });
  });

  test('`stack start` outlives its command, serves the next one, and is mended by the next start', async () => {
    const options = { ...(await home('detached')), parts: ['broker'] as const };
    onTestFinished(async () => void (await stopStack(options)));
    // On every address: Kafka refuses to start where it is told to advertise that, so it must be told another.
    const everywhere = { ...options, detached: true, host: '0.0.0.0' };
    await run(`await startStack(${JSON.stringify(everywhere)}); process.exit()`).gone;
    const running = await stackStatus(options);
    expect(running).toMatchObject({ state: 'detached', parts: [{ serves: true }] });

    const reused = await startStack(options);
    expect(reused).toMatchObject({ reused: true, brokers: `127.0.0.1:${options.kafkaPort}` });
    await createTopic(reused.brokers, 'kept');
    await reused.stop();
    expect((await stackStatus(options)).state).toBe('detached');

    process.kill(running.parts[0]?.identity.pid as number, 'SIGKILL');
    const mended = await startStack(options);
    expect(mended.reused).toBe(false);
    expect(await topicsOf(mended.brokers)).toContain('kept');
    await mended.stop();
    expect(await stopStack(options)).toBe(false);
  });

  test('ends with the command that started it, even by kill -9, and the next start works at once', async () => {
    const options = { ...(await home('owned')), parts: ['registry'] as const };
    const owner = run(`await startStack(${JSON.stringify(options)}); console.log('up');`);
    await eventually(() => owner.output().includes('up'), { timeoutMs: 40_000 });
    const { state, parts } = await stackStatus(options);
    expect({ state, serves: parts.map((part) => part.serves) }).toEqual({ state: 'owned', serves: [true] });
    owner.child.kill('SIGKILL');
    await owner.gone;

    const next = await startStack(options);
    await next.stop();
    for (const part of parts) expect(() => process.kill(part.identity.pid, 0)).toThrow();

    // All of this happened beside the stack of the other tests, on another home and other ports.
    expect(await topicsOf(inject('stack').brokers)).toBeInstanceOf(Array);
  });
});

/** Runs a script that has startStack at hand in a process of its own. Keeps its event loop busy until it exits. */
function run(script: string): { child: ChildProcess; gone: Promise<void>; output: () => string } {
  const door = new URL('../../local/index.ts', import.meta.url).href;
  const source = `import { startStack } from '${door}'; setInterval(() => {}, 1000);\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return { child, gone: new Promise((done) => child.once('exit', () => done())), output: () => text };
}
