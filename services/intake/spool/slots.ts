import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Spool, type SpoolOptions } from './spool.ts';
import { isLocked } from './store.ts';

/**
 * One spool folder serves several processes of a host, e.g. the old and the new ingress during a deploy: each owns a
 * numbered slot in it by LevelDB's lock. What a process leaves behind in its slot is adopted by another one.
 */
const mostSlots = 64;

export type SlotOptions = SpoolOptions & {
  /** Called for a slot without an owner that can't be opened: what it holds stays where it is. */
  readonly onUnreadable?: (folder: string, error: unknown) => void;
  /** Whether an open slot may be ours; what it throws ends the search. Default: any. */
  readonly take?: (spool: Spool) => Promise<boolean>;
};

/**
 * Opens the first slot that no other process owns; one that can't be opened (damaged, or left by another user) is
 * passed over. Where none can be opened, as on a full disk, the spool is a broken one that mends itself once it can:
 * callbacks still reach Kafka without it.
 */
export async function openOwnSlot(options: SlotOptions): Promise<Spool> {
  const folders = Array.from({ length: mostSlots }, (_, slot) => join(options.folder, String(slot)));
  let firstRefused: { readonly options: SpoolOptions; readonly error: unknown } | null = null;
  for (const folder of folders) {
    const slotOptions = { ...options, folder, otherFolders: folders };
    let spool: Spool | null = null;
    try {
      spool = await openUnlessLocked(slotOptions);
    } catch (error) {
      options.onUnreadable?.(slotOptions.folder, error);
      firstRefused ??= { options: slotOptions, error };
    }
    if (spool !== null && (await taken(spool, options))) return spool;
  }
  if (firstRefused !== null) return Spool.broken(firstRefused.options, firstRefused.error);
  throw new Error(`all ${mostSlots} spools in ${options.folder} are in use: how many ingresses share this folder?`);
}

/** A slot that isn't taken is closed again. */
async function taken(spool: Spool, { take }: SlotOptions): Promise<boolean> {
  let ours = false;
  try {
    ours = (await take?.(spool)) ?? true;
    return ours;
  } finally {
    if (!ours) await spool.close();
  }
}

/** Spools with records in them that no process owns. The caller must close each. */
export async function* orphanedSlots(options: SlotOptions): AsyncGenerator<Spool> {
  const names = await readdir(options.folder).catch((error: unknown) => {
    // Nothing has been spooled there yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((entry) => /^\d+$/.test(entry)).sort((a, b) => Number(a) - Number(b))) {
    const folder = join(options.folder, name);
    let spool: Spool | null = null;
    try {
      spool = await openUnlessLocked({ ...options, folder });
    } catch (error) {
      options.onUnreadable?.(folder, error);
    }
    if (spool === null) continue;
    if (spool.records > 0) yield spool;
    else await spool.close();
  }
}

async function openUnlessLocked(options: SpoolOptions): Promise<Spool | null> {
  try {
    return await Spool.open(options);
  } catch (error) {
    if (isLocked(error)) return null;
    throw error;
  }
}
