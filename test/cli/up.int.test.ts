import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { RoleName } from '../../cli/roles/context.ts';
import { startSupervisor } from '../../cli/supervisor.ts';
import { freePorts } from '../../local/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, command, ownSettings } from './command.ts';

const stack = inject('stack');
/** An address of this machine alone, which is not the one that everything listens on by default. */
const host = '127.77.13.6';

// The embedded ClickHouse once listened on LIVE2VOD_BIND: open to everybody on 0.0.0.0, and out of its users' reach on
// any other address but the default.
test('up starts a killed role again, serves on the address it is told, and leaves no process', async () => {
  const prefix = `test-${randomUUID()}.`;
  const settings = {
    ...(await ownSettings(stack, host)),
    ...{ LIVE2VOD_TOPIC_PREFIX: prefix, LIVE2VOD_PARTITIONS: '1', LOG_LEVEL: 'error' },
    ...{ VOD_CALLBACK_URL: 'https://ingress.example.com/callbacks/vod', VOD_CALLBACK_KEYS: 'Abc123Def456' },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
    ...{ VOD_ENDPOINT: 'http://127.0.0.1:9', LIVE_ENDPOINT: 'http://127.0.0.1:9' },
  };
  const up = command(['up'], settings);
  const console = `http://${host}:${settings.CONSOLE_PORT}/readyz`;
  const answers = async (status: number) => {
    const answer = await fetch(console);
    expect(answer.status, `${await answer.text()}\n${up.text()}`).toBe(status);
  };
  const patient = { timeoutMs: 90_000 };
  await up.said(/ready: console/);
  await eventually(() => answers(200), patient);

  const embedded = (address: string) => fetch(`http://${address}:${settings.CLICKHOUSE_PORT}/ping`);
  // It answers, but nobody without its key.
  expect((await embedded('127.0.0.1')).status).toBe(403);
  await expect(embedded(host)).rejects.toThrow();

  const roles = () => childrenOf(up.pid).filter(({ args }) => / run \w+$/.test(args));
  const before = roles();
  const processor = before.find(({ args }) => args.endsWith(' processor'));
  if (!processor) throw new Error('there is no processor');
  process.kill(processor.pid, 'SIGKILL');
  await eventually(() => answers(503), patient);
  await eventually(() => answers(200), patient);
  expect(up.text()).toContain('processor ended with SIGKILL; starting it again');
  const after = roles();
  expect(new Set(after.map(({ args }) => args))).toEqual(new Set(before.map(({ args }) => args)));
  expect(after.find(({ args }) => args.endsWith(' processor'))?.pid).not.toBe(processor.pid);

  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
  for (const { pid } of [...before, ...after]) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

// A role that found its port taken was started again for ever, and the log's name was all that was said.
test.each<[RoleName, string]>([
  ['ingress', 'INGRESS_PORT'],
  ['clickhouse', 'CLICKHOUSE_PORT'],
  ['jobs', 'METRICS_PORT'],
])('a port that is taken before %s was ever ready ends the supervisor, which names %s', async (role, setting) => {
  const [port = 0] = await freePorts(1);
  const server = createServer();
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const environment = {
    ...(await ownSettings(stack)),
    LOG_LEVEL: 'silent',
    VOD_CALLBACK_AUTH: 'off',
    [setting]: String(port),
  };
  const said: string[] = [];
  const supervisor = startSupervisor({
    ...{ roles: [{ role, environment }], logFolder: null, clock: systemClock },
    say: (line) => said.push(line),
  });
  onTestFinished(() => supervisor.stop());
  await expect(supervisor.failed).rejects.toMatchObject({ exitCode: 69, message: expect.stringContaining(setting) });
  expect(said).toEqual([]);
});
