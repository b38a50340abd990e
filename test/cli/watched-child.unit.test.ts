import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runWatched } from '../../cli/watched-child.ts';
import { eventually } from '../support/eventually.ts';

const never = new AbortController().signal;

/** A script that notes the pids of itself and of a child of its own, then does what `then` says. */
function family(then: string) {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-watched-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pids');
  const script = `
    const child = require('node:child_process').spawn('sleep', ['600']);
    require('node:fs').writeFileSync('${file}', process.pid + ' ' + child.pid);
    ${then}`;
  const pids = () => readFileSync(file, 'utf8').split(' ').map(Number);
  return { script, pids, started: () => eventually(() => expect(pids()).toHaveLength(2)) };
}

const gone = (pid: number) => eventually(() => expect(() => process.kill(pid, 0)).toThrow());

test('gives the status of the command', async () => {
  expect(await runWatched(['-e', 'process.exit(3)'], never)).toBe(3);
});

test('an abort ends the command and what it has started', async () => {
  const { script, pids, started } = family(`process.on('SIGINT', () => process.exit(130));`);
  const stop = new AbortController();
  const status = runWatched(['-e', script], stop.signal);
  await started();
  stop.abort();
  expect(await status).toBe(130);
  for (const pid of pids()) await gone(pid);
});

test('what a command leaves behind when it ends by itself goes with it', async () => {
  const { script, pids } = family('process.exit(0);');
  expect(await runWatched(['-e', script], never)).toBe(0);
  for (const pid of pids()) await gone(pid);
});
