import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Flushes the logs of a LevelDB folder. A flushed write flushes the log that it goes to; the one before that, whose
 * content LevelDB is still turning into a table, isn't flushed by anything.
 */
export async function flushLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith('.log')) await flush(join(folder, name));
  }
}

async function flush(path: string): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    // Deleted meanwhile: the table that replaces it is flushed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
