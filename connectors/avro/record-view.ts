import { type Field, fieldsOf } from './avro-fields.ts';
import { bad, Cursor, Place, Table } from './place.ts';

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
 * Reads single values of an encoded record where they lie. Decoding a state makes hundreds of objects; whoever needs its
 * values only to write them elsewhere finds them here for a fifth of that. Values are asked for by name once, before the
 * first record; then `locate` walks over a record and finds all of them. One record at a time.
 *
 *     const view = new RecordView<VideoState>(avroSchema('VideoState'));
 *     const cover = view.place('coverUrl');
 *     view.locate(codec.body(record.value));
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

  /** A value of the record; read it as item 0. */
  place(path: ValuePath<T>): Place {
    return placeOf(path, this.#fields, this.#top, this.#cursor);
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
   * Finds the values of a record. Takes the Avro body without the registry's header, which must not change while it is
   * read.
   * @throws RegistryFault `BAD_AVRO` where the bytes are no record of the schema
   */
  locate(body: Buffer): void {
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

  /** A value of each item. */
  place(path: ValuePath<T>): Place {
    return placeOf(path, this.#fields, this.#table, this.#cursor);
  }

  /** A list of texts of each item. */
  texts(name: ListName<T>): Place {
    return placeOf(name, this.#fields, this.#table, this.#cursor);
  }
}

function placeOf(path: string, fields: readonly Field[], table: Table, cursor: Cursor): Place {
  const [first = '', ...rest] = path.split('.');
  const field = fields.find(({ name }) => name === first);
  if (!field) throw new TypeError(`the schema has no ${path}`);
  if (rest.length > 0) return placeOf(rest.join('.'), field.fields, table, cursor);
  if (field.slot < 0) {
    field.slot = table.width;
    table.width += 1;
  }
  return new Place(field, table, cursor);
}

/** The values inside an absent record are absent. */
function forget(field: Field, table: Table, base: number): void {
  if (field.slot >= 0) table.slots[base + field.slot] = -1;
  if (field.kind === 'record') for (const inner of field.fields) forget(inner, table, base);
}
