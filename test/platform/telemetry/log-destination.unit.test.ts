import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { logDestination } from '../../../platform/telemetry/index.ts';

const telemetry = new URL('../../../platform/telemetry/index.ts', import.meta.url).href;

// pino's own destination tells a failed write as an event that nobody listens to, which ends the process.
test('a line for which the disk has no room is counted, and the next one is tried again', () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  let lost = 0;
  const destination = logDestination(full, () => {
    lost += 1;
  });
  for (let line = 0; line < 3; line += 1) destination.write('{}\n');
  expect(lost).toBe(3);
});

/** A process that logs a thousand lines and then says how many were lost. */
const chatty = `import { createLogger } from '${telemetry}';
  let lost = 0; const log = createLogger('role', 'info', () => { lost += 1; });
  process.stdin.once('data', () => { for (let line = 0; line < 1_000; line += 1) log.info({ line }, 'said'); console.log(lost); process.exit(0); });
  console.log('on');`;

test.each(['/dev/full', 'a pipe whose reader is gone'])('a process goes on while its log is %s', async (place) => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const stderr = place === '/dev/full' ? full : 'pipe';
  const child = spawn(process.execPath, ['--input-type=module', '-e', chatty], { stdio: ['pipe', 'pipe', stderr] });
  if (child.stdin === null || child.stdout === null) throw new Error('there are no pipes');
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.stderr?.destroy();
  const answer = once(child.stdout, 'data');
  child.stdin.write('go\n');
  const [lost] = (await answer) as [Buffer];
  expect(Number(lost.toString())).toBe(1_000);
  expect(await ended).toEqual([0, null]);
});
