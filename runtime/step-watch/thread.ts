/**
 * The thread that watches the one that runs steps. A step can't be interrupted: when one doesn't end, this thread saves
 * which record it is and ends the process; after the restart the record is set aside.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import { systemClock } from '../../platform/host/index.ts';
import { layout, type WatchData } from './shared.ts';

const { shared, topics, file, limitMs, kept } = workerData as WatchData;
const sequences = new Int32Array(shared, layout.sequence, 1);
const numbers = new Float64Array(shared, layout.numbers, 3);
const lookMs = Math.max(10, Math.min(250, limitMs / 10));

/** The step in progress, since when it is seen, and the process's CPU time then. */
let seen = { sequence: 0, sinceMs: 0, cpuMs: 0 };

for (;;) {
  await systemClock.sleep(lookMs);
  const sequence = Atomics.load(sequences, 0);
  if (sequence !== seen.sequence || sequence % 2 === 0) {
    seen = { sequence, sinceMs: systemClock.monotonicMs(), cpuMs: cpuMs() };
    continue;
  }
  const lasts = systemClock.monotonicMs() - seen.sinceMs;
  // A process that was frozen, or got no CPU, isn't slow.
  if (lasts < limitMs || cpuMs() - seen.cpuMs < limitMs / 2) continue;
  const [topic = 0, partition = 0, offset = 0] = numbers;
  // Another step began: the numbers belong to that one.
  if (Atomics.load(sequences, 0) !== sequence) continue;
  remember({ topic: topics[topic] ?? '', partition, offset });
  process.kill(process.pid, 'SIGKILL');
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function remember(at: { topic: string; partition: number; offset: number }): void {
  mkdirSync(dirname(file), { recursive: true });
  const open = openSync(file, 'w');
  writeSync(open, JSON.stringify([...kept, at]));
  fsyncSync(open);
  closeSync(open);
}
