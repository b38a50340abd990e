import type { Readable } from 'node:stream';

/** Memory set aside for bodies, from their first byte until they are durable. */
export type BodyMemory = {
  /** True when no further request should begin. */
  readonly full: boolean;
  take(bytes: number): void;
  give(bytes: number): void;
};

export function bodyMemory(limitBytes: number): BodyMemory {
  let held = 0;
  return {
    get full() {
      return held > limitBytes;
    },
    take(bytes) {
      held += bytes;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

/** A body that was not read to its end. The connection can't be used any further. */
export class BodyRefused extends Error {
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string) {
    super(`the body was refused: ${code}`);
    this.name = 'BodyRefused';
    this.statusCode = statusCode;
    this.code = code;
  }
}

const nothing = Buffer.alloc(0);

/**
 * Reads a body of at most `limitBytes`. What has arrived counts as held from then on, so that thousands of slow or huge
 * uploads under one stolen signature can't fill the memory either; who gets the body gives its length back.
 * @param declaredBytes the request's content-length, NaN where there is none
 */
export function readBody(
  stream: Readable,
  declaredBytes: number,
  limitBytes: number,
  memory: BodyMemory,
  done: (error: BodyRefused | null, body: Buffer) => void,
): void {
  if (declaredBytes > limitBytes) {
    done(new BodyRefused(413, 'oversize'), nothing);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  let ended = false;

  function end(error: BodyRefused | null): void {
    // A connection that is cut later on is told here too.
    if (ended) return;
    ended = true;
    if (error === null) {
      done(null, whole(chunks, length));
    } else {
      stream.removeListener('data', onData);
      memory.give(length);
      done(error, nothing);
    }
  }
  function onData(chunk: Buffer): void {
    length += chunk.length;
    memory.take(chunk.length);
    chunks.push(chunk);
    if (length > limitBytes) end(new BodyRefused(413, 'oversize'));
    else if (memory.full) end(new BodyRefused(503, 'OVERLOADED'));
  }
  const onEnd = () => end(null);
  const onError = () => end(new BodyRefused(400, 'aborted'));
  stream.on('data', onData).on('end', onEnd).on('error', onError);
}

/** One chunk is taken as it is, unless it is a view of something larger, such as a connection's read buffer: that would be kept. */
function whole(chunks: readonly Buffer[], length: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first?.buffer.byteLength === length ? first : Buffer.concat(chunks, length);
}
