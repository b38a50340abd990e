import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StateStore } from '../../runtime/store/state-store.ts';

/**
 * Flips one bit of `piece` where it stands in a table of the closed store in `folder`. The states around it must be too
 * random to be compressed, else it doesn't stand there.
 */
export async function damageTable(folder: string, piece: Buffer): Promise<void> {
  // Opening turns the log, where all of a young store is, into a table.
  await (await StateStore.open(folder)).close();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const bytes = name.endsWith('.ldb') ? await readFile(path) : Buffer.alloc(0);
    const at = bytes.indexOf(piece);
    if (at < 0) continue;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return await writeFile(path, bytes);
  }
  throw new Error(`no table in ${folder} holds these bytes`);
}
