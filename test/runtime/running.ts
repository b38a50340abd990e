import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFailed } from 'vitest';
import { type Clock, systemPlatform } from '../../platform/host/index.ts';
import { type ProcessorHooks, type ProcessorOptions, ProcessorStatus, runProcessor } from '../../runtime/index.ts';
import { eventually } from '../support/eventually.ts';

export type Running = {
  readonly status: ProcessorStatus;
  /** Calls of hooks, newest last: name and arguments. */
  readonly calls: { readonly hook: string; readonly args: readonly unknown[]; readonly atMs: number }[];
  readonly called: (hook: keyof ProcessorHooks) => (readonly unknown[])[];
  readonly ended: Promise<void>;
  stop(): Promise<void>;
};

const hookNames = [
  'onOutcome',
  'onTimer',
  'onTransaction',
  'onRestore',
  'onRebalance',
  'onDeadLetter',
  'onLostRange',
  'onRebuild',
  'onFault',
] as const;

/** Runs a processor inside the test and notes what its hooks were told. */
export function startProcessor<S>(
  options: Omit<ProcessorOptions<S>, 'signal' | 'hooks' | 'clock' | 'sessionTimeoutMs'> & { clock?: Clock },
): Running {
  const stop = new AbortController();
  const clock = { ...systemPlatform, ...options.clock };
  const status = new ProcessorStatus(clock);
  const startedAtMs = performance.now();
  const calls: Running['calls'] = [];
  const hooks = Object.fromEntries(
    hookNames.map((hook) => [
      hook,
      (...args: unknown[]) => void calls.push({ hook, args, atMs: performance.now() - startedAtMs }),
    ]),
  ) as ProcessorHooks;
  const ended = runProcessor({ ...options, clock, status, hooks, sessionTimeoutMs: 6_000, signal: stop.signal });
  let end = 'runs';
  ended.then(
    () => {
      end = 'stopped';
    },
    (error: unknown) => {
      end = String(error);
    },
  );
  onTestFailed(() => {
    const told = calls
      .filter(({ hook }) => hook !== 'onOutcome')
      .map(({ hook, args, atMs }) => `${Math.round(atMs)} ${hook} ${describe(args)}`);
    console.log(`${options.instance}: ${end}, ${describe([...status.tasks])}, ${told.slice(-40).join('\n  ')}`);
  });
  return {
    status,
    calls,
    called: (hook) => calls.filter((call) => call.hook === hook).map((call) => call.args),
    ended,
    stop: async () => {
      stop.abort();
      await ended.catch(() => {});
    },
  };
}

const describe = (args: readonly unknown[]): string =>
  JSON.stringify(args, (_, value) => (value instanceof Error ? String(value) : (value as unknown)));

export const ready = (running: Running): Promise<unknown> =>
  eventually(() => running.status.ready && running.status.tasks.size > 0, { timeoutMs: 20_000 });

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-kafka-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The system's clock with a time of day that the test sets. */
export function settableClock(nowMs: number): Clock & { set(nowMs: number): void } {
  let now = nowMs;
  return {
    ...systemPlatform,
    now: () => now,
    set: (ms) => {
      now = ms;
    },
  };
}
