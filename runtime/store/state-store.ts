import { mkdir, rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { bootId } from './boot-id.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { flushLogs } from './flush-logs.ts';
import { checksumIn, checksumOf, decodePlace, encodePlace } from './place.ts';
import { sealed, unsealed } from './seal.ts';
import { corrupt, storeFault } from './store-fault.ts';
import { Turns } from './turns.ts';
import { ValueCleaner } from './value-cleaner.ts';
import { ValueFiles } from './value-files.ts';

/** One change of a key: its new bytes as they are in the changelog (null: deleted) and its timer. */
export type StoreWrite = {
  readonly key: string;
  readonly bytes: Uint8Array | null;
  /** When this state's timer is due, epoch milliseconds, or null. */
  readonly dueAtMs: number | null;
  /**
   * The due time under which the key is in the index, where known: that entry goes, or stays where it is `dueAtMs`. An
   * unknown one is dropped when it comes due.
   */
  readonly previousDueAtMs?: number | null;
};

export type DueTimer = { readonly dueAtMs: number; readonly key: string };

/**
 * The store of one partition: key to the changelog's bytes, an index of timers by due time, and the checkpoint. A folder
 * is locked by the process that opened it until it is closed. Within a process it has to be closed before it is opened
 * again: LevelDB refuses a second open, but by trying it the process loses the lock of the first.
 *
 * Values are in files that are only appended to (`value-files.ts`); LevelDB has where each of them lies. A value is written
 * before its place, so what a killed process leaves is a value without a place, which is nobody's.
 *
 * The timer index is a hint: an entry counts only if the state it points to wants that very time. So restoring a
 * changelog never has to look up what a key's timer was before.
 *
 * Writes aren't flushed to the disk. A killed process loses nothing by that. A machine that crashes may lose any blocks
 * of LevelDB's log and of the values, also ones in the middle, which LevelDB then skips in silence; so a store says under
 * which boot of the machine it was opened, and that it was flushed when it was closed, and counts as corrupt where neither holds.
 *
 * LevelDB reads without looking at its checksums, so each place carries one of key and value.
 */
export class StateStore {
  readonly folder: string;
  readonly #level: ClassicLevel<string, Buffer>;
  readonly #values: ValueFiles;
  readonly #turns = new Turns();
  readonly #cleaner: ValueCleaner;

  private constructor(folder: string, level: ClassicLevel<string, Buffer>, values: ValueFiles) {
    this.folder = folder;
    this.#level = level;
    this.#values = values;
    this.#cleaner = new ValueCleaner({ folder, level, values, turns: this.#turns, from: statePrefix, to: timerPrefix });
  }

  /**
   * Opens or creates. Rejects with a `StoreFault`: `STORE_LOCKED`, `STORE_CORRUPT` (rebuild it), `STORE_FOLDER`, `DISK_FULL`.
   * `boot` names the machine's boot, null where it isn't known.
   */
  static async open(folder: string, boot: string | null = bootId()): Promise<StateStore> {
    const level = new ClassicLevel<string, Buffer>(folder, { keyEncoding: 'utf8', valueEncoding: 'buffer', ...tuning });
    let values: ValueFiles | null = null;
    try {
      await mkdir(folder, { recursive: true });
      await level.open();
      await markOpen(level, folder, boot);
      values = await ValueFiles.open(folder);
      return new StateStore(folder, level, values);
    } catch (error) {
      await values?.close().catch(() => {});
      await level.close().catch(() => {});
      throw storeFault('open', folder, error);
    }
  }

  /** Deletes a closed store's folder. */
  static async discard(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      throw storeFault('delete', folder, error);
    }
  }

  /** Throws `STORE_CORRUPT` where the value isn't what was written. */
  get(key: string): Buffer | undefined {
    // As bytes: given as text, classic-level's `getSync` misses some keys with characters beyond the basic plane.
    const storedKey = Buffer.from(statePrefix + key);
    try {
      const found = this.#level.getSync(storedKey, { keyEncoding: 'buffer' });
      if (found === undefined) return undefined;
      const place = decodePlace(found);
      const value = place && this.#values.read(place);
      if (value && checksumIn(found) === checksumOf(storedKey, value)) return value;
    } catch (error) {
      throw storeFault('read', this.folder, error);
    }
    throw corrupt(this.folder, 'a value is damaged, or of an older version');
  }

  /** Null where there is none that this version understands. Throws `STORE_CORRUPT`, as `get`. */
  checkpoint(): Checkpoint | null {
    let bytes: Buffer | undefined;
    try {
      bytes = this.#level.getSync(checkpointKey);
    } catch (error) {
      throw storeFault('read', this.folder, error);
    }
    if (bytes === undefined) return null;
    const value = unsealed(checkpointKey, bytes);
    if (value === null) throw corrupt(this.folder, 'its checkpoint is damaged, or of an older version');
    return decodeCheckpoint(value);
  }

  /** True for a store that was never written. */
  async isEmpty(): Promise<boolean> {
    try {
      return (await this.#level.keys({ gt: openMarkKey, limit: 1 }).all()).length === 0;
    } catch (error) {
      throw storeFault('read', this.folder, error);
    }
  }

  /** All of it or nothing, the checkpoint included (null: it stays as it is). */
  async write(changes: Iterable<StoreWrite>, checkpoint: Checkpoint | null): Promise<void> {
    const writes = [...changes];
    try {
      await this.#turns.take(() => this.#write(writes, checkpoint));
    } catch (error) {
      throw storeFault('write to', this.folder, error);
    }
    this.#cleaner.look();
  }

  /** Timers that are due at `untilMs` or before, earliest first. */
  async dueTimers(untilMs: number, limit: number): Promise<DueTimer[]> {
    try {
      const keys = await this.#level.keys({ gte: timerPrefix, lt: timerKey(untilMs + 1, ''), limit }).all();
      return keys.map(parseTimerKey);
    } catch (error) {
      throw storeFault('read', this.folder, error);
    }
  }

  /** Drops index entries that fired or turned out to be stale, and adds those that are wanted later. */
  async moveTimers(gone: readonly DueTimer[], later: readonly DueTimer[]): Promise<void> {
    const batch = this.#level.batch();
    for (const { dueAtMs, key } of gone) batch.del(timerKey(dueAtMs, key));
    for (const { dueAtMs, key } of later) batch.put(timerKey(dueAtMs, key), nothing);
    try {
      await batch.write();
    } catch (error) {
      throw storeFault('write to', this.folder, error);
    }
  }

  /** The earliest due time in the index, null where there is none. */
  async earliestTimerMs(): Promise<number | null> {
    const [first] = await this.dueTimers(maxTimeMs, 1);
    return first?.dueAtMs ?? null;
  }

  /** Bytes on disk, roughly. */
  async sizeBytes(): Promise<number> {
    try {
      return this.#values.bytes + (await this.#level.approximateSize('', '\u{10ffff}'));
    } catch (error) {
      throw storeFault('measure', this.folder, error);
    }
  }

  /** Flushes and closes. A store that can't be flushed is closed all the same: it only won't outlive the machine's boot. */
  async close(): Promise<void> {
    try {
      await this.#cleaner.stop();
      await this.#turns.take(async () => {
        await this.#markClosed().catch(() => {});
        await this.#values.close();
        await this.#level.close();
      });
    } catch (error) {
      throw storeFault('close', this.folder, error);
    }
  }

  async #write(writes: readonly StoreWrite[], checkpoint: Checkpoint | null): Promise<void> {
    if (this.#level.status !== 'open') throw new Error('it is closed');
    this.#cleaner.throwFault();
    const { file, offset: first } = await this.#values.append(
      writes.flatMap(({ bytes }) => (bytes === null ? [] : [bytes])),
    );
    const batch = this.#level.batch();
    let offset = first;
    for (const { key, bytes, dueAtMs, previousDueAtMs } of writes) {
      const storedKey = statePrefix + key;
      if (bytes === null) batch.del(storedKey);
      else {
        const length = bytes.length;
        batch.put(storedKey, encodePlace({ file, offset, length }, checksumOf(storedKey, bytes)));
        offset += length;
      }
      if (previousDueAtMs === dueAtMs) continue;
      if (typeof previousDueAtMs === 'number') batch.del(timerKey(previousDueAtMs, key));
      if (dueAtMs !== null) batch.put(timerKey(dueAtMs, key), nothing);
    }
    if (checkpoint) batch.put(checkpointKey, sealed(checkpointKey, encodeCheckpoint(checkpoint)));
    await batch.write();
  }

  /** The mark is flushed after all that it speaks for. */
  async #markClosed(): Promise<void> {
    if (this.#level.status !== 'open') return;
    await this.#values.flush();
    await flushLogs(this.folder);
    await this.#level.put(openMarkKey, Buffer.from(closedMark), { sync: true });
  }
}

