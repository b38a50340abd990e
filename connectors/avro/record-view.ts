import { type Field, fieldsOf } from './avro-fields.ts';
import { bad, Cursor, FieldReader, Table } from './field-reader.ts';

/** Names of the values in a record and in the records inside it, lists aside: `kind`, `stream.appName`. */
export type ValuePath<T> = {
  [K in keyof T & string]: NonNullable<T[K]> extends readonly unknown[]
    ? never
    : NonNullable<T[K]> extends object
      ? `${K}.${ValuePath<NonNullable<T[K]>>}`
      : K;
}[keyof T & string];

/** Names of the lists in a record. */
export type ListName<T> = {
  [K in keyof T & string]: NonNullable<T[K]> extends readonly unknown[] ? K : never;
}[keyof T & string];

type ItemOf<T> = NonNullable<T> extends readonly (infer I)[] ? I : never;

/**
 * Reads single fields of an encoded record without decoding the rest. Decoding a state makes hundreds of objects; a caller
 * that only writes its values elsewhere pays a fifth of that here. Take the readers of all fields by name before the first
 * record; then `read` walks over a record and notes where each field begins. One record at a time.
 *
 *     const view = new RecordView<VideoState>(avroSchema('VideoState'));
 *     const cover = view.field('coverUrl');
 *     view.read(codec.body(record.value));
 *     cover.text(0); // null or the URL
 */
export class RecordView<T> {
  readonly #fields: readonly Field[];
  readonly #tables = new Map<Field, Table>();
  readonly #top: Table;
  readonly #cursor = new Cursor();

  /** @throws TypeError for a schema that it can't walk over */
  constructor(schema: object) {
    this.#fields = fieldsOf(schema);
    this.#top = new Table();
    this.#top.count = 1;
  }

  /** The reader of a field of the record; its item is 0. */
  field(path: ValuePath<T>): FieldReader {
    return readerOf(path, this.#fields, this.#top, this.#cursor);
  }

  list<N extends ListName<T>>(name: N): ListView<ItemOf<T[N]>> {
    const field = this.#fields.find((each) => each.name === name && each.kind === 'list');
    if (field?.item?.kind !== 'record' || field.item.nullable)
      throw new TypeError(`the schema has no list ${name} of records`);
    const table = this.#tables.get(field) ?? new Table();
    this.#tables.set(field, table);
    return new ListView(name, field.fields, table, this.#cursor);
  }

  /**
   * Takes the next record: its Avro body without the registry's header, whose bytes must not change as long as fields are read.
   * @throws RegistryFault `BAD_AVRO` where the bytes are no record of the schema
   */
  read(body: Buffer): void {
    this.#cursor.bytes = body;
    this.#cursor.at = 0;
    this.#top.makeRoom();
    this.#record(this.#fields, this.#top, 0);
    if (this.#cursor.at > body.length) throw bad(body, 'it is cut short');
    if (this.#cursor.at < body.length) throw bad(body, 'it goes on');
  }

  #record(fields: readonly Field[], table: Table | null, base: number): void {
    const cursor = this.#cursor;
    for (let n = 0; n < fields.length; n += 1) {
      const field = fields[n] as Field;
      if (field.nullable && cursor.absent()) {
        if (table) forget(field, table, base);
        continue;
      }
      if (table && field.slot >= 0) table.slots[base + field.slot] = cursor.at;
      this.#value(field, table, base);
    }
  }

  #value(field: Field, table: Table | null, base: number): void {
    const cursor = this.#cursor;
    switch (field.kind) {
      case 'text':
        cursor.skipText();
        break;
      case 'integer':
        cursor.skipInteger();
        break;
      case 'enum':
        cursor.symbol(field);
        break;
      case 'double':
        cursor.at += 8;
        break;
      case 'boolean':
        cursor.at += 1;
        break;
      case 'record':
        this.#record(field.fields, table, base);
        break;
      case 'list':
        this.#list(field, this.#tables.get(field) ?? null);
    }
  }

  #list({ item, fields, name }: Field, table: Table | null): void {
    const cursor = this.#cursor;
    if (table) table.count = 0;
    for (let left = cursor.block(); left > 0; left = cursor.block()) {
      for (; left > 0; left -= 1) {
        if (cursor.at >= cursor.bytes.length) throw bad(cursor.bytes, `${name} is cut short`);
        if (item?.kind !== 'record' || item.nullable) {
          if (item && !(item.nullable && cursor.absent())) this.#value(item, null, 0);
          continue;
        }
        if (table) {
          table.count += 1;
          table.makeRoom();
        }
        this.#record(fields, table, table ? (table.count - 1) * table.width : 0);
      }
    }
  }
}

/** The records of a list. */
export class ListView<T> {
  readonly name: string;
  readonly #fields: readonly Field[];
  readonly #table: Table;
  readonly #cursor: Cursor;

  constructor(name: string, fields: readonly Field[], table: Table, cursor: Cursor) {
    this.name = name;
    this.#fields = fields;
    this.#table = table;
    this.#cursor = cursor;
  }

  /** How many items the record has. */
  get count(): number {
    return this.#table.count;
  }

  /** The reader of a field of each item. */
  field(path: ValuePath<T>): FieldReader {
    return readerOf(path, this.#fields, this.#table, this.#cursor);
  }

  /** The reader of a list of texts of each item. */
  texts(name: ListName<T>): FieldReader {
    return readerOf(name, this.#fields, this.#table, this.#cursor);
  }
}

function readerOf(path: string, fields: readonly Field[], table: Table, cursor: Cursor): FieldReader {
  const [first = '', ...rest] = path.split('.');
  const field = fields.find(({ name }) => name === first);
  if (!field) throw new TypeError(`the schema has no ${path}`);
  if (rest.length > 0) return readerOf(rest.join('.'), field.fields, table, cursor);
  if (field.slot < 0) {
    field.slot = table.width;
    table.width += 1;
  }
  return new FieldReader(field, table, cursor);
}

/** The values inside an absent record are absent. */
function forget(field: Field, table: Table, base: number): void {
  if (field.slot >= 0) table.slots[base + field.slot] = -1;
  if (field.kind === 'record') for (const inner of field.fields) forget(inner, table, base);
}
