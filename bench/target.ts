import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { measuredEnvironment } from './environment.ts';
import type { TargetReport, TargetSettings } from './processor-target.ts';

const script = fileURLToPath(new URL('processor-target.ts', import.meta.url));

/** Runs one side of the processor benchmark in a process of its own. */
export async function target(settings: TargetSettings): Promise<TargetReport> {
  const child = fork(script, { env: measuredEnvironment() });
  const exited = once(child, 'exit');
  const answered = once(child, 'message') as Promise<[TargetReport]>;
  child.send(settings);
  try {
    return await Promise.race([
      answered.then(([report]) => report),
      exited.then(([code]) => {
        throw new Error(`the ${settings.mode} side ended with exit code ${code}`);
      }),
    ]);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}
