import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Failures = { readonly records: number; readonly failures: number };

/** Where the failures of an instance are kept between its runs. */
export type FailureCount = {
  /** The file, for an operator who wants to reset the count. */
  readonly place: string;
  read(): Failures;
  write(count: Failures): void;
};

const none: Failures = { records: 0, failures: 0 };

/**
 * A small file beside the stores. Synchronous: it is written after a batch with failures and before the next one; from
 * then on once in a thousand records, until the failures have faded. A folder that can't be read or written is reported
 * by the stores.
 */
export function failureCountIn(folder: string): FailureCount {
  const place = join(folder, 'failures.json');
  return {
    place,
    read() {
      try {
        const { records, failures } = JSON.parse(readFileSync(place, 'utf8')) as Partial<Failures>;
        return typeof records === 'number' && typeof failures === 'number' ? { records, failures } : none;
      } catch {
        return none;
      }
    },
    write(count) {
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(`${place}.new`, JSON.stringify(count));
        renameSync(`${place}.new`, place);
      } catch {
        // A restart then starts at zero.
      }
    },
  };
}
