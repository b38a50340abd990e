/** A role in several processes: one health and one page of metrics, and what one of them dies of is its own affair. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { applyTopics } from '../../cli/topic-plan.ts';
import { Admin } from '../../connectors/kafka/index.ts';
import { freePorts } from '../../local/index.ts';
import { readSettings } from '../../schemas/settings.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, command, type Environment, ownSettings } from './command.ts';

const stack = inject('stack');
const patient = { timeoutMs: 90_000 };

async function started(role: string, own: Environment) {
  const [metrics = 0] = await freePorts(1);
  const settings = {
    ...(await ownSettings(stack)),
    ...{ LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '4', LIVE2VOD_INSTANCE: 'host' },
    ...{ METRICS_PORT: String(metrics), VOD_CALLBACK_AUTH: 'off', ...own },
  };
  const admin = await Admin.connect({ brokers: stack.brokers, clientId: 'test' });
  await applyTopics(admin, readSettings(settings)).finally(() => admin.close());
  const running = command(['run', role], settings);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${metrics}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const ready = (status: number) =>
    eventually(async () => expect(await get('/readyz'), running.text()).toMatchObject({ status }), patient);
  /** Process ids by the number that the supervisor gave them. */
  const processes = () =>
    new Map(
      childrenOf(running.pid).flatMap(({ pid, args }) =>
        [...args.matchAll(/ --process (\d+)$/g)].map(([, number]) => [Number(number), pid]),
      ),
    );
  return { settings, running, get, ready, processes };
}

