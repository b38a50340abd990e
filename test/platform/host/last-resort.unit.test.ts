import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';

const platform = new URL('../../../platform/host/index.ts', import.meta.url).href;

/** A Node process that has `watcher`, a last resort with these options, and does what `then` says. */
function program(options: string, then: string) {
  const script = `import { lastResort } from '${platform}'; const watcher = lastResort(${options}); ${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended, said: once(child.stdout, 'data') };
}

const lives = (pid: number): boolean => {
  try {
    // A zombie has ended: only nobody has asked for its status yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const watchersOf = (pid: number): string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return args.some((arg) => arg.endsWith('last-resort.sh')) && args.includes(String(pid)) && lives(Number(name));
    } catch {
      return false;
    }
  });

// No timer of a process whose loop is blocked runs, and its SIGTERM handler neither.
test('ends a process whose event loop is blocked, once its time is up', async () => {
  const { child, ended, said } = program(
    '',
    `watcher.endWithin(1_500); process.on('SIGTERM', () => {}); console.log('on');
     Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
  );
  await said;
  child.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGKILL']);
  await eventually(() => expect(watchersOf(child.pid ?? 0)).toEqual([]));
});

// `process.exit` waits for the threads of the pool, and worker threads have been stopped by then.
test('ends a process whose exit hangs on a native thread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-last-resort-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const { child, ended, said } = program(
    '',
    `import('node:fs').then(({ open }) => { open('${fifo}', 'r', () => {}); console.log('on');
     setTimeout(() => { watcher.endWithin(3_000); process.exit(0); }, 200); });`,
  );
  await said;
  expect(await ended).toEqual([null, 'SIGKILL']);
  await eventually(() => expect(watchersOf(child.pid ?? 0)).toEqual([]));
});

test('ends a blocked process whose parent is gone, and only then', async () => {
  const inner = `import { lastResort } from '${platform}'; lastResort({ afterParentMs: 1_000 });
    console.log(process.pid); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const outer = `import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(inner)}], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (chunk) => process.stdout.write(chunk)); setInterval(() => {}, 1_000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', outer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  onTestFinished(() => {
    if (lives(pid)) process.kill(pid, 'SIGKILL');
  });
  await eventually(() => expect(watchersOf(pid).length).toBeGreaterThan(0));
  expect(lives(pid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => expect(lives(pid)).toBe(false), { timeoutMs: 15_000 });
  await eventually(() => expect(watchersOf(pid)).toEqual([]));
});

test('a process that ends by itself keeps its status, and its watcher goes with it', async () => {
  const { child, ended } = program('{ afterParentMs: 1_000 }', 'watcher.endWithin(60_000); process.exitCode = 3;');
  expect(await ended).toEqual([3, null]);
  await eventually(() => expect(watchersOf(child.pid ?? 0)).toEqual([]));
});

test('a watcher is not ended by what stops its process, and knows none of its settings', async () => {
  const { child, said } = program('', `console.log('on'); process.stdin.resume();`);
  await said;
  const [watcher = ''] = await eventually(() => {
    const found = watchersOf(child.pid ?? 0);
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
  process.kill(Number(watcher), 'SIGTERM');
  process.kill(Number(watcher), 'SIGINT');
  expect(readFileSync(`/proc/${watcher}/environ`, 'utf8')).not.toContain('HOME=');
  expect(lives(Number(watcher))).toBe(true);
});
