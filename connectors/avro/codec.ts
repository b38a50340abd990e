import type { Type } from 'avsc';
import { type Clock, systemClock } from '../../platform/host/index.ts';
import type { Coding } from '../../schemas/avro-coding.ts';
import { withBoundedReads } from './bounded-reads.ts';
import { RegistryFault } from './fault.ts';
import { RecordReader } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';
import { type Writer, type WriterSchemas, Writers } from './writers.ts';

/**
 * Turns values into the registry's wire format and back: a zero byte, the schema id (4 bytes, big endian), the Avro
 * body. `decode` answers at once where the writer's schema is known and with a promise the first time an id is seen.
 */
export type Codec<T> = {
  /** @throws RegistryFault (`VALUE_DOES_NOT_FIT`) naming the field when `value` doesn't match the schema. */
  encode(value: T): Buffer;
  /** @throws RegistryFault (`NOT_WIRE_FORMAT`, `UNKNOWN_SCHEMA_ID`, `BAD_AVRO`); the promise rejects with the same. */
  decode(bytes: Uint8Array): T | Promise<T>;
  /**
   * The Avro body alone, as our schema writes it: the same bytes, or written anew where another release wrote them. A
   * `RecordView` reads it. Answers and throws as `decode` does; that the bytes are a value it doesn't check.
   */
  body(bytes: Uint8Array): Buffer | Promise<Buffer>;
  /**
   * Of bytes that were decoded: the first field or symbol that a newer release wrote and this one leaves out; null for
   * none. Such a value must not be written back: what this release doesn't know would be lost.
   */
  unknownIn(bytes: Uint8Array): string | null;
};

const headerBytes = 5;
/** Encoded values lie behind one another in blocks of this size: an allocation per value would cost as much as encoding. */
const blockBytes = 64 * 1024;

/**
 * A codec for one schema. Longs are exact below 2^52 (a limit of avsc): epoch milliseconds and file sizes are far from it. Reading resolves the writer's schema to ours, so that records written by older and newer
 * releases decode to the same type. `coding` is the schema's generated one: the same bytes and values at half the cost or less, but for
 * a lone surrogate: it writes U+FFFD (EF BF BD), as UTF-8 wants it, where avsc writes ED A0 80 and the like in texts of up to 64 bytes, which is no UTF-8.
 */
export function avroCodec<T>(
  subject: string,
  id: number,
  type: Type,
  schemas: WriterSchemas,
  clock: Pick<Clock, 'monotonicMs'> = systemClock,
  coding: Coding<T> | null = null,
): Codec<T> {
  const writers = new Writers(subject, id, withBoundedReads(type), schemas, clock);
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let used = 0;
  const out = new RecordWriter();
  const from = new RecordReader();

  /** Where the value ends that begins there; minus the bytes that didn't fit. @throws what avsc throws */
  function write(value: T, begin: number): number {
    if (coding !== null) {
      try {
        out.begin(block, begin);
        coding.encode(out, value);
        return out.position <= block.length ? out.position : block.length - out.position;
      } catch {
        // A field that is left out may have a default; and avsc names what doesn't fit.
      }
    }
    return type.encode(value, block, begin);
  }

  function read(bytes: Buffer, { resolver }: Writer): T {
    if (coding !== null && resolver === null) {
      try {
        from.begin(bytes, headerBytes);
        const value = coding.decode(from);
        if (from.isAtEnd) return value;
      } catch {
        // It takes what encoders write; avsc takes all that the encoding allows, and says what is wrong with the rest.
      }
    }
    try {
      return type.fromBuffer(bytes.subarray(headerBytes), resolver ?? undefined) as T;
    } catch (cause) {
      const message = `${subject}: ${bytes.length} bytes are no value of schema ${bytes.readInt32BE(1)}`;
      throw new RegistryFault('BAD_AVRO', message, { cause });
    }
  }

  function bodyOf(bytes: Buffer, writer: Writer): Buffer {
    if (writer.resolver === null) return bytes.subarray(headerBytes);
    const value = read(bytes, writer);
    try {
      return type.toBuffer(value);
    } catch (cause) {
      throw new RegistryFault('BAD_AVRO', `${subject}: ${misfit(type, value)}`, { cause });
    }
  }

  function withWriter<R>(bytes: Uint8Array, use: (bytes: Buffer, writer: Writer) => R): R | Promise<R> {
    const buffer = inWireFormat(bytes);
    const writer = writers.of(buffer.readInt32BE(1));
    return writer instanceof Promise ? writer.then((learnt) => use(buffer, learnt)) : use(buffer, writer);
  }

  function inWireFormat(bytes: Uint8Array): Buffer {
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.length >= headerBytes && buffer[0] === 0) return buffer;
    throw new RegistryFault('NOT_WIRE_FORMAT', `${subject}: ${buffer.length} bytes don't start with a schema id`);
  }

  return {
    encode(value) {
      for (;;) {
        let end: number;
        try {
          end = write(value, used + headerBytes);
        } catch (cause) {
          throw new RegistryFault('VALUE_DOES_NOT_FIT', `${subject}: ${misfit(type, value)}`, { cause });
        }
        if (end >= 0) {
          const out = block.subarray(used, end);
          out[0] = 0;
          out.writeInt32BE(id, 1);
          used = end;
          return out;
        }
        block = Buffer.allocUnsafeSlow(Math.max(blockBytes, block.length - end - used));
        used = 0;
      }
    },
    decode: (bytes) => withWriter(bytes, read),
    body: (bytes) => withWriter(bytes, bodyOf),
    unknownIn: (bytes) => writers.unknownOf(inWireFormat(bytes).readInt32BE(1)),
  };
}

/** Names the first field that doesn't fit, without its value (values may be private). */
function misfit(type: Type, value: unknown): string {
  let path = '';
  type.isValid(value, {
    errorHook: (at: string[]) => {
      path ||= at.join('.');
    },
  });
  return `the value doesn't fit the schema at ${path || 'its root'}`;
}
