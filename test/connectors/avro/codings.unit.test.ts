/**
 * The generated encoders and decoders against avsc: the same bytes and values for whatever the schema can hold, and nothing else is
 * taken. One difference is meant: a lone surrogate, below; the texts of the other tests have none.
 */
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avroCodec } from '../../../connectors/avro/index.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { type AvroSchemaName, avroSchema } from '../../../schemas/avro.ts';
import type { Coding } from '../../../schemas/avro-coding.ts';
import { type Encoder, listOf } from '../../../schemas/avro-sink.ts';
import { codings } from '../../../schemas/generated/codings.ts';
import { check } from '../../support/property.ts';

const names = Object.keys(codings) as AvroSchemaName[];
const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema);
const codingOf = (name: AvroSchemaName) => codings[name] as unknown as Coding<unknown>;
const noOthers = () => Promise.reject(new Error('no such schema'));
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('', 'x'.repeat(24), 'x'.repeat(25), 'é'.repeat(24), 'x'.repeat(63), 'x'.repeat(64), 'é'.repeat(63)),
  fc.constantFrom('x'.repeat(8_191), 'x'.repeat(8_192), 'é'.repeat(5_000), '漢'.repeat(40), `${'x'.repeat(23)}é`),
);
const most = Number.MAX_SAFE_INTEGER - 1;
const long = fc.oneof(
  fc.maxSafeInteger().map((number) => Math.max(-most, Math.min(most, number))),
  fc.integer({ min: -200, max: 200 }),
  fc.constantFrom(2 ** 27, 2 ** 27 - 1, 2 ** 28, 2 ** 31, -(2 ** 27), 2 ** 34, most, -most, 1_772_359_204_000),
);

type Field = { readonly name: string; readonly type: avsc.Type };
type Inside = avsc.Type & {
  readonly fields?: readonly Field[];
  readonly symbols?: readonly string[];
  readonly itemsType?: avsc.Type;
  readonly types?: readonly avsc.Type[];
};

/** Any value of a type. Several records in a union are told apart by an object of their name. */
function anyOf(type: Inside): fc.Arbitrary<unknown> {
  const { fields = [], symbols = [], itemsType, types = [] } = type;
  switch (type.typeName) {
    case 'record':
      return fc.record(Object.fromEntries(fields.map((field) => [field.name, anyOf(field.type)])), {
        noNullPrototype: true,
      });
    case 'array':
      return itemsType ? fc.array(anyOf(itemsType), { maxLength: 3 }) : fc.constant([]);
    case 'enum':
      return fc.constantFrom(...symbols);
    case 'union:unwrapped':
      return fc.oneof(...types.map(anyOf));
    case 'union:wrapped':
      return fc.oneof(
        ...types.map((branch) =>
          branch.typeName === 'null'
            ? fc.constant(null)
            : anyOf(branch).map((value) => ({ [branch.branchName ?? '']: value })),
        ),
      );
    case 'null':
      return fc.constant(null);
    case 'string':
      return text;
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'double':
      return fc.double();
    default:
      // Times are longs.
      return long;
  }
}

describe.each(names)('the coding of %s', (name) => {
  const type = typeOf(avroSchema(name));
  const codec = avroCodec<unknown>(name, 1, type, noOthers, systemClock, codingOf(name));

  it('writes what avsc writes', () => {
    check(
      `bytes of ${name}`,
      fc.property(anyOf(type), (value) => {
        expect(codec.encode(value).subarray(5).equals(type.toBuffer(value))).toBe(true);
      }),
    );
  });

  it('reads what avsc reads, by itself', () => {
    const unread = Object.create(type, {
      fromBuffer: {
        value: () => {
          throw new Error('left to avsc');
        },
      },
    }) as avsc.Type;
    const own = avroCodec<unknown>(name, 1, unread, noOthers, systemClock, codingOf(name));
    check(
      `values of ${name}`,
      fc.property(anyOf(type), (value) => {
        const bytes = codec.encode(value);
        expect(own.decode(bytes)).toEqual(structuredClone(type.fromBuffer(bytes.subarray(5))));
      }),
    );
  });

  it('reads and refuses what avsc does, whatever became of the bytes', () => {
    const slow = avroCodec<unknown>(name, 1, type, noOthers);
    const told = (read: () => unknown) => {
      try {
        return structuredClone(read());
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    const change = fc.tuple(fc.nat(2_000), fc.nat(2), fc.uint8Array({ maxLength: 10 }));
    check(
      `bytes of ${name}, changed`,
      fc.property(anyOf(type), change, (value, [at, gone, put]) => {
        const bytes = codec.encode(value);
        const place = 5 + (at % (bytes.length - 4));
        const changed = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + gone)]);
        expect(told(() => codec.decode(changed))).toEqual(told(() => slow.decode(changed)));
      }),
    );
  });
});

// Numbers are added up in floating point: of so many bytes the factor is infinite, and infinity times nothing is no number.
it('a long of hundreds of bytes is refused, as avsc refuses it', () => {
  const type = typeOf(avroSchema('StreamState'));
  const codec = avroCodec<unknown>('states', 1, type, noOthers, systemClock, codingOf('StreamState'));
  const [state] = fc.sample(anyOf(type), 1) as [Record<string, unknown>];
  const stream = { domainName: '', appName: '', streamName: '' };
  const bytes = Buffer.from(codec.encode({ ...state, stream, revision: 0 }));
  // The head takes five bytes and the empty names three.
  const long = Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(200, 0x80), bytes.subarray(8)]);
  expect(() => codec.decode(long)).toThrow(expect.objectContaining({ code: 'BAD_AVRO' }));
});

