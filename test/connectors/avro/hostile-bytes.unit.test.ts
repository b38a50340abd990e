import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroCodec, RecordView, RegistryFault } from '../../../connectors/avro/index.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { Coding } from '../../../schemas/avro-coding.ts';
import { codings } from '../../../schemas/generated/codings.ts';

const names = ['VideoState', 'SessionState', 'StreamState', 'StreamFact', 'TranscodeJob', 'ComposeJob'] as const;
const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { registry: {} });
const record = (...fields: object[]) => ({ type: 'record', name: 'Item', fields });
const wire = (id: number, ...body: (number | readonly number[])[]): Buffer => {
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  return Buffer.concat([head, Buffer.from(body.flat())]);
};
/** A count of 2^28, as a block says it: plain, and negative with a size behind it. */
const huge = [0x80, 0x80, 0x80, 0x80, 0x02];
const hugeNegative = [0xff, 0xff, 0xff, 0xff, 0x01, 0x02];
const codecOf = (schema: unknown, writer: unknown = schema) =>
  avroCodec<unknown>('items-value', 7, typeOf(schema), async () => typeOf(writer));

async function codeOf(read: () => unknown): Promise<string> {
  try {
    await read();
    return 'read';
  } catch (error) {
    return error instanceof RegistryFault ? error.code : String(error);
  }
}

const texts = { type: 'array', items: 'string' };
const numbers = { type: 'map', values: 'long' };

