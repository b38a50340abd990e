import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Clock } from '../../platform/index.ts';
import { IngressFault } from '../fault.ts';
import type { OutgoingRecord } from '../record.ts';
import { decodePosition, decodeRecord, encodePosition, encodeRecord, type Position } from './encoding.ts';

export type SpoolOptions = {
  readonly folder: string;
  /** Encoded records that may wait at once, in bytes. The disk needs up to twice that while LevelDB compacts. */
  readonly limitBytes: number;
  readonly clock: Clock;
  /** Told when the disk refuses the spool, and when it has been opened again. */
  readonly onBroken?: (error: unknown) => void;
  readonly onMended?: () => void;
  /** Makes the store of a folder, which is opened later. Default: LevelDB. */
  readonly storeAt?: (folder: string) => Store;
};

export type SpooledRecord = { readonly position: Position; readonly record: OutgoingRecord };

export type Store = ClassicLevel<Buffer, Buffer>;
type Waiting = { readonly value: Buffer; readonly resolve: () => void; readonly reject: (fault: IngressFault) => void };

const origin: Position = { sequence: 0, endBytes: 0 };
const mendEveryMs = 1_000;
const drainedEveryMs = 20;
/** Opening LevelDB writes what its log holds (up to 4 MiB) into a table: without room for twice that it isn't tried. */
const roomToOpenBytes = 8 * 1024 * 1024;
/** After this many removed entries an empty spool is compacted, which gives the disk space back. */
const compactAfter = 10_000;

/**
 * Records that wait on disk for Kafka, oldest first. An append is durable when its promise resolves: all appends that
 * come in while one write is on its way share the next write and its fsync.
 *
 * One process owns a folder (LevelDB locks it). After a write has failed LevelDB takes no more, and appends are refused
 * at once. It can still be read, and a full disk could refuse to open it again, so it stays open: what it holds goes on
 * being drained, and once all of it is out, or the disk has room, the spool is opened anew.
 */
export class Spool {
  readonly #options: SpoolOptions;
  #store: Store;
  /** Everything up to here has been removed. */
  #head: Position = origin;
  /** Everything up to here is on disk. */
  #tail: Position = origin;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #unwritten = 0;
  #writing: Promise<void> | null = null;
  #broken: boolean = false;
  /** False where the store could not even be opened: nobody knows what it holds. */
  #known: boolean = true;
  #closed = new AbortController();
  #removedSinceCompaction = 0;
  #wake: () => void = () => {};

