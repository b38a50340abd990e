import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Clock } from '../platform/host/index.ts';

export type LogOutputOptions = {
  /** A file to append to, or a file descriptor of ours. */
  readonly to: string | number;
  readonly clock: Clock;
  /** Called once when something can't be written, and again after it could meanwhile. */
  readonly onLost?: (error: unknown) => void;
};

/** What waits for a disk or a reader that stands still, at most; more is dropped. */
const waitingBytesLimit = 4 * 1024 * 1024;
/** Of one line; a longer one is passed on in pieces, between which another role's line may come. */
const lineBytesLimit = 64 * 1024;
/** Between two tries to open what can't be written. */
const openEveryMs = 2_000;

/**
 * Passes on what a process says until it ends. What can't be written is dropped, with a line that says how much as soon as
 * there can be one: neither the process nor this one may wait for the log, or end because of it.
 */
export function passOn(source: Readable, options: LogOutputOptions): void {
  const { to, clock, onLost } = options;
  let stream: WriteStream | null = null;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  /** Given to the stream, and not written yet. */
  let waitingBytes = 0;
  let lostBytes = 0;

  function open(): WriteStream | null {
    if (stream !== null || clock.monotonicMs() - failedAtMs < openEveryMs) return stream;
    const opened =
      typeof to === 'number'
        ? createWriteStream('', { fd: to, autoClose: false })
        : createWriteStream(to, { flags: 'a' });
    opened.on('error', (error) => {
      lostBytes += waitingBytes;
      waitingBytes = 0;
      failedAtMs = clock.monotonicMs();
      if (stream === opened) stream = null;
      onLost?.(error);
    });
    stream = opened;
    return opened;
  }

  function write(bytes: Buffer): void {
    const opened = open();
    if (opened === null || waitingBytes + bytes.length > waitingBytesLimit) {
      lostBytes += bytes.length;
      return;
    }
    if (lostBytes > 0) {
      opened.write(`${JSON.stringify({ level: 'warn', lostBytes, msg: 'a part of the log could not be written' })}\n`);
      lostBytes = 0;
    }
    waitingBytes += bytes.length;
    opened.write(bytes, (error) => {
      if (!error) waitingBytes -= bytes.length;
    });
  }

  // Whole lines, since several roles may write to one place.
  let begun: Buffer = Buffer.alloc(0);
  source.on('data', (chunk: Buffer) => {
    const all = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    const lines = all.lastIndexOf(10) + 1;
    const whole = all.length - lines > lineBytesLimit ? all.length : lines;
    begun = all.subarray(whole);
    if (whole > 0) write(all.subarray(0, whole));
  });
  source.on('error', () => {});
  source.once('end', () => {
    if (begun.length > 0) write(begun);
    stream?.end();
  });
}
