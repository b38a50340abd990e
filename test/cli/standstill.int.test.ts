import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf } from './command.ts';

const hang = new URL('hang.ts', import.meta.url).href;
const program = join(import.meta.dirname, 'supervising.ts');
const patient = { timeoutMs: 90_000 };

/** A supervisor in a process of its own, with so many embedded ClickHouses: roles that need nothing else. */
async function supervised(roles: number, silenceMs: number) {
  const homes = Array.from({ length: roles }, () => mkdtempSync(join(tmpdir(), 'live2vod-standstill-')));
  const ports = await freePorts(roles);
  const list = homes.map((home, index) => [
    'clickhouse',
    {
      LIVE2VOD_HOME: home,
      CLICKHOUSE_PORT: String(ports[index]),
      LOG_LEVEL: 'error',
      NODE_OPTIONS: `--import=${hang}`,
    },
  ]);
  const child = spawn(process.execPath, [program, JSON.stringify(list), String(silenceMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, 'exit');
  const pids = () => childrenOf(child.pid ?? 0).flatMap(({ pid, args }) => (/ run \w+$/.test(args) ? [pid] : []));
  const waitingFor = () => [...text.matchAll(/^waiting for (.*)$/gm)].at(-1)?.[1];
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    for (const home of homes) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const ready = () =>
    eventually(() => {
      expect(waitingFor(), text).toBe('nothing');
      expect(pids()).toHaveLength(roles);
      return pids();
    }, patient);
  return { child, ended, ready, pids, text: () => text };
}

const lives = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

// A role whose loop is blocked obeys no SIGTERM and hears of no parent's end, and one that waits for a native call that
// never returns hears of it and can't end: both outlived a killed `up` until somebody killed them by hand.
test('nothing is left 40 s after a supervisor was killed, whatever its roles hang on', async () => {
  const { child, ended, ready } = await supervised(3, 600_000);
  const [blocked = 0, hung = 0, healthy = 0] = await ready();
  process.kill(blocked, 'SIGUSR2');
  process.kill(hung, 'SIGWINCH');
  await eventually(() => readFileSync(`/proc/${blocked}/stat`, 'utf8').length > 0);
  child.kill('SIGKILL');
  await ended;
  await eventually(() => expect([blocked, hung, healthy].filter(lives)).toEqual([]), { timeoutMs: 40_000 });
});

// Nobody looked: a role that stood still stayed so for good, as its health said to nobody.
test.each([
  ['is frozen', 'SIGSTOP'],
  ['has a blocked event loop', 'SIGUSR2'],
] as const)('a role that %s is ended and started again, the others are left alone', async (_what, signal) => {
  const { ready, pids, text } = await supervised(2, 4_000);
  const [still = 0, other = 0] = await ready();
  process.kill(still, signal);
  await eventually(() => expect(lives(still)).toBe(false), patient);
  await eventually(() => expect(pids()).toHaveLength(2), patient);
  const after = await ready();
  expect(after).not.toContain(still);
  expect(after).toContain(other);
  expect(text()).toContain('clickhouse has not answered for 4 s: it is ended');
  expect(text()).toContain('clickhouse ended with SIGKILL; starting it again in 0.5 s');
});
