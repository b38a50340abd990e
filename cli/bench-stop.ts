/** The end of a measurement that is told to stop: whatever it is at, its processes, topics and temporary files go. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madePrefixes } from '../bench/prefix.ts';
import { Admin } from '../connectors/kafka/index.ts';
import { identityOf, isAlive, type ProcessIdentity, signalProcess } from '../local/index.ts';
import { lastResort, systemClock } from '../platform/host/index.ts';
import { keepTemporaryFilesIn } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';

/** How long processes may take to end and the measurement to delete what it has made, before the rest is taken away. */
const unwindMs = 10_000;
const lookEveryMs = 100;
/** Native threads of its clients may hold up our own exit. */
const exitMs = 10_000;
const stopped = Symbol('stopped');

export type Stoppable = {
  /** Aborts when it is to stop. */
  readonly signal: AbortSignal;
  /** Where it makes topics; null where it needs no brokers. */
  readonly brokers: string | null;
  /** Of files `states-*.json`, which name topics that are kept for the next run. */
  readonly home: string;
};

/**
 * Gives what `measure` gives. At the signal it ends every process that the measurement has started, which makes it fail and
 * clean up; what is still there after ten seconds is killed and deleted. Processes that ran before it, such as the embedded
 * stack, are left to the caller.
 * @throws CommandFault where it was stopped; the measurement may still wait for something: `endSoon` ends it too
 */
export async function measuredUnlessStopped<T>(o: Stoppable, measure: () => Promise<T>): Promise<T> {
  o.signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-run-'));
  const restore = keepTemporaryFilesIn(folder);
  const others = new Set(childrenOf(process.pid));
  try {
    let settled = false;
    const work = measure().finally(() => {
      settled = true;
    });
    const outcome = await Promise.race([
      work.catch((error: unknown): typeof stopped => {
        if (!o.signal.aborted) throw error;
        // It failed because of that.
        return stopped;
      }),
      new Promise<typeof stopped>((resolve) => {
        o.signal.addEventListener('abort', () => resolve(stopped), { once: true });
      }),
    ]);
    if (outcome !== stopped) return outcome;
    await endProcesses(others, () => settled);
    // As far as it can: the measurement may be deleting them itself, or the broker be away.
    await dropTopics(o).catch(() => {});
    const { reason } = o.signal as { reason: unknown };
    const code = reason instanceof CommandFault ? reason.exitCode : exitCode.failed;
    throw new CommandFault('stopped before the measurement had ended; nothing of it runs any more', code);
  } finally {
    restore();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Ends this process once its exit code is set, whatever still waits in it. */
export function endSoon(): void {
  lastResort().endWithin(exitMs);
  void systemClock.sleep(exitMs / 10).then(() => process.exit());
}

/** Asks all that descend from this process, but for those `others`, to end; kills what hasn't when the time is up. */
async function endProcesses(others: ReadonlySet<number>, settled: () => boolean): Promise<void> {
  const until = systemClock.monotonicMs() + unwindMs;
  const asked = new Map<number, ProcessIdentity>();
  for (;;) {
    for (const pid of childrenOf(process.pid)
      .filter((one) => !others.has(one))
      .flatMap(withDescendants)) {
      const found = identityOf(pid);
      if (found === undefined || asked.get(pid)?.started === found.started) continue;
      asked.set(pid, found);
      signalProcess(found, 'SIGTERM');
      // What a fault test has frozen hears nothing else.
      signalProcess(found, 'SIGCONT');
    }
    const left = [...asked.values()].filter(isAlive);
    if (left.length === 0 && settled()) return;
    if (systemClock.monotonicMs() > until) {
      for (const one of left) signalProcess(one, 'SIGKILL');
      return;
    }
    await systemClock.sleep(lookEveryMs);
  }
}

const withDescendants = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(withDescendants)];

function childrenOf(parent: number): number[] {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, 'latin1')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    // It has ended.
    return [];
  }
}

/** Deletes this run's topics. Other runs have theirs on the same brokers. */
async function dropTopics({ brokers, home }: Stoppable): Promise<void> {
  if (brokers === null) return;
  const kept = await keptPrefixes(home);
  const admin = await Admin.connect({ brokers, clientId: 'live2vod-bench' });
  try {
    for (const name of deletable(await admin.listTopics(), madePrefixes(), kept))
      await admin.deleteTopic(name).catch(() => {});
  } finally {
    admin.close();
  }
}

/** Topics with a prefix that this run has made, but for those of states that a later run goes on with. */
export function deletable(topics: readonly string[], made: readonly string[], kept: readonly string[]): string[] {
  const own = made.filter((prefix) => !kept.includes(prefix));
  return topics.filter((name) => own.some((prefix) => name.startsWith(prefix)));
}

async function keptPrefixes(home: string): Promise<string[]> {
  const files = (await readdir(home)).filter((name) => /^states-\d+\.json$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(home, name), 'utf8')));
  return texts.map((text) => (JSON.parse(text) as { readonly prefix: string }).prefix);
}
