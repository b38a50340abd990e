import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { watchScript } from '../local/index.ts';
import { toolEnvironment } from './environment.ts';

const cleanUpMs = 10_000;

/**
 * Runs a Node program whose whole process group ends with this process, however that ends. Its output goes to our
 * standard error. At `signal` it is interrupted as by Ctrl-C (a shell starts what it puts in the background with
 * interrupts ignored; Node listens to them all the same), and ended ten seconds later. Resolves with the exit status,
 * or null when a signal ended it.
 */
export function runWatched(
  args: readonly string[],
  signal: AbortSignal,
  environment: Readonly<Record<string, string>> = {},
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [watchScript, process.execPath, ...args], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: toolEnvironment(environment),
    });
    const started = new Promise<number>((pid) => {
      createInterface({ input: child.stdout }).once('line', (line) => pid(Number(line)));
    });
    const interrupt = () => {
      void started.then((pid) => signalTo(pid, 'SIGINT'));
      AbortSignal.timeout(cleanUpMs).addEventListener('abort', () => child.stdin.destroy());
    };
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
    child.once('error', reject);
    child.once('exit', (status) => {
      signal.removeEventListener('abort', interrupt);
      // Whatever the command has left of its group goes with it.
      if (child.pid !== undefined) signalTo(-child.pid, 'SIGKILL');
      resolve(status);
    });
  });
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it is gone, which is what we want.
  }
}
