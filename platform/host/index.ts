import { writeSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock, Platform } from './clock.ts';

/**
 * The one place below `cli/` that touches the process's clock, timers, randomness and network `fetch`, so that
 * a test can drive time and faults. Everything else takes a `Platform` (or just its `Clock`).
 */

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** Milliseconds since the machine was started, those that it slept included: the monotonic clock may leave them out. */
export const sinceBootMs = (): number => uptime() * 1_000;

export const systemPlatform: Platform = {
  ...systemClock,
  random: () => Math.random(),
  fetch: (input, init) => globalThis.fetch(input, init),
};

/**
 * Ends this process by SIGKILL, with a line on standard error that says why. For a process whose threads sit in calls
 * that never return: `process.exit` waits for them, a kill doesn't, and the supervisor starts the role anew.
 */
export function killOwnProcess(why: string): void {
  try {
    writeSync(2, `live2vod: ${why}; this process ends itself by SIGKILL\n`);
  } catch {
    // Standard error is closed.
  }
  process.kill(process.pid, 'SIGKILL');
}

/**
 * For a command that has done its work: should a thread still sit in a call after `graceMs`, the process is killed
 * instead of waiting for it. Doesn't keep the process alive.
 */
export function endWithin(graceMs: number): void {
  // Such a thread isn't waited for: it was for long enough.
  const ms = threadLost ? 500 : graceMs;
  setTimeout(() => killOwnProcess(`a call did not return within ${ms / 1000} s of the end`), ms).unref();
}

let threadLost = false;

/** A thread of this process sits in a call that won't return. */
export function loseThread(): void {
  threadLost = true;
}

export type { Clock, Platform } from './clock.ts';
export { collectSeldom, keepHeapSmall } from './collector.ts';
export { watchHttpDates } from './http-dates.ts';
export { type LastResort, type LastResortOptions, lastResort } from './last-resort.ts';
export { memoryOf, privateBytesOf } from './process-memory.ts';
export { sha256 } from './sha256.ts';
export { type ClockReading, TrustedClock, type TrustedClockOptions } from './trusted-clock.ts';
