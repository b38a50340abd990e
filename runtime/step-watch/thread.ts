/**
 * The thread that looks after the one that works. That one can't be interrupted: when a step doesn't end, this thread
 * writes down which record it is and ends the process; the next life sets the record aside.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import { systemClock } from '../../platform/host/index.ts';
import { place, type WatchData } from './shared.ts';

const { shared, topics, file, limitMs, kept } = workerData as WatchData;
const turns = new Int32Array(shared, place.turn, 1);
const numbers = new Float64Array(shared, place.numbers, 3);
const lookMs = Math.max(10, Math.min(250, limitMs / 10));

/** The step that is under way, since when it has been seen, and what the process had worked by then. */
let seen = { turn: 0, sinceMs: 0, workedMs: 0 };

for (;;) {
  await systemClock.sleep(lookMs);
  const turn = Atomics.load(turns, 0);
  // Odd while a step is under way.
  if (turn !== seen.turn || turn % 2 === 0) {
    seen = { turn, sinceMs: systemClock.monotonicMs(), workedMs: workedMs() };
    continue;
  }
  const lasts = systemClock.monotonicMs() - seen.sinceMs;
  // A process that was frozen, or got no processor, has done nothing wrong.
  if (lasts < limitMs || workedMs() - seen.workedMs < limitMs / 2) continue;
  const [topic = 0, partition = 0, offset = 0] = numbers;
  // Another step by now: its numbers belong to that one.
  if (Atomics.load(turns, 0) !== turn) continue;
  remember({ topic: topics[topic] ?? '', partition, offset });
  process.kill(process.pid, 'SIGKILL');
}

function workedMs(): number {
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
