import { writeSync } from 'node:fs';

/** Where a logger writes its lines. */
export type LogDestination = { write(line: string): void };

/** A reader that has no room gets so many tries of so long each, then the line is lost. */
const crowded = { tries: 20, pauseMs: 5 };

/**
 * Writes lines to a file descriptor at once, so that what was said last is there also after a kill. A line that can't be
 * written (a full disk, a reader that is gone) is counted and forgotten: a log may never end what it tells of.
 */
export function logDestination(fd: number, onLost: () => void): LogDestination {
  return {
    write(line) {
      try {
        writeAll(fd, Buffer.from(line));
      } catch {
        onLost();
      }
    },
  };
}

function writeAll(fd: number, bytes: Buffer): void {
  let written = 0;
  let tries = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
      tries = 0;
    } catch (error) {
      tries += 1;
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries > crowded.tries) throw error;
      Atomics.wait(pause, 0, 0, crowded.pauseMs);
    }
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));
