import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StateStore } from '../../runtime/store/state-store.ts';

/** Flips one bit of `piece` where it stands in a table, or among the values, of the closed store in `folder`. */
export async function damageTable(folder: string, piece: Buffer): Promise<void> {
  // Opening turns the log, where all of a young store is, into a table.
  await (await StateStore.open(folder)).close();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const bytes = /\.(ldb|values)$/.test(name) ? await readFile(path) : Buffer.alloc(0);
    const at = bytes.indexOf(piece);
    if (at < 0) continue;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return await writeFile(path, bytes);
  }
  throw new Error(`neither tables nor values in ${folder} hold these bytes`);
}
