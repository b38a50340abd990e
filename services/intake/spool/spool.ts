import type { Clock } from '../../../platform/host/index.ts';
import { IngressFault } from '../fault.ts';
import type { OutgoingRecord } from '../record.ts';
import { decodePosition, decodeRecord, encodePosition, encodeRecord, origin, type Position } from './encoding.ts';
import {
  discardStore,
  endsOf,
  isLocked,
  openStore,
  proveWritable,
  requireRoom,
  type Store,
  type StoreOptions,
} from './store.ts';

export type SpoolOptions = StoreOptions & {
  /** Encoded records that may wait at once, in bytes. The disk needs up to twice that while LevelDB compacts. */
  readonly limitBytes: number;
  readonly clock: Clock;
  /** Called when the disk refuses the spool, and when it has been opened again. */
  readonly onBroken?: (error: unknown) => void;
  readonly onMended?: () => void;
  /** Where to go on when another process has taken `folder` while the spool was being mended. */
  readonly otherFolders?: readonly string[];
  /** Called with an empty folder that is gone to then, before anything is put there. */
  readonly claim?: (folder: string) => Promise<void>;
};

export type SpooledRecord = { readonly position: Position; readonly record: OutgoingRecord };

type Waiting = { readonly value: Buffer; readonly resolve: () => void; readonly reject: (fault: IngressFault) => void };

const mendEveryMs = 1_000;
const drainedEveryMs = 20;
/** After this many removed entries an empty spool is compacted, which gives the disk space back. */
const compactAfter = 10_000;

/**
 * Records that wait on disk for Kafka, oldest first. An append is durable when its promise resolves: all appends that
 * come in while one write is on its way share the next write and its fsync.
 *
 * One spool owns a folder. After any write has failed the spool is broken and appends are refused at
 * once: what LevelDB logs behind a torn write it may be unable to read back. What was there before can still be read, and
 * a full disk could refuse to open it again, so the store stays open: what it holds goes on being drained, and once all
 * of it is out, or the disk has room, it is opened anew.
 */
export class Spool {
  readonly #options: SpoolOptions;
  #folder: string;
  /** Null before it could be opened for the first time. */
  #store: Store | null;
  /** Everything up to here has been removed. */
  #head: Position = origin;
  /** Everything up to here is gone from the disk too, where the store is open: less than has been removed while broken. */
  #cleared: Position = origin;
  /** Everything up to here is on disk. */
  #tail: Position = origin;
  #waiting: Waiting[] = [];
  /** Of what waits and of the batch on its way. */
  #waitingBytes = 0;
  #unwritten = 0;
  #writing: Promise<void> | null = null;
  #trouble: { readonly error: unknown } | null = null;
  #mending: Promise<void> | null = null;
  /** False where the store could not even be opened: what it holds isn't known. */
  #known: boolean = true;
  #closed = new AbortController();
  #removedSinceCompaction = 0;
  #wake: () => void = () => {};

  private constructor(store: Store | null, options: SpoolOptions) {
    this.#store = store;
    this.#folder = options.folder;
    this.#options = options;
  }

  /** @throws the store's error; `isLocked` tells when the folder belongs to another spool, of this process or another */
  static async open(options: SpoolOptions): Promise<Spool> {
    const store = await openStore(options);
    const spool = new Spool(store, options);
    const ends = await endsOf(store).catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    if (ends !== null) {
      spool.#head = ends.head;
      spool.#cleared = ends.head;
      spool.#tail = ends.tail;
    }
    return spool;
  }

  /** A spool whose folder can't be opened now: broken until it can, which is tried every second. */
  static broken(options: SpoolOptions, error: unknown): Spool {
    const spool = new Spool(null, options);
    spool.#known = false;
    spool.#fail(error);
    return spool;
  }