  private constructor(store: Store, options: SpoolOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** @throws the store's error; `isLocked` tells when another process owns the folder */
  static async open(options: SpoolOptions): Promise<Spool> {
    const store = await openStore(options);
    const spool = new Spool(store, options);
    await spool.#findEnds();
    return spool;
  }

  /** A spool whose folder can't be opened now: broken until it can, which is tried every second. */
  static broken(options: SpoolOptions, error: unknown): Spool {
    const spool = new Spool(newStore(options), options);
    spool.#known = false;
    spool.#fail([], error);
    return spool;
  }

  /** True for the error of `open` that means another process owns the folder. */
  static isLocked(error: unknown): boolean {
    const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
    return cause?.code === 'LEVEL_LOCKED';
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** Records on disk. */
  get records(): number {
    return this.#tail.sequence - this.#head.sequence;
  }

  /** Bytes on disk or on their way there. */
  get bytes(): number {
    return this.#tail.endBytes - this.#head.endBytes + this.#waitingBytes;
  }

  /** True when nothing is on disk and nothing on its way there. */
  get empty(): boolean {
    return this.records === 0 && this.#unwritten === 0;
  }

  /** Records on their way to the disk. */
  get unwritten(): number {
    return this.#unwritten;
  }

  get limitBytes(): number {
    return this.#options.limitBytes;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Resolves once the record is fsynced. Rejects with `SPOOL_FULL` or `SPOOL_BROKEN`, at once where that is known. */
  append(record: OutgoingRecord): Promise<void> {
    const { folder, limitBytes } = this.#options;
    if (this.#broken || this.#closed.signal.aborted) return Promise.reject(brokenFault(folder));
    const value = encodeRecord(record);
    if (this.bytes + value.length > limitBytes) {
      const message = `the spool in ${folder} holds ${this.bytes} of ${limitBytes} bytes: bring Kafka back or raise its limit`;
      return Promise.reject(new IngressFault('SPOOL_FULL', message, { retryable: true }));
    }
    this.#waitingBytes += value.length;
    this.#unwritten += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ value, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** The oldest records, at least one if there is any, up to the given sizes. */
  async oldest(atMost: { records: number; bytes: number }): Promise<SpooledRecord[]> {
    const found: SpooledRecord[] = [];
    const stopAtBytes = this.#head.endBytes + atMost.bytes;
    // Starting right behind what was removed keeps the iterator from stepping over its tombstones.
    for await (const [key, value] of this.#store.iterator({ gt: encodePosition(this.#head), limit: atMost.records })) {
      const position = decodePosition(key);
      if (found.length > 0 && position.endBytes > stopAtBytes) break;
      found.push({ position, record: decodeRecord(value) });
    }
    return found;
  }

  /** Forgets everything up to and including `position`. Not fsynced: a crash may bring it back, never lose another. */
  async removeThrough(position: Position): Promise<void> {
    const from = this.#head;
    this.#head = position;
    if (this.#broken) return;
    try {
      await this.#removeFromDisk(from, position);
    } catch (error) {
      this.#fail([], error);
    }
  }

  async #removeFromDisk(from: Position, through: Position): Promise<void> {
    await this.#store.clear({ lte: encodePosition(through), gt: encodePosition(from) });
    this.#removedSinceCompaction += through.sequence - from.sequence;
    if (this.records === 0 && this.#removedSinceCompaction >= compactAfter) {
      this.#removedSinceCompaction = 0;
      await this.#store.compactRange(encodePosition(origin), encodePosition(through));
    }
  }

  /** Resolves when there is a record, or `signal` aborts. */
  async notEmpty(signal: AbortSignal): Promise<void> {
    if (this.records > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Resolves once nothing waits on disk, or on its way there; at once while the disk refuses. */
  async drained(): Promise<void> {
    while (!this.empty && !this.#broken && !this.#closed.signal.aborted) {
      await this.#options.clock.sleep(drainedEveryMs, this.#closed.signal);
    }
  }

  /** Lets appends on their way reach the disk, then lets go of the folder. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
    await this.#store.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      let { sequence, endBytes } = this.#tail;
      const operations = group.map(({ value }) => {
        sequence += 1;
        endBytes += value.length;
        return { type: 'put' as const, key: encodePosition({ sequence, endBytes }), value };
      });
      try {
        await this.#store.batch(operations, { sync: true });
      } catch (error) {
        this.#writing = null;
        this.#fail([...group, ...this.#waiting], error);
        return;
      }
      this.#waitingBytes -= endBytes - this.#tail.endBytes;
      this.#unwritten -= group.length;
      this.#tail = { sequence, endBytes };
      for (const { resolve } of group) resolve();
      this.#wake();
    }
    // In the same turn as the look at what waits: an append in between would start nothing and wait for ever.
    this.#writing = null;
  }

  #fail(group: readonly Waiting[], error: unknown): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unwritten = 0;
    for (const { reject } of group) reject(brokenFault(this.#options.folder, error));
    if (this.#broken) return;
    this.#broken = true;
    this.#options.onBroken?.(error);
    void this.#mend();
  }

  async #mend(): Promise<void> {
    const { clock, onMended } = this.#options;
    for (;;) {
      await clock.sleep(mendEveryMs, this.#closed.signal);
      if (this.#closed.signal.aborted) return;
      try {
        if (this.#known && this.records === 0) await this.#startOver();
        else await this.#reopen();
        this.#broken = false;
        onMended?.();
        return;
      } catch {
        // Tried again after the next pause; the first error has been reported.
      }
    }
  }

  /** Everything has been drained: the files that fill the disk may go. */
  async #startOver(): Promise<void> {
    await this.#store.close();
    await rm(this.#options.folder, { recursive: true, force: true });
    this.#store = await openStore(this.#options);
    await this.#prove();
  }

  async #reopen(): Promise<void> {
    // Only with room enough: a store that is closed and can't be opened again can't be drained either.
    await requireRoom(this.#options.folder);
    await this.#store.close();
    this.#store = await openStore(this.#options);
    const removed = this.#head;
    await this.#findEnds();
    this.#known = true;
    if (removed.sequence > this.#head.sequence && removed.sequence <= this.#tail.sequence) {
      await this.#removeFromDisk(this.#head, removed);
      this.#head = removed;
    }
    await this.#prove();
    this.#wake();
  }

  /** LevelDB opens on a full disk too; only a synced write shows that it has room again. */
  async #prove(): Promise<void> {
    await this.#store.put(probeKey, Buffer.alloc(0), { sync: true });
  }

  async #findEnds(): Promise<void> {
    const [first] = await this.#store.iterator({ gt: probeKey, limit: 1 }).all();
    const [last] = await this.#store.keys({ gt: probeKey, limit: 1, reverse: true }).all();
    if (first === undefined || last === undefined) {
      this.#head = this.#tail;
      return;
    }
    const position = decodePosition(first[0]);
    this.#head = { sequence: position.sequence - 1, endBytes: position.endBytes - first[1].length };
    this.#tail = decodePosition(last);
  }
}

/** Sorts before every position but isn't one: an entry's sequence starts at 1. */
const probeKey = encodePosition(origin);

function newStore({ folder, storeAt }: SpoolOptions): Store {
  if (storeAt !== undefined) return storeAt(folder);
  return new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}

async function openStore(options: SpoolOptions): Promise<Store> {
  await mkdir(options.folder, { recursive: true });
  const store = newStore(options);
  await store.open();
  return store;
}

/** @throws the disk's error where it has no room */
async function requireRoom(folder: string): Promise<void> {
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

function brokenFault(folder: string, cause?: unknown): IngressFault {
  const message = `the spool in ${folder} can't be written: check that the disk has room and is writable`;
  return new IngressFault('SPOOL_BROKEN', message, { retryable: true, cause });
}
