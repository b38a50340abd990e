import { asBuffer } from '../connectors/kafka/index.ts';
import type { TopicId } from '../schemas/topics.ts';

/**
 * A topic's values in bytes and back. `decode` returns a promise only when it has to fetch a writer schema that it sees
 * for the first time. A retryable `Fault` means that the registry is away and the call may succeed later; any other error
 * means that this value can't be encoded or these bytes can't be read.
 */
export type Codec<T> = {
  encode(value: T): Buffer;
  /** Of a state it must not keep the bytes: their memory is used again. */
  decode(bytes: Buffer): T | Promise<T>;
  /** Of bytes that were decoded: what a newer release wrote and `decode` leaves out; null for nothing. */
  unknownIn?(bytes: Buffer): string | null;
};

/** Topics without an entry carry plain bytes. */
export type Codecs = { readonly [id in TopicId]?: Codec<unknown> };

export const rawBytes: Codec<unknown> = {
  encode: (value) => {
    if (value instanceof Uint8Array) return asBuffer(value);
    throw new TypeError('a topic without a codec takes bytes only');
  },
  decode: (bytes) => bytes,
};

/** For states, which may be read from memory that is used again. */
export const copiedBytes: Codec<unknown> = { encode: rawBytes.encode, decode: (bytes) => Buffer.from(bytes) };