  /** Whether the store is open, and with it the folder ours. */
  get #owned(): boolean {
    return this.#store?.status === 'open';
  }

  get folder(): string {
    return this.#folder;
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
    return this.#trouble !== null;
  }

  /** Resolves once the record is fsynced. Rejects with `SPOOL_FULL` or `SPOOL_BROKEN`, at once where that is known. */
  append(record: OutgoingRecord): Promise<void> {
    const { limitBytes } = this.#options;
    const value = encodeRecord(record);
    if (!this.broken && this.bytes + value.length > limitBytes) {
      const message = `the spool in ${this.#folder} holds ${this.bytes} of ${limitBytes} bytes: bring Kafka back or raise its limit`;
      return Promise.reject(new IngressFault('SPOOL_FULL', message, { retryable: true }));
    }
    return this.#enqueue(value);
  }

  /** Puts a record that the spool holds already at its end as well, full or not. Rejects with `SPOOL_BROKEN`. */
  appendAgain(record: OutgoingRecord): Promise<void> {
    return this.#enqueue(encodeRecord(record));
  }

  #enqueue(value: Buffer): Promise<void> {
    if (this.broken || this.#closed.signal.aborted) return Promise.reject(this.#refusal());
    this.#waitingBytes += value.length;
    this.#unwritten += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ value, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** The oldest records, at least one if there is any, up to the given sizes. */
  async oldest(atMost: { records: number; bytes: number }): Promise<SpooledRecord[]> {
    if (this.#store === null) return [];
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
    if (position.sequence <= this.#head.sequence) return;
    this.#head = position;
    // The mending clears the disk of it.
    if (this.broken || this.#store === null) return;
    try {
      await this.#clear(this.#store);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes off the disk what has been removed. */
  async #clear(store: Store): Promise<void> {
    const from = this.#cleared;
    const through = this.#head;
    await store.clear({ lte: encodePosition(through), gt: encodePosition(from) });
    this.#cleared = through;
    this.#removedSinceCompaction += through.sequence - from.sequence;
    if (this.records === 0 && this.#removedSinceCompaction >= compactAfter) {
      this.#removedSinceCompaction = 0;
      await store.compactRange(encodePosition(origin), encodePosition(through));
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
    while (!this.empty && !this.broken && !this.#closed.signal.aborted) {
      await this.#options.clock.sleep(drainedEveryMs, this.#closed.signal);
    }
  }

  /** Lets appends on their way reach the disk, then lets go of the folder. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
    await this.#mending;
    await this.#store?.close();
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
        if (this.#store === null) throw this.#refusal();
        await this.#store.batch(operations, { sync: true });
      } catch (error) {
        this.#fail(error);
      }
      this.#settled(group);
      // Broken also by a removal that failed meanwhile: this batch may stand behind its torn write.
      if (this.broken) {
        for (const { reject } of group) reject(this.#refusal());
        continue;
      }
      this.#tail = { sequence, endBytes };
      for (const { resolve } of group) resolve();
      this.#wake();
    }
    // In the same turn as the look at what waits: an append in between would start nothing and wait for ever.
    this.#writing = null;
  }

  #settled(group: readonly Waiting[]): void {
    for (const { value } of group) this.#waitingBytes -= value.length;
    this.#unwritten -= group.length;
  }

  #refusal(): IngressFault {
    return brokenFault(this.#folder, this.#trouble?.error);
  }

  #fail(error: unknown): void {
    const first = this.#trouble === null;
    this.#trouble ??= { error };
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#settled(waiting);
    for (const { reject } of waiting) reject(this.#refusal());
    if (!first) return;
    this.#options.onBroken?.(error);
    this.#mending = this.#mend();
  }

  async #mend(): Promise<void> {
    const { clock, onMended } = this.#options;
    for (;;) {
      await clock.sleep(mendEveryMs, this.#closed.signal);
      // A batch on its way has to be settled as one of the broken spool.
      await this.#writing;
      if (this.#closed.signal.aborted) return;
      const removedIsKnown = this.#owned;
      try {
        // With everything drained, the files that fill the disk may go.
        if (this.#known && this.records === 0) await this.#discard();
        else await this.#letGo();
        const store = await this.#openAnew(removedIsKnown);
        await proveWritable(store);
        // More may be removed meanwhile. None once the spool counts as sound: from then on removing clears the disk.
        while (this.#cleared.sequence < this.#head.sequence) await this.#clear(store);
      } catch {
        // Tried again after the next pause; the first error has been reported.
        continue;
      }
      this.#trouble = null;
      onMended?.();
      this.#wake();
      return;
    }
  }

  async #discard(): Promise<void> {
    if (this.#store !== null && this.#owned) await discardStore(this.#store, this.#folder);
  }

  async #letGo(): Promise<void> {
    // Only with room enough: a store that is closed and can't be opened again can't be drained either.
    await requireRoom(this.#folder);
    await this.#store?.close();
  }

  async #openAnew(removedIsKnown: boolean): Promise<Store> {
    let store: Store;
    try {
      store = await openStore(this.#at(this.#folder));
    } catch (error) {
      if (!isLocked(error)) throw error;
      // What is in there is now for the other process to publish.
      this.#head = this.#tail;
      this.#known = true;
      return await this.#goElsewhere(error);
    }
    this.#store = store;
    const ends = await endsOf(store);
    const removed = this.#head;
    this.#head = ends?.head ?? this.#tail;
    this.#cleared = this.#head;
    this.#tail = ends?.tail ?? this.#tail;
    this.#known = true;
    if (removedIsKnown && removed.sequence > this.#head.sequence && removed.sequence <= this.#tail.sequence) {
      this.#head = removed;
    }
    return store;
  }

  /** Into an empty folder, so that positions given out before mean nothing there. */
  async #goElsewhere(locked: unknown): Promise<Store> {
    for (const folder of this.#options.otherFolders ?? []) {
      const store = await openStore(this.#at(folder)).catch(() => null);
      if (store === null) continue;
      if ((await endsOf(store).catch(() => undefined)) === null && (await this.#claimed(folder))) {
        this.#store = store;
        this.#folder = folder;
        this.#cleared = this.#head;
        return store;
      }
      await store.close();
    }
    throw locked;
  }

  async #claimed(folder: string): Promise<boolean> {
    try {
      await this.#options.claim?.(folder);
      return true;
    } catch {
      return false;
    }
  }

  #at(folder: string): StoreOptions {
    return { ...this.#options, folder };
  }
}

function brokenFault(folder: string, cause?: unknown): IngressFault {
  const message = `the spool in ${folder} can't be written: check that the disk has room and is writable`;
  return new IngressFault('SPOOL_BROKEN', message, { retryable: true, cause });
}