// Half of a character is none that UTF-8 can write. avsc writes three bytes that no strict reader takes; ours are U+FFFD.
it.each(['\ud800', 'a\udc00b', `${'x'.repeat(30)}\ud800`])(
  'a lone surrogate is U+FFFD, other than with avsc (%j)',
  (token) => {
    const type = typeOf(avroSchema('ComposeJob'));
    const codec = avroCodec<unknown>('jobs', 1, type, noOthers, systemClock, codingOf('ComposeJob'));
    const [job] = fc.sample(anyOf(type), 1) as [Record<string, unknown>];
    const bytes = codec.encode({ ...job, token });
    const replaced = token.toWellFormed();
    expect(bytes.equals(codec.encode({ ...job, token: replaced }))).toBe(true);
    expect(bytes.includes(Buffer.from([0xef, 0xbf, 0xbd]))).toBe(true);
    expect(bytes.subarray(5).equals(type.toBuffer({ ...job, token }))).toBe(false);
    expect(codec.decode(bytes)).toMatchObject({ token: replaced });
  },
);

it('short texts are told apart, whichever were read before', () => {
  const type = typeOf(avroSchema('ComposeJob'));
  const codec = avroCodec<unknown>('jobs', 1, type, noOthers, systemClock, codingOf('ComposeJob'));
  const [job] = fc.sample(anyOf(type), 1) as [Record<string, unknown>];
  // Far more than are remembered, each of them twice.
  for (let n = 0; n < 6_000; n += 1) {
    const token = `t${(n >> 1) * 7_919}`;
    expect(codec.decode(codec.encode({ ...job, token }))).toMatchObject({ token });
  }
});

it('a list in blocks that tell their size is read too, as others may write it', () => {
  const type = typeOf(avroSchema('ComposeJob'));
  const [job] = fc.sample(anyOf(type), 1) as [Record<string, unknown>];
  const value = { ...job, token: '', sessionId: '', stream: { domainName: '', appName: '', streamName: '' } };
  const codec = avroCodec<unknown>('jobs', 1, type, noOthers, systemClock, codingOf('ComposeJob'));
  const bytes = Buffer.from(codec.encode({ ...value, videoIds: ['a'] }));
  // Behind the header and five empty texts: one item, the text, the end.
  const [list, item] = [10, Buffer.from([2, 97])];
  expect(bytes.subarray(list, list + 4)).toEqual(Buffer.from([2, ...item, 0]));
  const sized = Buffer.concat([bytes.subarray(0, list), Buffer.from([1, 4]), bytes.subarray(list + 1)]);
  expect(codec.decode(sized)).toEqual(codec.decode(bytes));
});

describe('what a schema can not hold', () => {
  const fields = {
    text: ['string', 'a', [1, null, undefined, ['a']]],
    int: ['int', 1, [1.5, 2 ** 31, '1', null, Number.NaN]],
    long: ['long', 1, [1.5, most + 1, -most - 1, '1', null, Number.POSITIVE_INFINITY]],
    number: ['double', 1.5, ['1', null]],
    flag: ['boolean', true, [1, null, 'true']],
    list: [{ type: 'array', items: 'string' }, ['a'], ['a', null, { length: 1 }]],
  } as const;
  const good = Object.fromEntries(Object.entries(fields).map(([name, [, value]]) => [name, value]));
  const type = typeOf({
    type: 'record',
    name: 'Probe',
    fields: Object.entries(fields).map(([name, [of]]) => ({ name, type: of })),
  });
  const unread = () => {
    throw new Error('only avsc reads it');
  };
  const encoder: Encoder<Record<string, never>> = (out, value) => {
    out.text(value.text as never);
    out.int(value.int as never);
    out.long(value.long as never);
    out.double(value.number as never);
    out.boolean(value.flag as never);
    for (const item of listOf(value.list as unknown as string[])) out.text(item);
  };
  const codec = avroCodec<unknown>('probe', 1, type, noOthers, systemClock, {
    encode: encoder as Encoder<unknown>,
    decode: unread,
  });

  it.each(Object.entries(fields).flatMap(([name, [, , bad]]) => bad.map((value) => [name, value] as const)))(
    '%s is not %s, and the field is named',
    (name, value) => {
      expect(() => codec.encode({ ...good, [name]: value })).toThrow(new RegExp(`doesn't fit the schema at ${name}`));
    },
  );

  it('an enum has no other symbols, and a record no missing fields', () => {
    const state = typeOf(avroSchema('StreamFact'));
    const facts = avroCodec<unknown>('facts', 1, state, noOthers, systemClock, codingOf('StreamFact'));
    const [fact] = fc.sample(anyOf(state), 1) as [Record<string, unknown>];
    expect(() => facts.encode({ ...fact, kind: 'FILM' })).toThrow(/at kind/);
    expect(() => facts.encode({ ...fact, videoId: undefined })).toThrow(/at videoId/);
  });
});

it('values that fill a block to its end are whole, and one larger than a block gets one of its own', () => {
  const type = typeOf(avroSchema('ComposeJob'));
  const codec = avroCodec<unknown>('jobs', 1, type, noOthers, systemClock, codingOf('ComposeJob'));
  const [job] = fc.sample(anyOf(type), 1) as [Record<string, unknown>];
  for (const length of [...Array.from({ length: 200 }, (_, index) => 1_000 + index), 70_000, 10, 200_000]) {
    const value = { ...job, token: 'é'.repeat(length) };
    expect(type.fromBuffer(codec.encode(value).subarray(5))).toEqual(type.fromBuffer(type.toBuffer(value)));
  }
});
