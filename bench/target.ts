/** One of our sides of the processor benchmark, in one process or more, measured from here. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../platform/host/index.ts';
import { measuredEnvironment } from './environment.ts';
import type { TargetMessage, TargetSettings } from './processor-target.ts';
import { takenBy } from './subject.ts';

export type TargetReport = {
  readonly recordsPerSecond: number;
  /** CPU of all of its processes, microseconds per record. */
  readonly cpuUs: number;
  readonly transactions: number;
  /** Private memory of all of them at the end, MB (10^6 bytes). */
  readonly anonMb: number;
};

export type TargetRun = Omit<TargetSettings, 'instance'> & {
  /** Records in `callbacks`. */
  readonly records: number;
  /** Default 1. */
  readonly processes?: number;
};

/** What local/start.sh tells Node at the start of a processor; a test has them agree. */
export const processorFlags = ['--max-semi-space-size=16'];

const script = fileURLToPath(new URL('processor-target.ts', import.meta.url));
const withinMs = 900_000;

/**
 * Runs it over all records: measured from when each of its processes has ended its first transaction, so that starting up
 * and joining the group don't count, to the end of the last one. Rejects where a process ends, or after a quarter of an hour.
 */
export async function target({ records, processes = 1, ...settings }: TargetRun): Promise<TargetReport> {
  const execArgv = settings.mode === 'bare' ? [] : processorFlags;
  const children = Array.from({ length: processes }, () => fork(script, { env: measuredEnvironment(), execArgv }));
  const overtime = new AbortController();
  try {
    const done = measured(children, records);
    done.catch(() => {});
    for (const [index, child] of children.entries()) child.send({ ...settings, instance: instances[index] });
    const late = systemClock.sleep(withinMs, overtime.signal).then((): never => {
      throw new Error(`the ${settings.mode} side was not done within ${withinMs / 60_000} minutes`);
    });
    late.catch(() => {});
    return await Promise.race([done, late]);
  } finally {
    overtime.abort();
    await Promise.all(children.map(killed));
  }
}

const instances = ['a', 'b', 'c', 'd'];

async function measured(children: readonly ChildProcess[], records: number): Promise<TargetReport> {
  const begun = new Set<ChildProcess>();
  let seen = 0;
  let transactions = 0;
  let first: { readonly atMs: number; readonly seen: number; readonly cpuUs: Promise<number> } | null = null;
  const cpuUs = () => sumOf(children, (taken) => taken.cpuUs);
  await new Promise<void>((resolve, reject) => {
    for (const child of children) {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`a side of the benchmark ended with exit code ${code}`)));
      child.on('message', (message: TargetMessage) => {
        seen += message.records;
        begun.add(child);
        if (first !== null) transactions += 1;
        else if (begun.size === children.length) first = { atMs: systemClock.monotonicMs(), seen, cpuUs: cpuUs() };
        if (seen >= records) resolve();
      });
    }
  });
  const endMs = systemClock.monotonicMs();
  const endCpuUs = await cpuUs();
  const from = first as { readonly atMs: number; readonly seen: number; readonly cpuUs: Promise<number> } | null;
  const counted = records - (from?.seen ?? records);
  if (from === null || counted <= 0)
    throw new Error('all was done before every process had begun: more videos are needed');
  return {
    recordsPerSecond: Math.round((counted / (endMs - from.atMs)) * 1_000),
    cpuUs: Math.round(((endCpuUs - (await from.cpuUs)) / counted) * 10) / 10,
    transactions,
    anonMb: Math.round(await sumOf(children, (taken) => taken.anonMb)),
  };
}

type Taken = Awaited<ReturnType<typeof takenBy>>;

async function sumOf(children: readonly ChildProcess[], of: (taken: Taken) => number): Promise<number> {
  const taken = await Promise.all(children.map(({ pid }) => takenBy(pid ?? 0)));
  return taken.reduce((sum, one) => sum + of(one), 0);
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
