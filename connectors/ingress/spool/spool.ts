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
};

export type SpooledRecord = { readonly position: Position; readonly record: OutgoingRecord };

type Store = ClassicLevel<Buffer, Buffer>;
type Waiting = { readonly value: Buffer; readonly resolve: () => void; readonly reject: (fault: IngressFault) => void };

const origin: Position = { sequence: 0, endBytes: 0 };
const reopenEveryMs = 1_000;
/** After this many removed entries an empty spool is compacted, which gives the disk space back. */
const compactAfter = 10_000;

/**
 * Records that wait on disk for Kafka, oldest first. An append is durable when its promise resolves: all appends that
 * come in while one write is on its way share the next write and its fsync.
 *
 * One process owns a folder (LevelDB locks it). After a write has failed LevelDB takes no more, so the spool is opened
 * again every second until the disk obeys; appends are refused at once meanwhile.
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
  #writing: Promise<void> | null = null;
  #broken: boolean = false;
  #closed = new AbortController();
  #removedSinceCompaction = 0;
  #wake: () => void = () => {};

  private constructor(store: Store, options: SpoolOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** @throws the store's error; `isLocked` tells when another process owns the folder */
  static async open(options: SpoolOptions): Promise<Spool> {
    const store = newStore(options.folder);
    await store.open();
    const spool = new Spool(store, options);
    await spool.#findEnds();
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
    return new Promise((resolve, reject) => {
      this.#waiting.push({ value, resolve, reject });
      this.#writing ??= this.#write().finally(() => {
        this.#writing = null;
      });
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
    await this.#store.clear({ lte: encodePosition(position), gt: encodePosition(this.#head) });
    this.#removedSinceCompaction += position.sequence - this.#head.sequence;
    this.#head = position;
    if (this.records === 0 && this.#removedSinceCompaction >= compactAfter) {
      this.#removedSinceCompaction = 0;
      await this.#store.compactRange(encodePosition(origin), encodePosition(position));
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
        this.#fail([...group, ...this.#waiting], error);
        return;
      }
      this.#waitingBytes -= endBytes - this.#tail.endBytes;
      this.#tail = { sequence, endBytes };
      for (const { resolve } of group) resolve();
      this.#wake();
    }
  }

  #fail(group: readonly Waiting[], error: unknown): void {
    this.#broken = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { reject } of group) reject(brokenFault(this.#options.folder, error));
    this.#options.onBroken?.(error);
    void this.#mend();
  }

  async #mend(): Promise<void> {
    const { clock, folder, onMended } = this.#options;
    for (;;) {
      await clock.sleep(reopenEveryMs, this.#closed.signal);
      if (this.#closed.signal.aborted) return;
      try {
        await this.#store.close();
        this.#store = newStore(folder);
        await this.#store.open();
        await this.#findEnds();
        // LevelDB opens on a full disk; only a synced write shows that it has room again.
        await this.#store.put(probeKey, Buffer.alloc(0), { sync: true });
        this.#broken = false;
        onMended?.();
        return;
      } catch {
        // Tried again after the next pause; the first error has been reported.
      }
    }
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

function newStore(folder: string): Store {
  return new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}

function brokenFault(folder: string, cause?: unknown): IngressFault {
  const message = `the spool in ${folder} can't be written: check that the disk has room and is writable`;
  return new IngressFault('SPOOL_BROKEN', message, { retryable: true, cause });
}
