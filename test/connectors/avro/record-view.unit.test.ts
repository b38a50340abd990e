import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroCodec, RecordView, RegistryFault } from '../../../connectors/avro/index.ts';
import { type AvroRecordSchema, avroSchema } from '../../../schemas/avro.ts';

type Loose = { readonly [name: string]: unknown };
/** Any contract's view, with names that the compiler doesn't know. */
type AnyView = {
  field(path: string): AnyReader;
  list(name: string): { count: number; field(path: string): AnyReader; texts(name: string): AnyReader };
  read(body: Buffer): void;
};
type AnyReader = Pick<
  ReturnType<RecordView<{ a: string }>['field']>,
  'integer' | 'double' | 'flag' | 'text' | 'is' | 'copyText' | 'texts'
>;

type Avro = avsc.Type & { fields: { name: string; type: Avro }[]; itemsType: Avro; types: Avro[] };
type Leaf = { readonly path: string; readonly kind: string };

const bare = (type: Avro): Avro => (type.types ? (type.types.find((each) => each.typeName !== 'null') as Avro) : type);

/** The values of a record type, those inside its records too. */
function leavesOf(type: Avro, before = ''): Leaf[] {
  return type.fields.flatMap(({ name, type: of }) => {
    const inner = bare(of);
    if (inner.typeName === 'record') return leavesOf(inner, `${before}${name}.`);
    if (inner.typeName !== 'array') return [{ path: before + name, kind: inner.typeName }];
    return inner.itemsType.typeName === 'string' ? [{ path: before + name, kind: 'texts' }] : [];
  });
}

const valueAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (at === null ? null : (at as Loose)[name]), value);

function read(field: AnyReader, kind: string, item: number): unknown {
  if (kind === 'texts') return field.texts(item);
  if (kind === 'string' || kind === 'enum') return field.text(item);
  if (kind === 'boolean') return field.flag(item);
  return kind === 'double' ? field.double(item) : field.integer(item);
}

const contracts = ['VideoState', 'SessionState', 'StreamState', 'ComposeJob', 'StreamFact'] as const;

/** Everything that the view of a contract can be asked, and what avsc says of the same bytes. */
function comparison(schema: AvroRecordSchema) {
  const type = avsc.Type.forSchema(schema as avsc.Schema) as Avro;
  const view = new RecordView(schema) as unknown as AnyView;
  const scalars = leavesOf(type)
    .filter(({ kind }) => kind !== 'texts')
    .map((leaf) => ({ ...leaf, field: view.field(leaf.path) }));
  const lists = type.fields
    .filter(({ type: of }) => bare(of).typeName === 'array' && bare(of).itemsType.typeName === 'record')
    .map(({ name, type: of }) => {
      const list = view.list(name);
      const leaves = leavesOf(bare(of).itemsType).map((leaf) => ({
        ...leaf,
        field: leaf.kind === 'texts' ? list.texts(leaf.path) : list.field(leaf.path),
      }));
      return { name, list, leaves };
    });
  const found = () => ({
    scalars: scalars.map(({ field, kind }) => read(field, kind, 0)),
    lists: lists.map(({ list, leaves }) =>
      Array.from({ length: list.count }, (_, n) => leaves.map(({ field, kind }) => read(field, kind, n))),
    ),
  });
  const expected = (value: unknown) => ({
    scalars: scalars.map(({ path }) => valueAt(value, path)),
    lists: lists.map(({ name, leaves }) =>
      (valueAt(value, name) as unknown[]).map((item) =>
        leaves.map(({ path, kind }) => valueAt(item, path) ?? (kind === 'texts' ? [] : null)),
      ),
    ),
  });
  return {
    type,
    view,
    found,
    expected,
    asked: scalars.length + lists.reduce((sum, { leaves }) => sum + leaves.length, 0),
  };
}