test('processors are members of one group with stores of their own; one that is killed comes back, the other goes on', async () => {
  const { settings, running, get, ready, processes } = await started('processor', { PROCESSOR_PROCESSES: '2' });
  await ready(200);
  const before = processes();
  expect(new Set(before.keys())).toEqual(new Set([1, 2]));

  // A member is ready before the group has shared out the partitions anew.
  const text = await eventually(async () => {
    const page = (await get('/metrics')).text;
    const working = /^live2vod_processor_tasks\{process="(\d)",processor="video",state="working"\} (\d+)$/gm;
    const tasks = new Map([...page.matchAll(working)].map(([, process, count]) => [process, Number(count)]));
    expect(tasks).toEqual(
      new Map([
        ['1', 2],
        ['2', 2],
      ]),
    );
    return page;
  }, patient);
  for (const instance of ['host', 'host_p2'])
    expect(existsSync(join(settings.LIVE2VOD_HOME, 'state', 'video', instance)), instance).toBe(true);
  for (const process of ['1', '2', 'supervisor'])
    expect(text).toMatch(new RegExp(`^process_resident_memory_bytes\\{process="${process}"\\} \\d`, 'm'));
  expect(text.match(/^# HELP process_resident_memory_bytes /gm)).toHaveLength(1);
  const privateBytes = (name: string) =>
    [...text.matchAll(new RegExp(`^live2vod_${name}_private_memory_bytes(?:\\{process="\\w+"\\})? (\\d+)$`, 'gm'))].map(
      ([, bytes]) => Number(bytes),
    );
  expect(privateBytes('process')).toHaveLength(3);
  // Read a moment apart.
  const sum = privateBytes('process').reduce((all, bytes) => all + bytes, 0);
  expect(privateBytes('role')).toHaveLength(1);
  expect((privateBytes('role')[0] ?? 0) / sum).toBeCloseTo(1, 0);

  await ready(200);
  process.kill(before.get(2) ?? 0, 'SIGKILL');
  // Where the group shares out anew, the other one restores what it is given, which is then said before it.
  await eventually(
    async () => expect((await get('/readyz')).text).toMatch(/"waitingFor":"(process 1: [^"]*; )?process 2: /),
    patient,
  );
  await ready(200);
  expect(running.text()).toContain('process 2 ended with SIGKILL; starting it again');
  expect(processes().get(1)).toBe(before.get(1));
  expect(processes().get(2)).not.toBe(before.get(2));

  const after = [...processes().values()];
  running.kill('SIGTERM');
  expect(await running.status, running.text()).toBe(0);
  for (const pid of [...before.values(), ...after]) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('ingresses share a port: while one of two is killed again and again, no callback is refused', async () => {
  const { settings, running, ready, processes } = await started('ingress', { INGRESS_PROCESSES: '2' });
  await ready(200);
  const url = `http://127.0.0.1:${settings.INGRESS_PORT}/callbacks/vod`;
  const body = JSON.stringify({ EventType: 'FileUploadComplete', VideoId: 'v', EventTime: '2026-01-01T00:00:00Z' });
  const answers: number[] = [];
  // A connection each, as the balance is by connection. One that a kill cuts off has no answer, which the cloud would send again.
  const send = () =>
    fetch(url, { method: 'POST', body, headers: { connection: 'close' } }).then(
      ({ status }) => answers.push(status),
      () => {},
    );
  for (let kill = 0; kill < 2; kill += 1) {
    const victim = processes().get(2) ?? 0;
    process.kill(victim, 'SIGKILL');
    await eventually(() => !processes().has(2) || processes().get(2) !== victim);
    for (let sent = 0; sent < 40; sent += 1) await send();
    await ready(200);
  }
  for (let sent = 0; sent < 40; sent += 1) await send();
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(answers.length).toBeGreaterThan(100);
  running.kill('SIGTERM');
  expect(await running.status, running.text()).toBe(0);
});

test('up has processors and sinks in two processes each: all are ready, one that is killed comes back, nothing is left', async () => {
  const settings = {
    ...(await ownSettings(stack)),
    ...{ LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '2', VOD_CALLBACK_AUTH: 'off' },
    ...{ PROCESSOR_PROCESSES: '2', SINK_PROCESSES: '2' },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
    ...{ VOD_ENDPOINT: 'http://127.0.0.1:9', LIVE_ENDPOINT: 'http://127.0.0.1:9' },
  };
  const up = command(['up'], settings);
  const ready = (status: number) =>
    eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${settings.CONSOLE_PORT}/readyz`);
      expect(answer.status, `${await answer.text()}\n${up.text()}`).toBe(status);
    }, patient);
  await up.said(/ready: console/);
  await ready(200);
  /** Process ids of the members, by role. */
  const members = () => {
    const of = (role: string) => {
      const supervisor = childrenOf(up.pid).find(({ args }) => args.endsWith(` run ${role}`));
      return childrenOf(supervisor?.pid ?? 0).filter(({ args }) => / --process \d+$/.test(args));
    };
    return new Map(['processor', 'sink'].map((role) => [role, of(role).map(({ pid }) => pid)]));
  };
  const before = members();
  expect([...before.values()].map(({ length }) => length)).toEqual([2, 2]);
  for (const pids of before.values()) process.kill(pids[1] ?? 0, 'SIGKILL');
  await eventually(() => {
    const now = members();
    for (const [role, pids] of before) {
      expect(now.get(role), up.text()).toHaveLength(2);
      expect(now.get(role)).toContain(pids[0]);
      expect(now.get(role)).not.toContain(pids[1]);
    }
  }, patient);
  await ready(200);
  const all = [...before.values(), ...members().values()].flat();
  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
  for (const pid of all) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a port that something else listens on ends a role of several processes with the name of the setting', async () => {
  const [port = 0] = await freePorts(1);
  const server = createServer();
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { running } = await started('ingress', { INGRESS_PROCESSES: '2', INGRESS_PORT: String(port) });
  expect(await running.status).toBe(69);
  expect(running.text()).toMatch(/free it, or set INGRESS_PORT to another port/);
});

test('a configuration that its processes refuse ends the role with their line', async () => {
  const { running } = await started('sink', { SINK_PROCESSES: '13', LIVE2VOD_INSTANCE: 'a'.repeat(99) });
  expect(await running.status).toBe(78);
  expect(running.text()).toContain('LIVE2VOD_INSTANCE: with several processes');
  // Said before anything is started.
  expect(running.text()).toContain('SINK_PROCESSES is 13, but there are only 12 partitions');
});

test('a role is not given the instance of a further process of another one', async () => {
  const { running } = await started('sink', { LIVE2VOD_INSTANCE: 'host_p2' });
  expect(await running.status).toBe(78);
  expect(running.text()).toContain('LIVE2VOD_INSTANCE: host_p2 ');
});

test('doctor says how many processes a role has, and which have nothing to do', async () => {
  const settings = {
    ...(await ownSettings(stack)),
    LIVE2VOD_PARTITIONS: '4',
    PROCESSOR_PROCESSES: '9',
    SINK_PROCESSES: '2',
  };
  const doctor = command(['doctor'], settings);
  // No role runs.
  expect(await doctor.status).toBe(69);
  expect(doctor.text()).toContain(
    '  warn  processor in 9 processes (PROCESSOR_PROCESSES=9): PROCESSOR_PROCESSES is 9, but',
  );
  expect(doctor.text()).toContain('  ok    sink in 2 processes (SINK_PROCESSES=2)\n');
});
