import { readSync } from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './place.ts';

type ValueFile = {
  readonly handle: FileHandle;
  bytes: number;
  /** Of what it holds now. One that failed stays: the system tells of lost blocks once, and of the next flush that all is well. */
  flushed: Promise<void> | null;
};

/**
 * The values of a store, one behind the other in files that only grow, until one is mostly of values that were replaced
 * and is deleted. Bytes behind the last value that somebody knows the place of are nobody's: a process was killed, or the
 * disk was full, before the place was written. One call of `append` at a time.
 */
export class ValueFiles {
  readonly #folder: string;
  readonly #files: Map<number, ValueFile>;
  #current: number;

  private constructor(folder: string, files: Map<number, ValueFile>) {
    this.#folder = folder;
    this.#files = files;
    this.#current = Math.max(0, ...files.keys());
  }

  static async open(folder: string): Promise<ValueFiles> {
    const files = new Map<number, ValueFile>();
    try {
      for (const name of await readdir(folder)) {
        const number = numberIn(name);
        if (number === null) continue;
        const handle = await open(join(folder, name), 'r+');
        files.set(number, { handle, bytes: 0, flushed: null });
        files.set(number, { handle, bytes: (await handle.stat()).size, flushed: null });
      }
    } catch (error) {
      for (const { handle } of files.values()) await handle.close();
      throw error;
    }
    return new ValueFiles(folder, files);
  }

  /** Of all files. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#files.values()) sum += bytes;
    return sum;
  }

  /** Bytes of the files that don't grow any more, by number. */
  get complete(): ReadonlyMap<number, number> {
    return new Map([...this.#files].filter(([n]) => n !== this.#current).map(([n, { bytes }]) => [n, bytes]));
  }

  /** Resolves with the place of the first value; the others follow it. On an error nothing has changed. */
  async append(values: readonly Uint8Array[]): Promise<{ readonly file: number; readonly offset: number }> {
    const length = values.reduce((sum, value) => sum + value.length, 0);
    if (length === 0) return { file: this.#current, offset: 0 };
    const file = await this.#withRoom();
    const offset = file.bytes;
    file.flushed = null;
    await writeAll(file.handle, values, length, offset);
    file.bytes += length;
    return { file: this.#current, offset };
  }

  /** Null where the files don't have it. */
  read({ file, offset, length }: Place): Buffer | null {
    if (length === 0) return Buffer.alloc(0);
    const found = this.#files.get(file);
    if (found === undefined || offset + length > found.bytes) return null;
    const value = Buffer.allocUnsafe(length);
    return readSync(found.handle.fd, value, 0, length, offset) === length ? value : null;
  }

  async remove(numbers: Iterable<number>): Promise<void> {
    for (const number of numbers) {
      const file = this.#files.get(number);
      this.#files.delete(number);
      await file?.handle.close();
      await rm(pathOf(this.#folder, number), { force: true });
    }
  }

  async flush(): Promise<void> {
    for (const file of this.#files.values()) await flush(file);
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  async close(): Promise<void> {
    for (const { handle } of this.#files.values()) await handle.close();
    this.#files.clear();
  }

  async #withRoom(): Promise<ValueFile> {
    const current = this.#files.get(this.#current);
    if (current && current.bytes < fullAt(this.bytes)) return current;
    const number = this.#current + 1;
    const next = { handle: await open(pathOf(this.#folder, number), 'wx+'), bytes: 0, flushed: null };
    this.#files.set(number, next);
    this.#current = number;
    if (current) flush(current).catch(() => {});
    return next;
  }
}

async function flush(file: ValueFile): Promise<void> {
  file.flushed ??= file.handle.datasync();
  await file.flushed;
}

async function writeAll(handle: FileHandle, values: readonly Uint8Array[], length: number, offset: number) {
  let { bytesWritten: written } = await handle.writev([...values], offset);
  if (written === length) return;
  // A disk that gets full takes a part of it, and says so at the next try.
  const all = Buffer.concat(values);
  while (written < length)
    written += (await handle.write(all, written, length - written, offset + written)).bytesWritten;
}

/** A file is complete with a sixteenth of all bytes, so that there are some to choose from, and not too many to hold open. */
const fullAt = (allBytes: number): number => Math.min(Math.max(leastFileBytes, allBytes / 16), mostFileBytes);
const leastFileBytes = 4 * 1024 * 1024;
/** Closing flushes the file that still grows, and a partition that is revoked waits for that. */
const mostFileBytes = 64 * 1024 * 1024;

const suffix = '.values';
const pathOf = (folder: string, number: number): string => join(folder, `${String(number).padStart(6, '0')}${suffix}`);
const numberIn = (name: string): number | null => {
  const digits = name.slice(0, -suffix.length);
  return name.endsWith(suffix) && /^\d{6,10}$/.test(digits) ? Number(digits) : null;
};
