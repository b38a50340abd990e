import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { decodePosition, encodePosition, origin, type Position } from './encoding.ts';

export type Store = ClassicLevel<Buffer, Buffer>;

export type StoreOptions = {
  readonly folder: string;
  /** Makes the store of a folder, not yet open. Default: LevelDB. */
  readonly storeAt?: (folder: string) => Store;
};

/** Opening LevelDB writes what its log holds (up to 4 MiB) into a table: without room for twice that it isn't tried. */
const roomToOpenBytes = 8 * 1024 * 1024;

/**
 * Folders whose store this process has open, or is opening or closing. LevelDB refuses to open one of these as well, but
 * by then it has opened the LOCK file once more and closes it, and with any close of a file POSIX drops what locks the
 * process has on it: the folder would be anybody's, with us writing to it.
 */
const held = new Set<string>();

class OpenInThisProcess extends Error {
  readonly code = 'SPOOL_OPEN_IN_THIS_PROCESS';
}

/** @throws the store's error; `isLocked` tells when the folder is owned by another process, or open in this one */
export async function openStore(options: StoreOptions): Promise<Store> {
  const folder = resolve(options.folder);
  if (held.has(folder)) throw new OpenInThisProcess(`the spool in ${folder} is open in this process already`);
  held.add(folder);
  try {
    await mkdir(folder, { recursive: true });
    const store = newStore(options);
    store.once('closed', () => held.delete(folder));
    // Before anything is awaited: a new store opens itself.
    await store.open();
    return store;
  } catch (error) {
    held.delete(folder);
    throw error;
  }
}

function newStore({ folder, storeAt }: StoreOptions): Store {
  if (storeAt !== undefined) return storeAt(folder);
  return new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}

export function isLocked(error: unknown): boolean {
  if (error instanceof OpenInThisProcess) return true;
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return cause?.code === 'LEVEL_LOCKED';
}

/**
 * Removes an open store and its files. They are moved out of the way while the store still holds its lock: once it is
 * closed, another process may have taken the folder and written to it. Where they can't be moved the store stays open.
 */
export async function discardStore(store: Store, folder: string): Promise<void> {
  const away = `${folder}.drained`;
  await rm(away, { recursive: true, force: true });
  try {
    await rename(folder, away);
  } catch (error) {
    // Something else has removed it: nothing is left to remove.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await store.close();
  await rm(away, { recursive: true, force: true });
}

/** Where what a store holds begins and ends, null where it holds nothing. */
export type Ends = { readonly head: Position; readonly tail: Position };

export async function endsOf(store: Store): Promise<Ends | null> {
  const [first] = await store.iterator({ gt: probeKey, limit: 1 }).all();
  const [last] = await store.keys({ gt: probeKey, limit: 1, reverse: true }).all();
  if (first === undefined || last === undefined) return null;
  const { sequence, endBytes } = decodePosition(first[0]);
  return {
    head: { sequence: sequence - 1, endBytes: endBytes - first[1].length },
    tail: decodePosition(last),
  };
}

/** Sorts before every position but isn't one: an entry's sequence starts at 1. */
const probeKey = encodePosition(origin);

/** LevelDB opens on a full disk too; only a synced write shows that it has room again. */
export async function proveWritable(store: Store): Promise<void> {
  await store.put(probeKey, Buffer.alloc(0), { sync: true });
}

/** @throws the disk's error where it has no room */
export async function requireRoom(folder: string): Promise<void> {
  const file = join(folder, 'room');
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(file, 'w');
    try {
      await handle.writeFile(Buffer.alloc(roomToOpenBytes, 1));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } finally {
    await rm(file, { force: true });
  }
}
