import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroCodec, RegistryFault } from '../../../connectors/avro/index.ts';

type Item = { readonly name: string; readonly size: number };
const schema = (...more: object[]): avsc.Schema => ({
  type: 'record',
  name: 'Item',
  fields: [{ name: 'name', type: 'string' }, { name: 'size', type: 'long' }, ...more] as never,
});
const type = avsc.Type.forSchema(schema());
const unknown = () => Promise.reject(new Error('404'));
const codec = () => avroCodec<Item>('items-value', 7, type, unknown);

describe('the codec of a topic', () => {
  test('decodes what it encodes, whatever the size, in the wire format', () => {
    const ours = codec();
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60_000, size: 'max' }),
        fc.integer({ min: -(2 ** 31) * 2 ** 20, max: 2 ** 31 * 2 ** 20 }),
        (name, size) => {
          const bytes = ours.encode({ name, size });
          expect([bytes[0], bytes.readInt32BE(1)]).toEqual([0, 7]);
          expect(ours.decode(bytes)).toEqual({ name, size });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('reads records of an older writer with its schema, asking for it once', async () => {
    const old = avsc.Type.forSchema(schema({ name: 'note', type: 'string' }));
    let asked = 0;
    const ours = avroCodec<Item>('items-value', 7, type, async () => {
      asked += 1;
      return old;
    });
    const bytes = avroCodec<Item & { note: string }>('items-value', 3, old, unknown).encode({
      name: 'a',
      size: 1,
      note: 'gone',
    });
    expect(await ours.decode(bytes)).toEqual({ name: 'a', size: 1 });
    expect(ours.decode(bytes)).toEqual({ name: 'a', size: 1 });
    expect(asked).toBe(1);
  });

  test('says what is wrong, and never shows a value', async () => {
    const ours = codec();
    expect(() => ours.encode({ name: 'secret', size: 'x' } as unknown as Item)).toThrow(
      /VALUE_DOES_NOT_FIT|doesn't fit the schema at size/,
    );
    expect(() => ours.encode({ name: 'secret', size: 'x' } as unknown as Item)).not.toThrow(/secret/);
    const fault = (bytes: Uint8Array) => {
      try {
        void ours.decode(bytes);
      } catch (error) {
        return error instanceof RegistryFault ? error.code : String(error);
      }
      return 'decoded';
    };
    expect(fault(Buffer.from('{"a":1}'))).toBe('NOT_WIRE_FORMAT');
    expect(fault(Buffer.alloc(3))).toBe('NOT_WIRE_FORMAT');
    expect(fault(Buffer.from([0, 0, 0, 0, 7, 200]))).toBe('BAD_AVRO');
    await expect(ours.decode(Buffer.from([0, 0, 0, 0, 9, 0]))).rejects.toMatchObject({
      code: 'UNKNOWN_SCHEMA_ID',
      retryable: true,
    });
  });
});
