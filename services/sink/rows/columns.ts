import { FieldReader, type ListView } from '../../../connectors/avro/index.ts';
import type { RowBytes } from './row-bytes.ts';

/** How a column is sent: ClickHouse's name and type. They go along with every insert, so that a table that differs refuses the rows. */
export type Sent = { readonly name: string; readonly type: string };

/** A column whose value is at hand, and how it is written in RowBinary. */
export type Column<S> = Sent & { readonly write: (out: RowBytes, source: S) => void };

/** As what the value of a record's field is written. */
type Form = 'text' | 'uuid' | 'flag' | 'uint16' | 'uint32' | 'int64' | 'float64' | 'texts';

/** The values of a column: fields of the encoded record that the view has read last, or derived from it item by item. */
type Source = FieldReader | ((out: RowBytes, item: number) => void);

type Shape = Sent & { readonly form: Form; readonly nullable: boolean; readonly blank: (out: RowBytes) => void };

/** A column of a record; of the items of one of its lists, where it is an array. A class, so that all have one shape: that is faster. */
export class RecordColumn implements Sent {
  readonly name: string;
  readonly type: string;
  readonly form: Form;
  readonly nullable: boolean;
  /** Writes what the column holds of an entity that is gone. */
  readonly blank: (out: RowBytes) => void;
  readonly source: Source;
  readonly list: { readonly count: number } | null;

  constructor({ name, type, form, nullable, blank }: Shape, source: Source, list: RecordColumn['list']) {
    this.name = name;
    this.type = type;
    this.form = form;
    this.nullable = nullable;
    this.blank = blank;
    this.source = source;
    this.list = list;
  }
}

/** Writes what the columns hold of the record. One loop for all forms: a function for each column would take twice as long. */
export function writeColumns(columns: readonly RecordColumn[], out: RowBytes): void {
  for (let n = 0; n < columns.length; n += 1) {
    const { list, source, form, nullable } = columns[n] as RecordColumn;
    const count = list === null ? 1 : list.count;
    if (list !== null) out.count(count);
    for (let item = 0; item < count; item += 1) {
      if (typeof source === 'function') {
        source(out, item);
        continue;
      }
      if (nullable) {
        const absent = source.isNull(item);
        out.uint8(absent ? 1 : 0);
        if (absent) continue;
      }
      switch (form) {
        case 'text':
          source.copyText(item, out);
          break;
        case 'int64':
          out.int64(source.integer(item) ?? 0);
          break;
        case 'uuid':
          source.copyText(item, out.asUuid);
          break;
        case 'flag':
          out.uint8(source.flag(item) ? 1 : 0);
          break;
        case 'uint16':
          out.uint16(source.integer(item) ?? 0);
          break;
        case 'uint32':
          out.uint32(source.integer(item) ?? 0);
          break;
        case 'float64':
          out.float64(source.double(item) ?? 0);
          break;
        case 'texts':
          putTexts(out, source.texts(item));
      }
    }
  }
}

type Put<T> = (out: RowBytes, value: T) => void;
type Get<T> = (item: number) => T;

/** Makes columns of a kind: of a value at hand, or of a field of a record, or of what is derived from it item by item. */
function kind<T>(type: string, form: Form, put: Put<T>, nothing: T, nullable = false) {
  return {
    of: <S>(name: string, get: (source: S) => T): Column<S> => ({
      name,
      type,
      write: (out, from) => put(out, get(from)),
    }),
    at: (name: string, source: FieldReader | Get<T>): RecordColumn =>
      new RecordColumn(
        { name, type, form, nullable, blank: (out) => put(out, nothing) },
        source instanceof FieldReader ? source : (out, item) => put(out, source(item)),
        null,
      ),
  };
}

/** The same, absent or not: a byte says which. */
function maybe<T>(type: string, form: Form, put: Put<T>) {
  const putMaybe = (out: RowBytes, value: T | null) => {
    out.uint8(value === null ? 1 : 0);
    if (value !== null) put(out, value);
  };
  return kind<T | null>(`Nullable(${type})`, form, putMaybe, null, true);
}

const milliseconds = "DateTime64(3, 'UTC')";
const putText = (out: RowBytes, value: string | null) => out.text(value ?? '');
const putInt64 = (out: RowBytes, value: number) => out.int64(value);
const putUint32 = (out: RowBytes, value: number) => out.uint32(value);
const putFlag = (out: RowBytes, value: boolean) => out.uint8(value ? 1 : 0);

function putTexts(out: RowBytes, values: readonly string[]): void {
  out.count(values.length);
  for (const value of values) out.text(value);
}

/** Text; absent is empty. */
export const text = kind<string | null>('String', 'text', putText, null);
/** Text of few different values; absent is empty. */
export const label = kind<string | null>('LowCardinality(String)', 'text', putText, null);
export const bytes = kind<Uint8Array>(
  'String',
  'text',
  (out, value) => out.binary(value, 0, value.length),
  new Uint8Array(),
);
/** 32 hex digits. */
export const uuid = kind<string>('UUID', 'uuid', (out, value) => out.uuid(value), '0'.repeat(32));
export const flag = kind<boolean>('UInt8', 'flag', putFlag, false);
export const uint16 = kind<number>('UInt16', 'uint16', (out, value) => out.uint16(value), 0);
export const uint32 = kind<number>('UInt32', 'uint32', putUint32, 0);
export const uint64 = kind<number>('UInt64', 'int64', putInt64, 0);
/** Epoch milliseconds. */
export const time = kind<number>(milliseconds, 'int64', putInt64, 0);
export const texts = kind<readonly string[]>('Array(String)', 'texts', putTexts, []);

export const maybeTime = maybe(milliseconds, 'int64', putInt64);
export const maybeUint64 = maybe('UInt64', 'int64', putInt64);
export const maybeUint32 = maybe('UInt32', 'uint32', putUint32);
export const maybeFloat = maybe<number>('Float64', 'float64', (out, value) => out.float64(value));
export const maybeFlag = maybe('UInt8', 'flag', putFlag);

/** The columns of a Nested structure: an array each, all of them as long as the list. */
export function nested<T>(list: ListView<T>, columns: readonly RecordColumn[]): RecordColumn[] {
  return columns.map(({ name, type, form, nullable, source }) => {
    const blank = (out: RowBytes) => out.count(0);
    return new RecordColumn(
      { name: `${list.name}.${name}`, type: `Array(${type})`, form, nullable, blank },
      source,
      list,
    );
  });
}

/** What RowBinaryWithNamesAndTypes begins with. */
export function headerOf(columns: readonly Sent[], out: RowBytes): RowBytes {
  out.count(columns.length);
  for (const { name } of columns) out.text(name);
  for (const { type } of columns) out.text(type);
  out.endRow();
  return out;
}
