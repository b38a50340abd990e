export type Kind = 'integer' | 'double' | 'boolean' | 'text' | 'enum' | 'record' | 'list';

/** What `RecordView` needs to know of a field of an Avro schema. A class, so that all of them have one shape: that is faster. */
export class Field {
  readonly name: string;
  readonly kind: Kind;
  /** A union of null and this. */
  readonly nullable: boolean;
  /** Of a record; of a list whose items are records. */
  readonly fields: readonly Field[];
  /** Of a list: the item itself, without a name. */
  readonly item: Field | null;
  /** Of an enum. */
  readonly symbols: readonly Buffer[];
  /** Column of its list's table that keeps where the value begins; -1 for a field without a reader. */
  slot = -1;

  constructor(name: string, kind: Kind, o: Partial<Pick<Field, 'nullable' | 'fields' | 'item' | 'symbols'>> = {}) {
    this.name = name;
    this.kind = kind;
    this.nullable = o.nullable ?? false;
    this.fields = o.fields ?? [];
    this.item = o.item ?? null;
    this.symbols = o.symbols ?? [];
  }

  /** The same type under another name or in another record, with slots of its own. */
  as(name: string, nullable: boolean): Field {
    const item = this.item?.as('', this.item.nullable) ?? null;
    const inner =
      item?.kind === 'record' ? item.fields : this.fields.map((field) => field.as(field.name, field.nullable));
    return new Field(name, this.kind, { nullable, item, fields: inner, symbols: this.symbols });
  }
}

const leaves: Readonly<Record<string, Kind>> = {
  int: 'integer',
  long: 'integer',
  double: 'double',
  boolean: 'boolean',
  string: 'text',
};

type Schema = string | readonly Schema[] | Described;
type Described = {
  readonly type: Schema;
  readonly name?: string;
  readonly fields?: readonly { readonly name: string; readonly type: Schema }[];
  readonly items?: Schema;
  readonly symbols?: readonly string[];
};

/**
 * The fields of a record schema.
 * @throws TypeError for what the contracts don't use: maps, floats, fixed, bytes, lists that may be null,
 * other unions than null with one type
 */
export function fieldsOf(schema: object): readonly Field[] {
  const named = new Map<string, Field>();

  function fieldOf(name: string, schema: Schema): Field {
    if (Array.isArray(schema)) {
      const [absent, type, ...more] = schema as readonly Schema[];
      if (absent !== 'null' || type === undefined || more.length > 0) throw unsupported(name, schema);
      const field = fieldOf(name, type);
      // Its items would have to be forgotten with it.
      if (field.kind === 'list') throw unsupported(name, schema);
      return field.as(name, true);
    }
    if (typeof schema === 'string') {
      const kind = leaves[schema];
      const known = kind ? new Field(name, kind) : named.get(withoutNamespace(schema))?.as(name, false);
      if (known) return known;
      throw unsupported(name, schema);
    }
    const described = schema as Described;
    const field = describe(name, described);
    if (described.name !== undefined) named.set(withoutNamespace(described.name), field);
    return field;
  }

  function describe(name: string, { type, fields = [], items, symbols = [] }: Described): Field {
    if (type === 'record')
      return new Field(name, 'record', { fields: fields.map((each) => fieldOf(each.name, each.type)) });
    if (type === 'enum') return new Field(name, 'enum', { symbols: symbols.map((symbol) => Buffer.from(symbol)) });
    if (type !== 'array' || items === undefined) return fieldOf(name, type);
    const item = fieldOf('', items);
    return new Field(name, 'list', { item, fields: item.kind === 'record' ? item.fields : [] });
  }

  return fieldOf('', schema as Schema).fields;
}

const withoutNamespace = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function unsupported(name: string, schema: Schema): TypeError {
  return new TypeError(`a RecordView reads no ${JSON.stringify(schema)} (field ${name})`);
}
