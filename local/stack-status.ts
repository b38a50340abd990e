import { resolve } from 'node:path';
import { liveBrokers } from './broker-probe.ts';
import { inUse, isOwned, type PartRecord, readHome } from './home.ts';
import { handle } from './jvm.ts';
import { isAlive } from './process-identity.ts';
import { answers } from './registry.ts';

export type PartStatus = PartRecord & { readonly runs: boolean; readonly serves: boolean };

export type StackStatus = {
  /**
   * `detached`: runs by `stack start`, perhaps in part. `owned`: runs for another command.
   * `leftover`: the command that owned it is gone, its processes not yet. `stopped`: nothing runs.
   */
  readonly state: 'detached' | 'owned' | 'leftover' | 'stopped';
  readonly owner?: number;
  readonly parts: readonly PartStatus[];
};

/** What runs on a home, and whether it serves. Never starts or changes anything. */
export async function stackStatus({ home }: { readonly home: string }): Promise<StackStatus> {
  const record = await readHome(resolve(home));
  if (record === undefined) return { state: 'stopped', parts: [] };
  const parts = await Promise.all(record.parts.map(status));
  const runs = parts.some((part) => part.runs);
  if (record.owner !== null && isOwned(record)) return { state: 'owned', owner: record.owner.pid, parts };
  if (!runs) return { state: 'stopped', parts };
  return { state: record.detached ? 'detached' : 'leftover', parts };
}

/** Stops the stack that `stack start` left running (and leftovers of a crash). Returns whether there was one. */
export async function stopStack({ home }: { readonly home: string }): Promise<boolean> {
  const folder = resolve(home);
  const { state, parts } = await stackStatus({ home: folder });
  if (state === 'owned') throw inUse(folder, await readHome(folder));
  await endParts(parts);
  return state !== 'stopped';
}

async function status(part: PartRecord): Promise<PartStatus> {
  const runs = isAlive(part.identity);
  return { ...part, runs, serves: runs && (await serves(part)) };
}

async function serves({ name, address }: PartRecord): Promise<boolean> {
  if (name === 'registry') return answers(`${address}/subjects`);
  const colon = address.lastIndexOf(':');
  return (await liveBrokers(address.slice(0, colon), Number(address.slice(colon + 1)))) > 0;
}

/** Stops what a record names, in parallel. */
export async function endParts(parts: readonly PartRecord[]): Promise<void> {
  await Promise.all(parts.map(({ identity, logFile }) => handle(identity, logFile).stop()));
}
