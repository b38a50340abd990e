import { FieldReader, type ListView } from '../../../connectors/avro/index.ts';
import type { RowBytes } from './row-bytes.ts';

/** How a column is sent: ClickHouse's name and type. They go along with every insert, so that a table that differs refuses the rows. */
export type Sent = { readonly name: string; readonly type: string };

/** A column whose value is at hand, and how it is written in RowBinary. */
export type Column<S> = Sent & { readonly write: (out: RowBytes, source: S) => void };

/** A column whose values are fields of the encoded record that the view has read last. */
export type RecordColumn = Sent & {
  /** Writes the values of the first `count` items of its list; a record alone is a list of one. */
  readonly write: (out: RowBytes, count: number) => void;
  /** Writes what the column holds of an entity that is gone. */
  readonly blank: (out: RowBytes) => void;
};

type Kind<T> = {
  readonly type: string;
  readonly put: (out: RowBytes, value: T) => void;
  readonly blank: T;
  /** Writes the value of a field of a record. */
  readonly copy: (out: RowBytes, field: FieldReader, item: number) => void;
};

type Get<T> = (item: number) => T;

/** Makes columns of a kind: of a value at hand, or of a field of a record, or of what is derived from it item by item. */
function kind<T>({ type, put, blank, copy }: Kind<T>) {
  return {
    of: <S>(name: string, get: (source: S) => T): Column<S> => ({
      name,
      type,
      write: (out, from) => put(out, get(from)),
    }),
    at: (name: string, source: FieldReader | Get<T>): RecordColumn => {
      const writeItem =
        source instanceof FieldReader
          ? (out: RowBytes, item: number) => copy(out, source, item)
          : (out: RowBytes, item: number) => put(out, source(item));
      return {
        name,
        type,
        blank: (out) => put(out, blank),
        write(out, count) {
          for (let item = 0; item < count; item += 1) writeItem(out, item);
        },
      };
    },
  };
}

function textual(type: string) {
  return kind<string | null>({
    type,
    blank: '',
    put: (out, value) => out.text(value ?? ''),
    copy: (out, field, item) => field.copyText(item, out),
  });
}

function whole(type: string, put: (out: RowBytes, value: number) => void) {
  return kind<number>({ type, blank: 0, put, copy: (out, field, item) => put(out, field.integer(item) ?? 0) });
}

function nullable<T>(
  type: string,
  put: (out: RowBytes, value: T) => void,
  read: (field: FieldReader, item: number) => T | null,
) {
  const putMaybe = (out: RowBytes, value: T | null) => {
    out.uint8(value === null ? 1 : 0);
    if (value !== null) put(out, value);
  };
  return kind<T | null>({
    type: `Nullable(${type})`,
    blank: null,
    put: putMaybe,
    copy: (out, field, item) => putMaybe(out, read(field, item)),
  });
}

const milliseconds = "DateTime64(3, 'UTC')";
const putInt64 = (out: RowBytes, value: number) => out.int64(value);
const putUint32 = (out: RowBytes, value: number) => out.uint32(value);
const putFloat64 = (out: RowBytes, value: number) => out.float64(value);
const putFlag = (out: RowBytes, value: boolean) => out.uint8(value ? 1 : 0);
const readInteger = (field: FieldReader, item: number) => field.integer(item);

function putTexts(out: RowBytes, values: readonly string[]): void {
  out.count(values.length);
  for (const value of values) out.text(value);
}

/** Text; absent is empty. */
export const text = textual('String');
/** Text of few different values; absent is empty. */
export const label = textual('LowCardinality(String)');
export const bytes = kind<Uint8Array>({
  type: 'String',
  blank: new Uint8Array(),
  put: (out, value) => out.binary(value, 0, value.length),
  copy: (out, field, item) => field.copyText(item, out),
});
/** 32 hex digits. */
export const uuid = kind<string>({
  type: 'UUID',
  blank: '0'.repeat(32),
  put: (out, value) => out.uuid(value),
  copy: (out, field, item) => field.copyText(item, out.asUuid),
});
export const flag = kind<boolean>({
  type: 'UInt8',
  blank: false,
  put: putFlag,
  copy: (out, field, item) => putFlag(out, field.flag(item) ?? false),
});
export const uint16 = whole('UInt16', (out, value) => out.uint16(value));
export const uint32 = whole('UInt32', putUint32);
export const uint64 = whole('UInt64', putInt64);
/** Epoch milliseconds. */
export const time = whole(milliseconds, putInt64);
export const texts = kind<readonly string[]>({
  type: 'Array(String)',
  blank: [],
  put: putTexts,
  copy: (out, field, item) => putTexts(out, field.texts(item)),
});

export const maybeTime = nullable(milliseconds, putInt64, readInteger);
export const maybeUint64 = nullable('UInt64', putInt64, readInteger);
export const maybeUint32 = nullable('UInt32', putUint32, readInteger);
export const maybeFloat = nullable('Float64', putFloat64, (field, item) => field.double(item));
export const maybeFlag = nullable('UInt8', putFlag, (field, item) => field.flag(item));

/** The columns of a Nested structure: an array each, all of them as long as the list. */
export function nested<T>(list: ListView<T>, columns: readonly RecordColumn[]): RecordColumn[] {
  return columns.map((inner) => ({
    name: `${list.name}.${inner.name}`,
    type: `Array(${inner.type})`,
    write(out) {
      out.count(list.count);
      inner.write(out, list.count);
    },
    blank: (out) => out.count(0),
  }));
}

/** What RowBinaryWithNamesAndTypes begins with. */
export function headerOf(columns: readonly Sent[], out: RowBytes): RowBytes {
  out.count(columns.length);
  for (const { name } of columns) out.text(name);
  for (const { type } of columns) out.text(type);
  out.endRow();
  return out;
}
