import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Sees to it that this process ends, by SIGKILL, whatever it hangs on. */
export type LastResort = {
  /** From now on this process has so long to end by itself. The earliest of several bounds holds. */
  endWithin(ms: number): void;
  /** Takes everything back, for a process that goes on. */
  close(): void;
};

export type LastResortOptions = {
  /** Where this process was started by one that it may not outlive: how long it may after that one is gone. */
  readonly afterParentMs?: number;
  /** It could not be started, or has ended: this process then relies on itself and on who started it. */
  readonly onLost?: (error: Error) => void;
};

const script = fileURLToPath(new URL('last-resort.sh', import.meta.url));
/** It needs `sleep`, and none of our settings. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/**
 * A watcher outside of this process: a long synchronous step leaves no turn to a timer, and an exit waits for native
 * calls that never return, after it has stopped all worker threads.
 */
export function lastResort({ afterParentMs, onLost }: LastResortOptions = {}): LastResort {
  const parent = afterParentMs === undefined ? 0 : process.ppid;
  const child = spawn('/bin/sh', [script, String(process.pid), String(parent), seconds(afterParentMs ?? 0)], {
    // A terminal's Ctrl-C is for us alone.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: environment,
  });
  let closed = false;
  const lost = (error: Error) => {
    if (!closed) onLost?.(error);
    closed = true;
  };
  child.once('error', lost);
  child.once('exit', () => lost(new Error('the watcher of this process has ended')));
  child.stdin.on('error', () => {});
  child.unref();
  // A pipe to a child is a socket, which needn't keep us alive.
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return {
    endWithin(ms) {
      if (!closed) child.stdin.write(`${seconds(ms)}\n`);
    },
    close() {
      closed = true;
      child.stdin.destroy();
    },
  };
}

const seconds = (ms: number): string => String(Math.ceil(ms / 1_000));
