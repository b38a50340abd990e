import type { Resolver, Type } from 'avsc';
import { RegistryFault } from './fault.ts';

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
};

/** Finds the schema that a record was written with. */
export type WriterSchemas = (id: number) => Promise<Type>;

const headerBytes = 5;
/** Encoded values lie behind one another in blocks of this size: an allocation per value would cost as much as encoding. */
const blockBytes = 64 * 1024;

/**
 * A codec for one schema. Longs are exact below 2^52 (a limit of avsc): epoch milliseconds and file sizes are far from it. Reading resolves the writer's schema to ours, so that records written by older and newer
 * releases decode to the same type.
 */
export function avroCodec<T>(subject: string, id: number, type: Type, writers: WriterSchemas): Codec<T> {
  // null: the writer's schema is ours, no resolving needed.
  const resolvers = new Map<number, Resolver | null>([[id, null]]);
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let used = 0;

  async function learn(writerId: number): Promise<void> {
    const writer = await writers(writerId).catch((cause: unknown) => {
      throw new RegistryFault('UNKNOWN_SCHEMA_ID', `${subject}: the registry doesn't give schema ${writerId}`, {
        cause,
        retryable: true,
      });
    });
    try {
      resolvers.set(writerId, type.equals(writer) ? null : type.createResolver(writer));
    } catch (cause) {
      throw new RegistryFault(
        'INCOMPATIBLE_SCHEMA',
        `${subject}: records of schema ${writerId} can't be read as schema ${id}`,
        { cause },
      );
    }
  }

  function read(bytes: Buffer, writerId: number): T {
    try {
      return type.fromBuffer(bytes.subarray(headerBytes), resolvers.get(writerId) ?? undefined) as T;
    } catch (cause) {
      throw new RegistryFault('BAD_AVRO', `${subject}: ${bytes.length} bytes are no value of schema ${writerId}`, {
        cause,
      });
    }
  }

  function bodyOf(bytes: Buffer, writerId: number): Buffer {
    const ours = resolvers.get(writerId) === null;
    return ours ? bytes.subarray(headerBytes) : type.toBuffer(read(bytes, writerId));
  }

  function withWriter<R>(bytes: Uint8Array, use: (bytes: Buffer, writerId: number) => R): R | Promise<R> {
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.length < headerBytes || buffer[0] !== 0) {
      throw new RegistryFault('NOT_WIRE_FORMAT', `${subject}: ${buffer.length} bytes don't start with a schema id`);
    }
    const writerId = buffer.readInt32BE(1);
    if (resolvers.has(writerId)) return use(buffer, writerId);
    return learn(writerId).then(() => use(buffer, writerId));
  }

  return {
    encode(value) {
      for (;;) {
        let end: number;
        try {
          end = type.encode(value, block, used + headerBytes);
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
        // avsc answers minus the bytes that didn't fit.
        block = Buffer.allocUnsafeSlow(Math.max(blockBytes, block.length - end - used));
        used = 0;
      }
    },
    decode: (bytes) => withWriter(bytes, read),
    body: (bytes) => withWriter(bytes, bodyOf),
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