describe('a view of an encoded record', () => {
  test.each(contracts)('finds every value of a %s that decoding it gives, record after record', (name) => {
    const { type, view, found, expected, asked } = comparison(avroSchema(name));
    expect(asked).toBeGreaterThan(4);
    for (let n = 0; n < 200; n += 1) {
      const body = type.toBuffer(type.random());
      view.read(body);
      expect(found()).toEqual(expected(type.fromBuffer(body)));
    }
  });

  test('is refused for a contract with a union of records, which is decoded instead', () => {
    expect(() => new RecordView(avroSchema('TranscodeJob'))).toThrow('(field order)');
  });

  test('finds nothing in a record that is cut short, and ends on whatever bytes', () => {
    const { type, view, found } = comparison(avroSchema('VideoState'));
    const body = type.toBuffer(type.random());
    for (let length = 0; length < body.length; length += 1) {
      expect(() => view.read(body.subarray(0, length))).toThrow(RegistryFault);
    }
    expect(() => view.read(Buffer.concat([body, Buffer.from([0])]))).toThrow('it goes on');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const changed = Buffer.from(body);
          for (const [at, byte] of changes) changed[at] = byte;
          try {
            view.read(changed);
            found();
          } catch (error) {
            expect(error).toMatchObject({ code: 'BAD_AVRO', retryable: false });
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('reads lists in several blocks, with and without their sizes', () => {
    const view = new RecordView<{ items: readonly { n: number }[]; last: number }>({
      type: 'record',
      fields: [
        { name: 'items', type: { type: 'array', items: { type: 'record', fields: [{ name: 'n', type: 'long' }] } } },
        { name: 'last', type: 'long' },
      ],
    });
    const [items, last] = [view.list('items'), view.field('last')];
    const n = items.field('n');
    // Two items; then one, announced as minus one with its size of one byte; the end; the field behind.
    view.read(Buffer.from([4, 2, 4, 1, 2, 6, 0, 8]));
    expect([items.count, n.integer(0), n.integer(1), n.integer(2), last.integer(0)]).toEqual([3, 1, 2, 3, 4]);
  });

  test('takes no symbol for one that the enum does not have', () => {
    const view = new RecordView<{ e: string }>({
      type: 'record',
      fields: [{ name: 'e', type: { type: 'enum', name: 'a.E', symbols: ['X', 'Y'] } }],
    });
    const e = view.field('e');
    view.read(Buffer.from([2]));
    expect([e.text(0), e.is(0, Buffer.from('Y')), e.is(0, Buffer.from('X'))]).toEqual(['Y', true, false]);
    // Numbers minus one and two.
    for (const byte of [1, 4]) expect(() => view.read(Buffer.from([byte]))).toThrow('e has no such symbol');
  });

  test('says which name the schema does not have', () => {
    const view = new RecordView(avroSchema('VideoState')) as unknown as AnyView;
    expect(() => view.field('stream.nothing')).toThrow('the schema has no nothing');
    expect(() => view.list('kind')).toThrow('the schema has no list kind of records');
    const list = { type: 'array', items: 'string' };
    for (const type of [{ type: 'map' }, ['null', list], ['null', 'string', 'long'], 'float', 'bytes']) {
      expect(() => new RecordView({ type: 'record', fields: [{ name: 'm', type }] })).toThrow(/field m/);
    }
    const texts = new RecordView({ type: 'record', fields: [{ name: 'texts', type: list }] }) as unknown as AnyView;
    expect(() => texts.list('texts')).toThrow('the schema has no list texts of records');
  });

  test('reads what another release wrote by its own schema', async () => {
    const item = (...more: object[]) => ({
      type: 'record',
      name: 'Item',
      fields: [{ name: 'name', type: 'string' }, ...more],
    });
    const older = avsc.Type.forSchema(item({ name: 'gone', type: 'long' }) as avsc.Schema);
    const schema = item({ name: 'size', type: 'long', default: 7 });
    const codec = avroCodec<{ name: string; size: number }>(
      'items-value',
      1,
      avsc.Type.forSchema(schema as avsc.Schema),
      () => Promise.resolve(older),
    );
    const view = new RecordView<{ name: string; size: number }>(schema);
    const [name, size] = [view.field('name'), view.field('size')];
    const ours = codec.encode({ name: 'ours', size: 1 });
    expect(codec.body(ours)).toEqual(ours.subarray(5));
    const theirs = Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), older.toBuffer({ name: 'theirs', gone: 9 })]);
    view.read(await codec.body(theirs));
    expect([name.text(0), size.integer(0)]).toEqual(['theirs', 7]);
    expect(() => codec.body(Buffer.from([1, 2]))).toThrow(RegistryFault);
  });
});
