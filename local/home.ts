import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';

/** What runs on a home, so that another command, or the next start, can tell. */
export type HomeRecord = {
  /** The command that holds the home; null when it gave it up: stopped, or detached. */
  readonly owner: ProcessIdentity | null;
  readonly detached: boolean;
  readonly parts: readonly PartRecord[];
};

export type PartRecord = {
  readonly name: 'broker' | 'registry';
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  /** `host:port`, or the base of the Confluent API. */
  readonly address: string;
};

/** A home that is ours. */
export type Claim = {
  /** Replaces the record. */
  update(record: HomeRecord): Promise<void>;
};

export const isOwned = ({ owner }: HomeRecord): boolean => owner !== null && isAlive(owner);

export async function readHome(home: string): Promise<HomeRecord | undefined> {
  return (await latest(home))?.record;
}

/**
 * Takes a home. Of several commands that try at once exactly one succeeds, the others throw HOME_IN_USE.
 *
 * Records are numbered, `<home>/run/stack-<n>.json`, and the highest counts. A claim makes number n+1 only while the
 * owner of n is gone, by a link, which fails if the file exists: of two that saw n, one wins. A number is never
 * reused, not even after a release, so one that was slow to act on an old n loses to the one that came since.
 */
export async function claimHome(home: string, record: HomeRecord): Promise<Claim> {
  const run = join(home, 'run');
  const mine = join(run, `claim-${randomUUID()}`);
  try {
    await mkdir(run, { recursive: true });
    await writeFile(mine, JSON.stringify(record));
  } catch (cause) {
    throw unusable(home, cause);
  }
  try {
    const before = await latest(home);
    if (before !== undefined && isOwned(before.record)) throw inUse(home, before.record);
    const number = (before?.number ?? 0) + 1;
    await link(mine, fileOf(home, number));
    const numbers = await recordNumbers(home);
    if (numbers.at(-1) !== number) {
      await rm(fileOf(home, number), { force: true });
      throw inUse(home, await readHome(home));
    }
    for (const old of numbers) if (old < number) await rm(fileOf(home, old), { force: true });
    return { update: (next) => replace(home, number, next) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw inUse(home, await readHome(home));
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

/**
 * Takes a folder for this process alone, as a home is taken; gives how to give it up before the process ends.
 * @throws StackError HOME_IN_USE, HOME_UNUSABLE
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const owner = identityOf(process.pid);
  if (owner === undefined) throw new Error('This process has no identity.');
  const record = { owner, detached: false, parts: [] };
  const claim = await claimHome(folder, record);
  return () => claim.update({ ...record, owner: null });
}

export function inUse(home: string, record: HomeRecord | undefined): StackError {
  const by = record?.owner ? `process ${record.owner.pid}` : 'another command';
  return new StackError('HOME_IN_USE', `${home} is in use by ${by}. End it, or set LIVE2VOD_HOME to another folder.`, {
    retryable: true,
  });
}

const fileOf = (home: string, number: number) => join(home, 'run', `stack-${number}.json`);

async function latest(home: string): Promise<{ number: number; record: HomeRecord } | undefined> {
  for (;;) {
    const number = (await recordNumbers(home)).at(-1);
    if (number === undefined) return undefined;
    try {
      return { number, record: JSON.parse(await readFile(fileOf(home, number), 'utf8')) as HomeRecord };
    } catch (error) {
      // A newer claim has just replaced it: look again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(home, error);
    }
  }
}

/** Ascending. */
async function recordNumbers(home: string): Promise<number[]> {
  try {
    const names = await readdir(join(home, 'run'));
    const numbers = names.flatMap((name) => /^stack-(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
    return numbers.sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(home, error);
  }
}

async function replace(home: string, number: number, record: HomeRecord): Promise<void> {
  const next = `${fileOf(home, number)}.${randomUUID()}`;
  await writeFile(next, JSON.stringify(record));
  await rename(next, fileOf(home, number));
}

/** A home that can't be made, read or written: what, why, and what to set. */
export function unusable(home: string, cause: unknown): StackError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new StackError('HOME_UNUSABLE', `${home} can't be used (${why}). Set LIVE2VOD_HOME to a writable folder.`, {
    cause,
  });
}
