import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Spool, type SpoolOptions } from './spool.ts';

/**
 * One spool folder serves several processes of a host, e.g. the old and the new ingress during a deploy: each owns a
 * numbered slot in it by LevelDB's lock. What a process leaves behind in its slot is adopted by another one.
 */
const mostSlots = 64;

/** Opens the first slot that no other process owns. */
export async function openOwnSlot(options: SpoolOptions): Promise<Spool> {
  for (let slot = 0; slot < mostSlots; slot += 1) {
    const spool = await openUnlessLocked({ ...options, folder: join(options.folder, String(slot)) });
    if (spool !== null) return spool;
  }
  throw new Error(`all ${mostSlots} spools in ${options.folder} are in use: how many ingresses share this folder?`);
}

/** Spools with records in them that no process owns. The caller must close each. */
export async function* orphanedSlots(options: SpoolOptions): AsyncGenerator<Spool> {
  const names = await readdir(options.folder);
  for (const name of names.filter((entry) => /^\d+$/.test(entry)).sort((a, b) => Number(a) - Number(b))) {
    const spool = await openUnlessLocked({ ...options, folder: join(options.folder, name) });
    if (spool === null) continue;
    if (spool.records > 0) yield spool;
    else await spool.close();
  }
}

async function openUnlessLocked(options: SpoolOptions): Promise<Spool | null> {
  await mkdir(options.folder, { recursive: true });
  try {
    return await Spool.open(options);
  } catch (error) {
    if (Spool.isLocked(error)) return null;
    throw error;
  }
}
