import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Budget } from '../budgets.ts';

/** Bytes of all files below a folder. */
export async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // A running store may have dropped it by now.
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

/** Those of the sizes for which the disk has room, with as much left for others; says which it leaves out. */
export async function withRoom(
  sizes: readonly number[],
  o: { readonly folder: string; readonly bytesPerVideo: number; readonly print: (line: string) => void },
): Promise<number[]> {
  const { bavail, bsize } = await statfs(o.folder);
  const free = bavail * bsize;
  return sizes.filter((videos) => {
    const needed = 2 * videos * o.bytesPerVideo;
    if (needed <= free) return true;
    o.print(
      `LEFT OUT: ${videos} videos need ${gigabytes(needed)} free in ${o.folder}, and there are ${gigabytes(free)}`,
    );
    return false;
  });
}

/** Sizes that were wanted and have no figures: each misses a budget of its own. */
export const leftOut = (wanted: readonly number[], measured: readonly number[]): Budget[] =>
  wanted
    .filter((videos) => !measured.includes(videos))
    .map((videos) => ({ name: `measured with ${videos} videos`, value: Number.NaN, least: 1 }));

const gigabytes = (bytes: number): string => `${Math.ceil(bytes / 1e9)} GB`;