/** Checks that nothing can have been lost since the store was opened last, and marks it as open: flushed, before any write. */
async function markOpen(level: ClassicLevel<string, Buffer>, folder: string, boot: string | null): Promise<void> {
  const found = level.getSync(openMarkKey)?.toString();
  if (found !== undefined && found === boot) return;
  if (found !== undefined && found !== closedMark) {
    throw corrupt(folder, 'the machine was started anew since it was written, and it was not closed before');
  }
  await level.put(openMarkKey, Buffer.from(boot ?? 'unknown'), { sync: true });
}

/**
 * Per partition: at most two write buffers and the block cache are in memory, twelve times over in a processor of six
 * partitions. Places and timers are some 100 bytes each, so that a buffer holds 20,000.
 */
const tuning = {
  compression: false,
  cacheSize: 2 * 1024 * 1024,
  writeBufferSize: 2 * 1024 * 1024,
  maxFileSize: 4 * 1024 * 1024,
  blockSize: 4096,
} as const;

/** Before all other keys. Its value is the boot under which the store was opened, or that it is closed. */
const openMarkKey = 'b';
const closedMark = 'closed';
const checkpointKey = 'c';
const statePrefix = 's';
const timerPrefix = 't';
const nothing = Buffer.alloc(0);

/** Digits enough for any time that JavaScript's Date knows, so that text order is time order. */
const timeDigits = 16;
const maxTimeMs = 8_640_000_000_000_000 - 1;

const timerKey = (dueAtMs: number, key: string): string =>
  `${timerPrefix}${String(Math.min(Math.max(0, Math.floor(dueAtMs)), maxTimeMs)).padStart(timeDigits, '0')}${key}`;

const parseTimerKey = (text: string): DueTimer => ({
  dueAtMs: Number(text.slice(1, 1 + timeDigits)),
  key: text.slice(1 + timeDigits),
});
