import type { ClassicLevel } from 'classic-level';
import { checksumIn, decodePlace, encodePlace, type Place } from './place.ts';
import { corrupt, storeFault } from './store-fault.ts';
import type { Turns } from './turns.ts';
import type { ValueFiles } from './value-files.ts';

export type ValueCleanerOptions = {
  readonly folder: string;
  readonly level: ClassicLevel<string, Buffer>;
  readonly values: ValueFiles;
  /** Writes take turns with it. */
  readonly turns: Turns;
  /** Stored keys from here, and before there, have places. */
  readonly from: string;
  readonly to: string;
  /** As long as the values take no more than this, nothing is cleaned. */
  readonly leastBytes?: number;
};

type Entry = { readonly key: Buffer; readonly place: Place; readonly checksum: number };

/**
 * Gives back the room of values that were replaced or deleted. Once the value files are twice as large as what is wanted
 * of them, it goes over the index, moves what is wanted out of files that are mostly not, and deletes those. It works
 * beside the store's writes, some entries in a turn, and any of its steps may be the last one of a killed process: a value
 * is moved before its place, and a file is deleted once no place is in it.
 */
export class ValueCleaner {
  readonly #o: ValueCleanerOptions;
  readonly #leastBytes: number;
  /** Bytes of all files from which it is worth looking again. */
  #dueAt: number;
  #running: Promise<void> | null = null;
  #stopped = false;
  #fault: unknown;

  constructor(options: ValueCleanerOptions) {
    this.#o = options;
    this.#leastBytes = options.leastBytes ?? leastBytes;
    const noted = Number(options.level.getSync(dueAtKey)?.toString() ?? 0);
    this.#dueAt = Math.max(this.#leastBytes, Number.isFinite(noted) ? noted : 0);
  }

  /** Starts where it is worth it. */
  look(): void {
    if (this.#running || this.#stopped || this.#o.values.bytes < this.#dueAt) return;
    this.#running = this.#clean()
      .catch((error: unknown) => {
        this.#fault = storeFault('clean', this.#o.folder, error);
      })
      .finally(() => {
        this.#running = null;
      });
  }

  /** @throws StoreFault of a run that failed */
  throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Stops after the turn that it is in. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #clean(): Promise<void> {
    const { values, level, turns } = this.#o;
    const complete = values.complete;
    const wanted = new Map<number, number>();
    let allWanted = 0;
    for await (const page of this.#pages()) {
      for (const { place } of page) {
        wanted.set(place.file, (wanted.get(place.file) ?? 0) + place.length);
        allWanted += place.length;
      }
    }
    const emptied = new Set<number>();
    for (const [file, bytes] of complete) if ((wanted.get(file) ?? 0) * 2 < bytes) emptied.add(file);
    if (emptied.size > 0) {
      for await (const _ of this.#pages((page) => this.#move(page.filter(({ place }) => emptied.has(place.file))))) {
        // Each page is moved in the turn in which it was read.
      }
      if (this.#stopped) return;
      await values.remove(emptied);
    }
    if (this.#stopped) return;
    // Where half of each file is wanted, looking again at once would find no more.
    const notBefore = emptied.size > 0 ? 0 : Math.round(1.25 * values.bytes);
    this.#dueAt = Math.max(this.#leastBytes, 2 * allWanted, notBefore);
    await turns.take(() => level.put(dueAtKey, Buffer.from(String(this.#dueAt))));
  }

  /** The entries of the index in order, until it is stopped; `inTurn` is called with each page before anything else can be written. */
  async *#pages(inTurn: (page: readonly Entry[]) => Promise<void> = async () => {}): AsyncGenerator<readonly Entry[]> {
    const { level, turns, from, to } = this.#o;
    let range: { gte: Buffer } | { gt: Buffer } = { gte: Buffer.from(from) };
    while (!this.#stopped) {
      const page = await turns.take(async () => {
        const found = await level
          .iterator<Buffer, Buffer>({ ...range, lt: Buffer.from(to), limit: pageEntries, keyEncoding: 'buffer' })
          .all();
        const entries = found.map(([key, bytes]) => this.#entry(key, bytes));
        await inTurn(entries);
        return entries;
      });
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageEntries) return;
      range = { gt: last.key };
    }
  }

  #entry(key: Buffer, bytes: Buffer): Entry {
    const place = decodePlace(bytes);
    if (place === null) throw corrupt(this.#o.folder, 'a place is damaged');
    return { key, place, checksum: checksumIn(bytes) };
  }

  /** A value's checksum goes with it, so that damage is found where the value is read. */
  async #move(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const { level, values, folder } = this.#o;
    const moved: Buffer[] = [];
    for (const { place } of entries) {
      const value = values.read(place);
      if (value === null) throw corrupt(folder, 'a value is missing');
      moved.push(value);
    }
    const { file, offset: first } = await values.append(moved);
    const batch = level.batch();
    let offset = first;
    for (const { key, place, checksum } of entries) {
      const { length } = place;
      batch.put<Buffer, Buffer>(key, encodePlace({ file, offset, length }, checksum), { keyEncoding: 'buffer' });
      offset += length;
    }
    await batch.write();
  }
}

/** Before all keys that say whether a store is empty. */
const dueAtKey = 'a';
const pageEntries = 1_000;
const leastBytes = 16 * 1024 * 1024;
