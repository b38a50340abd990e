/**
 * Walks lists of the local store in the order of their places, several as one, many entries at a time: to take them one by
 * one costs five times as much.
 */
import type { ClassicLevel } from 'classic-level';

export type Entry = {
  /** What follows the list's prefix. */
  readonly place: string;
  readonly value: string;
};

export type Range = {
  /** Only places after this one. */
  readonly after?: string | undefined;
  /** Only places at or after this one. */
  readonly from?: string | undefined;
  /** Only places before this one. */
  readonly to: string;
};

type Store = ClassicLevel<string, Buffer>;
type Snapshot = ReturnType<Store['snapshot']>;

/** As the store sorts: by bytes. */
export function inOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [here, there] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (here === there) continue;
    // Halves of a character sort otherwise than its bytes.
    return here < 0xd800 && there < 0xd800 ? here - there : Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return a.length - b.length;
}

const fewEntries = 100;
const mostEntries = 1_000;
const mostBytes = 256 * 1024;

/** One list. */
class Cursor {
  readonly #iterator;
  readonly #prefixLength: number;
  #entries: [string, string][] = [];
  #at = 0;
  /** The place that comes next; undefined where none is at hand. */
  place: string | undefined;
  #size = fewEntries;
  #ended = false;

  constructor(db: Store, prefix: string, { after, from = '', to }: Range, snapshot: Snapshot) {
    this.#prefixLength = prefix.length;
    this.#iterator = db.iterator<string, string>({
      ...(after === undefined ? { gte: prefix + from } : { gt: prefix + after }),
      ...{ lt: prefix + to, valueEncoding: 'utf8', highWaterMarkBytes: mostBytes, snapshot },
    });
  }

  /** It is known what comes next, if anything does. */
  get isKnown(): boolean {
    return this.#ended || this.place !== undefined;
  }

  async read(): Promise<void> {
    this.#entries = await this.#iterator.nextv(this.#size);
    this.#at = -1;
    this.#step();
    this.#size = Math.min(mostEntries, this.#size * 3);
    this.#ended = this.#entries.length === 0;
  }

  take(): Entry | undefined {
    const { place } = this;
    const [, value = ''] = this.#entries[this.#at] ?? [];
    this.#step();
    return place === undefined ? undefined : { place, value };
  }

  #step(): void {
    this.#at += 1;
    this.place = this.#entries[this.#at]?.[0].slice(this.#prefixLength);
  }

  close(): Promise<void> {
    return this.#iterator.close();
  }
}

/**
 * The entries of all lists, each place once. What stands in several lists is given with the value of the first of them.
 * @param snapshot one for all: what moves from list to list meanwhile is neither missed nor met twice
 */
export async function* walk(
  db: Store,
  prefixes: readonly string[],
  range: Range,
  snapshot: Snapshot,
): AsyncGenerator<readonly Entry[]> {
  const cursors = prefixes.map((prefix) => new Cursor(db, prefix, range, snapshot));
  try {
    for (;;) {
      await Promise.all(cursors.filter(({ isKnown }) => !isKnown).map((cursor) => cursor.read()));
      const entries: Entry[] = [];
      // In order for as long as it is known what comes next in each.
      while (cursors.every(({ isKnown }) => isKnown)) {
        const first = earliest(cursors);
        const entry = first?.take();
        if (entry === undefined) break;
        for (const other of cursors) if (other.place === entry.place) other.take();
        entries.push(entry);
      }
      if (entries.length === 0) return;
      yield entries;
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function earliest(cursors: readonly Cursor[]): Cursor | null {
  let first: Cursor | null = null;
  for (const cursor of cursors) {
    if (cursor.place === undefined) continue;
    if (first?.place === undefined || inOrder(cursor.place, first.place) < 0) first = cursor;
  }
  return first;
}
