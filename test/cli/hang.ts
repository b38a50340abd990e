/**
 * Loaded into a role by NODE_OPTIONS, makes it hang at a signal as a role does in the field: SIGUSR2 blocks its event loop
 * as an endless synchronous step, SIGWINCH begins a native call on the thread pool that never returns, upon which
 * neither the loop ends nor `process.exit` comes back.
 */
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.on('SIGUSR2', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
process.on('SIGWINCH', () => {
  const fifo = join(tmpdir(), `live2vod-hang-${process.pid}`);
  execFileSync('mkfifo', [fifo]);
  // Nobody ever writes to it.
  open(fifo, 'r', () => {});
});
