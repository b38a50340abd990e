import { createServer } from 'node:net';
import { expect, inject, onTestFinished, test } from 'vitest';
import { freePorts } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');
const callbacks = { VOD_CALLBACK_URL: 'https://ingress.example.com/callbacks/vod', VOD_CALLBACK_KEYS: 'Abc123Def456' };

// One setting once opened ingress, console, metrics and emulator together, the console without any token.
test.each([['up'], ['run', 'console'], ['demo', '--once']])(
  '%s %s: a console that others reach is refused without a token, in one line and before anything is started',
  async (...args) => {
    const refused = command(args, { ...(await ownSettings(stack)), ...callbacks, CONSOLE_BIND: '0.0.0.0' });
    expect(await refused.status, refused.text()).toBe(78);
    const lines = refused.text().trim().split('\n');
    expect(lines.filter((line) => line.startsWith('live2vod: ') && !line.endsWith('…'))).toEqual([
      expect.stringMatching(/CONSOLE_BIND: a console on 0\.0\.0\.0 needs a token .*CONSOLE_READ_TOKEN/),
    ]);
  },
);

test.each([
  ['LIVE2VOD_BIND', '0.0.0.0', /LIVE2VOD_BIND.*INGRESS_BIND, CONSOLE_BIND and METRICS_BIND/],
  ['METRICS_BIND', 'nonsense', /METRICS_BIND: "nonsense" is not accepted/],
  ['CONSOLE_READ_TOKEN', 'secret ', /CONSOLE_READ_TOKEN: the given value is not accepted/],
])('%s=%s is refused in one line', async (name, value, line) => {
  const refused = command(['run', 'ingress'], { ...(await ownSettings(stack)), ...callbacks, [name]: value });
  expect(await refused.status).toBe(78);
  expect(refused.text().trim()).toMatch(line);
  expect(refused.text().trim()).not.toContain('\n');
});

// Whoever reached the callback port could read metrics and what the ingress waits for.
test('callbacks, and metrics with details, each have an address and a port of their own', async () => {
  const settings = await ownSettings(stack);
  const [metricsPort = 0] = await freePorts(1);
  command(['run', 'ingress'], {
    ...settings,
    ...callbacks,
    ...{
      INGRESS_BIND: '127.77.13.7',
      METRICS_BIND: '127.77.13.8',
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: 'silent',
    },
  });
  const door = `http://127.77.13.7:${settings.INGRESS_PORT}`;
  await eventually(async () => expect((await fetch(`${door}/readyz`)).status).toBe(200), { timeoutMs: 60_000 });
  expect(await (await fetch(`${door}/readyz`)).json()).toEqual({ ready: true });
  expect((await fetch(`${door}/metrics`)).status).toBe(404);

  const inside = `http://127.77.13.8:${metricsPort}`;
  await eventually(async () =>
    expect(await (await fetch(`${inside}/readyz`)).json()).toEqual({ ready: true, waitingFor: null }),
  );
  expect(await (await fetch(`${inside}/metrics`)).text()).toContain('live2vod_ingress_spool_bytes 0');
  expect((await fetch(`${inside}/callbacks/vod`, { method: 'POST' })).status).toBe(404);
});

test('a default port of metrics that is taken costs the metrics, and nothing else', async () => {
  // The ingress's own by default; where another test has it just now, it is taken as well.
  const server = createServer();
  await new Promise<void>((done) => server.once('error', () => done()).listen(9464, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const settings = await ownSettings(stack);
  const ingress = command(['run', 'ingress'], { ...settings, ...callbacks, LOG_LEVEL: 'warn' });
  const ready = `http://127.0.0.1:${settings.INGRESS_PORT}/readyz`;
  await eventually(async () => expect((await fetch(ready)).status).toBe(200), { timeoutMs: 60_000 });
  await ingress.said(/no metrics: their default port is taken, set METRICS_PORT/);
});
