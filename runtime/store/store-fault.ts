import { Fault } from '../../platform/faults.ts';

/**
 * What is wrong with a state store and what follows:
 * - `STORE_CORRUPT`: it is discarded and rebuilt from its topic;
 * - `STORE_LOCKED`: another process uses it; stop;
 * - `STORE_FOLDER`: the folder can't be used (missing, read-only, no permission); stop;
 * - `DISK_FULL`: stop. The store stays what it was after its last complete batch.
 */
export type StoreFaultCode = 'STORE_CORRUPT' | 'STORE_LOCKED' | 'STORE_FOLDER' | 'DISK_FULL';

export class StoreFault extends Fault<StoreFaultCode> {
  override readonly name = 'StoreFault';
  readonly folder: string;

  constructor(code: StoreFaultCode, folder: string, message: string, cause: unknown) {
    super(message, { code, cause });
    this.folder = folder;
  }
}

/** `doing` says what was tried with the store in `folder`, e.g. `read`. */
export function storeFault(doing: string, folder: string, error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const text = chain(error);
  if (/ENOSPC|No space left/i.test(text)) {
    return new StoreFault(
      'DISK_FULL',
      folder,
      `cannot ${doing} the state store ${folder}: the disk is full. Free some space and start again; nothing is lost`,
      error,
    );
  }
  if (/LEVEL_LOCKED|already held by process|lock .*LOCK: /i.test(text)) {
    return new StoreFault(
      'STORE_LOCKED',
      folder,
      `cannot ${doing} the state store ${folder}: another process holds it. Give each instance its own name`,
      error,
    );
  }
  if (
    /EACCES|EROFS|EEXIST|ENOENT|ENOTDIR|EPERM|EMFILE|Permission denied|Read-only file system|Too many open files/i.test(
      text,
    )
  ) {
    return new StoreFault(
      'STORE_FOLDER',
      folder,
      `cannot ${doing} the state store ${folder}: ${text}. Make LIVE2VOD_HOME a writable folder`,
      error,
    );
  }
  return new StoreFault('STORE_CORRUPT', folder, `cannot ${doing} the state store ${folder}: ${text}`, error);
}

export const corrupt = (folder: string, what: string): StoreFault =>
  new StoreFault('STORE_CORRUPT', folder, `the state store ${folder} can't be used: ${what}`, undefined);

/** Codes and messages of an error and its causes. */
function chain(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error; e instanceof Error && parts.length < 8; e = e.cause) {
    const code = (e as { code?: unknown }).code;
    parts.push(typeof code === 'string' ? `${code} ${e.message}` : e.message);
  }
  return parts.length > 0 ? parts.join(': ') : String(error);
}
