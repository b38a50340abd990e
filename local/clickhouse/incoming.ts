import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineRefusal } from './status.ts';

/** Rows of an INSERT as they came in, in a file that ends with its last reader. */
export type IncomingRows = {
  /** To be read from by this process. */
  readonly path: string;
  readonly bytes: number;
  /** Content encoding of the rows, `none` for none. */
  readonly compression: string;
  close(): Promise<void>;
};

/** An open file needs no name on Linux, so that nothing is left of it however this process ends. */
const nameless = process.platform === 'linux';

/**
 * Writes rows to a file in `folder`: a body of any size is never in the memory of Node.
 * @throws EngineRefusal `TOO_LARGE` beyond `mostBytes`; the body's own error where it breaks off
 */
export async function saveRows(
  body: AsyncIterable<Buffer>,
  folder: string,
  compression: string,
  mostBytes: number,
): Promise<IncomingRows> {
  const name = join(folder, randomUUID());
  const file = await open(name, 'wx+', 0o600);
  const close = async () => {
    await file.close();
    if (!nameless) await rm(name, { force: true });
  };
  try {
    if (nameless) await rm(name);
    const bytes = await write(body, file, mostBytes);
    return { path: nameless ? `/proc/self/fd/${file.fd}` : name, bytes, compression, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function write(body: AsyncIterable<Buffer>, file: FileHandle, mostBytes: number): Promise<number> {
  let bytes = 0;
  async function* counted() {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw tooLarge(mostBytes);
      yield chunk;
    }
  }
  await file.writeFile(counted());
  return bytes;
}

export const tooLarge = (mostBytes: number): EngineRefusal =>
  new EngineRefusal(307, `The body is larger than ${mostBytes} bytes: send it in parts. (TOO_MANY_BYTES)`);