// avsc makes room for as many items as a block says it has: 304 bytes took 2.5 GB, and the role ended, at each start anew.
describe('bytes that say more than they hold', () => {
  test.each([
    ['a list', record({ name: 'a', type: texts }), [huge]],
    ['a list whose count is negative', record({ name: 'a', type: texts }), [hugeNegative]],
    ['a map', record({ name: 'a', type: numbers }), [huge]],
    ['a text', record({ name: 'a', type: 'string' }), [huge]],
    ['bytes', record({ name: 'a', type: 'bytes' }), [huge]],
    ['a branch', record({ name: 'a', type: ['null', 'string'] }), [huge]],
    ['a symbol', record({ name: 'a', type: { type: 'enum', name: 'E', symbols: ['A'] } }), [huge]],
  ])('are refused before anything is made of them: %s', async (_what, schema, body) => {
    const before = process.memoryUsage();
    expect(await codeOf(() => codecOf(schema).decode(wire(7, ...body, [0, 0, 0])))).toBe('BAD_AVRO');
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(50_000_000);
  });

  test.each([
    ['a list that is left out', texts, [huge]],
    ['one with a size that leads back', texts, [[1, 0x81, 0x02]]],
    ['a map that is left out', numbers, [hugeNegative]],
  ])('are refused too where our schema has no such field: %s', async (_what, type, body) => {
    const codec = codecOf(
      record({ name: 'b', type: 'long', default: 0 }),
      record({ name: 'a', type }, { name: 'b', type: 'long' }),
    );
    expect(await codeOf(() => codec.decode(wire(9, ...body)))).toBe('BAD_AVRO');
  });

  test.each(names)('are read or refused in no time, whatever they are: %s', async (name) => {
    const schema = avroSchema(name);
    const type = typeOf(schema);
    const coding = codings[name] as unknown as Coding<unknown>;
    const none = () => Promise.reject(new Error('none'));
    const codec = avroCodec<unknown>(`${name}-value`, 7, type, none, systemClock, coding);
    // Of a contract with a union of records there is no view.
    const view = name === 'TranscodeJob' ? null : new RecordView<never>(schema);
    const valid = type.toBuffer(type.random());
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(valid.length), fc.constantFrom(huge, hugeNegative, [0xff])).map(([at, bad]) => {
        return Buffer.concat([valid.subarray(0, at), Buffer.from(bad), valid.subarray(at)]);
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const before = process.threadCpuUsage();
        expect(await codeOf(() => codec.decode(wire(7, [...body])))).toMatch(/^(read|BAD_AVRO)$/);
        expect(await codeOf(() => view?.read(Buffer.from(body)))).toMatch(/^(read|BAD_AVRO)$/);
        const { user } = process.threadCpuUsage(before);
        expect(user / 1000).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });

  test('what is sound is read as before', () => {
    for (const name of names) {
      const plain = typeOf(avroSchema(name));
      const codec = codecOf(avroSchema(name));
      for (let n = 0; n < 20; n += 1) {
        const body = plain.toBuffer(plain.random());
        expect(JSON.stringify(codec.decode(wire(7, [...body])))).toBe(JSON.stringify(plain.fromBuffer(body)));
      }
    }
  });
});

describe("a writer's schema that nobody can read by", () => {
  const deep = (depth: number): unknown => (depth === 0 ? 'string' : { type: 'array', items: deep(depth - 1) });
  test.each([
    ['refers to itself', record({ name: 'a', type: 'long' }, { name: 'next', type: ['null', 'Item'] })],
    [
      'has items of no bytes',
      record({ name: 'a', type: 'long' }, { name: 'b', type: { type: 'array', items: 'null' } }),
    ],
    ['has fields of no bytes', record({ name: 'a', type: 'long' }, { name: 'b', type: 'null' })],
    [
      'has empty records',
      record({ name: 'a', type: 'long' }, { name: 'b', type: { type: 'record', name: 'B', fields: [] } }),
    ],
    ['is nested too deep', record({ name: 'a', type: 'long' }, { name: 'b', type: deep(100) })],
    ['is too large', record(...Array.from({ length: 6_000 }, (_, n) => ({ name: `f${n}`, type: 'long' })))],
    ['is another one', record({ name: 'a', type: 'string' })],
  ])('is refused, once and for all records: %s', async (_what, writer) => {
    let asked = 0;
    const ours = typeOf(record({ name: 'a', type: 'long' }));
    const codec = avroCodec<unknown>('items-value', 7, ours, async () => {
      asked += 1;
      return typeOf(writer);
    });
    for (let n = 0; n < 3; n += 1)
      expect(await codeOf(() => codec.decode(wire(9, 2, 0, 0)))).toBe('INCOMPATIBLE_SCHEMA');
    expect(asked).toBe(1);
  });
});

// A registry that said of an id that there was none was asked for ever: every partition waited for one record.
describe('a schema id that the registry does not know', () => {
  const unknown = () => new RegistryFault('UNKNOWN_SCHEMA_ID', 'no such schema');
  const setUp = (ask: (id: number) => RegistryFault | null) => {
    const type = typeOf(record({ name: 'a', type: 'long' }));
    let nowMs = 0;
    const codec = avroCodec<unknown>(
      'items-value',
      7,
      type,
      async (id) => {
        const fault = ask(id);
        if (fault) throw fault;
        return type;
      },
      { monotonicMs: () => nowMs },
    );
    const retryable = async (): Promise<boolean | null> => {
      try {
        await codec.decode(wire(9, 2));
        return null;
      } catch (error) {
        return (error as RegistryFault).retryable;
      }
    };
    return { retryable, at: (ms: number) => (nowMs = ms) };
  };

  test('is waited for a minute, then refused; later it is asked for again', async () => {
    let there = false;
    const { retryable, at } = setUp((id) => (id === 7 || there ? null : unknown()));
    expect(await retryable()).toBe(true);
    at(59_000);
    expect(await retryable()).toBe(true);
    at(61_000);
    expect(await retryable()).toBe(false);
    there = true;
    expect(await retryable()).toBe(false);
    at(700_000);
    expect(await retryable()).toBeNull();
  });

  test('is waited for without end while the registry is away, or has lost our own schema too', async () => {
    let fault: RegistryFault | null = new RegistryFault('REGISTRY_AWAY', 'away', { retryable: true });
    const { retryable, at } = setUp(() => fault);
    for (const ms of [0, 100_000, 200_000]) {
      at(ms);
      expect(await retryable()).toBe(true);
    }
    fault = unknown();
    for (const ms of [300_000, 400_000]) {
      at(ms);
      expect(await retryable()).toBe(true);
    }
    fault = null;
    at(402_000);
    expect(await retryable()).toBeNull();
  });
});

// An older release read a state, dropped the field that it didn't know, and wrote the rest back: facts were lost for good.
describe('a record of a newer release', () => {
  const status = (symbols: string[]) => ({ type: 'enum', name: 'S', symbols, default: 'A' });
  const item = (...more: object[]) => ({
    type: 'array',
    items: { type: 'record', name: 'I', fields: [{ name: 'n', type: 'long' }, ...more] },
  });
  const ours = record({ name: 's', type: status(['A', 'B']) }, { name: 'items', type: item() });

  test.each([
    [
      'a field',
      record({ name: 's', type: status(['A', 'B']) }, { name: 'items', type: item() }, { name: 'x', type: 'long' }),
      [2, 0, 2],
      'x',
    ],
    [
      'a field of an item',
      record({ name: 's', type: status(['A', 'B']) }, { name: 'items', type: item({ name: 'x', type: 'long' }) }),
      [2, 0],
      'items.x',
    ],
    ['a symbol', record({ name: 's', type: status(['A', 'B', 'C']) }, { name: 'items', type: item() }), [4, 0], 's=C'],
    ['nothing', record({ name: 's', type: status(['A']) }, { name: 'items', type: item() }), [0, 0], null],
  ])('is read by the default, and said to hold more: %s', async (_what, writer, body, unknown) => {
    const codec = codecOf(ours, writer);
    const bytes = wire(9, body);
    expect(await codec.decode(bytes)).toMatchObject({ items: [] });
    expect(codec.unknownIn(bytes)).toBe(unknown);
  });

  test("counts only where it is of our topic: a stranger's schema may have what it wants", async () => {
    const writer = record(
      { name: 's', type: status(['A']) },
      { name: 'items', type: item() },
      { name: 'x', type: 'long' },
    );
    const schemas = Object.assign(async () => typeOf(writer), { isOf: async () => false });
    const codec = avroCodec<unknown>('items-value', 7, typeOf(ours), schemas);
    const bytes = wire(9, 0, 0, 2);
    await codec.decode(bytes);
    expect(codec.unknownIn(bytes)).toBeNull();
  });
});
