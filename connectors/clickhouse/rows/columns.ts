import { type ListView, Place } from '../../registry/index.ts';
import type { RowBytes } from './row-bytes.ts';

/** How a column is sent: ClickHouse's name and type. They go along with every insert, so that a table that differs refuses the rows. */
export type Sent = { readonly name: string; readonly type: string };

/** A column whose value is at hand, and how it is written in RowBinary. */
export type Column<S> = Sent & { readonly write: (out: RowBytes, source: S) => void };

/** A column whose values lie in the encoded record that was located last. */
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
  /** A loop of its own for each kind: called for each value, it would cost more than what it does. */
  readonly copy: (out: RowBytes, place: Place, count: number) => void;
};

type Get<T> = (item: number) => T;

/** Makes columns of a kind: of a value at hand, or of a place in a record, or of what is derived from it item by item. */
function kind<T>({ type, put, blank, copy }: Kind<T>) {
  return {
    of: <S>(name: string, get: (source: S) => T): Column<S> => ({
      name,
      type,
      write: (out, from) => put(out, get(from)),
    }),
    at: (name: string, source: Place | Get<T>): RecordColumn => ({
      name,
      type,
      blank: (out) => put(out, blank),
      write:
        source instanceof Place
          ? (out, count) => copy(out, source, count)
          : (out, count) => {
              for (let item = 0; item < count; item += 1) put(out, source(item));
            },
    }),
  };
}

function copyText(out: RowBytes, place: Place, count: number): void {
  for (let item = 0; item < count; item += 1) place.copyText(item, out);
}

const textual = (type: string) =>
  kind<string | null>({ type, blank: '', put: (out, value) => out.text(value ?? ''), copy: copyText });

const milliseconds = "DateTime64(3, 'UTC')";

const int64 = (type: string) =>
  kind<number>({
    type,
    blank: 0,
    put: (out, value) => out.int64(value),
    copy(out, place, count) {
      for (let item = 0; item < count; item += 1) out.int64(place.integer(item) ?? 0);
    },
  });

const maybeInt64 = (type: string) =>
  kind<number | null>({
    type: `Nullable(${type})`,
    blank: null,
    put: putMaybeInt64,
    copy(out, place, count) {
      for (let item = 0; item < count; item += 1) putMaybeInt64(out, place.integer(item));
    },
  });

function putMaybeInt64(out: RowBytes, value: number | null): void {
  out.uint8(value === null ? 1 : 0);
  if (value !== null) out.int64(value);
}

function putMaybeUint32(out: RowBytes, value: number | null): void {
  out.uint8(value === null ? 1 : 0);
  if (value !== null) out.uint32(value);
}

function putMaybeFloat64(out: RowBytes, value: number | null): void {
  out.uint8(value === null ? 1 : 0);
  if (value !== null) out.float64(value);
}

function putFlag(out: RowBytes, value: boolean): void {
  out.uint8(value ? 1 : 0);
}

function putMaybeFlag(out: RowBytes, value: boolean | null): void {
  out.uint8(value === null ? 1 : 0);
  if (value !== null) putFlag(out, value);
}

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
  copy: copyText,
});
/** 32 hex digits. */
export const uuid = kind<string>({
  type: 'UUID',
  blank: '0'.repeat(32),
  put: (out, value) => out.uuid(value),
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) place.copyText(item, out.asUuid);
  },
});
export const flag = kind<boolean>({
  type: 'UInt8',
  blank: false,
  put: putFlag,
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) putFlag(out, place.flag(item) ?? false);
  },
});
export const uint16 = kind<number>({
  type: 'UInt16',
  blank: 0,
  put: (out, value) => out.uint16(value),
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) out.uint16(place.integer(item) ?? 0);
  },
});
export const uint32 = kind<number>({
  type: 'UInt32',
  blank: 0,
  put: (out, value) => out.uint32(value),
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) out.uint32(place.integer(item) ?? 0);
  },
});
export const uint64 = int64('UInt64');
/** Epoch milliseconds. */
export const time = int64(milliseconds);
export const texts = kind<readonly string[]>({
  type: 'Array(String)',
  blank: [],
  put: putTexts,
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) putTexts(out, place.texts(item));
  },
});

export const maybeTime = maybeInt64(milliseconds);
export const maybeUint64 = maybeInt64('UInt64');
export const maybeUint32 = kind<number | null>({
  type: 'Nullable(UInt32)',
  blank: null,
  put: putMaybeUint32,
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) putMaybeUint32(out, place.integer(item));
  },
});
export const maybeFloat = kind<number | null>({
  type: 'Nullable(Float64)',
  blank: null,
  put: putMaybeFloat64,
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) putMaybeFloat64(out, place.double(item));
  },
});
export const maybeFlag = kind<boolean | null>({
  type: 'Nullable(UInt8)',
  blank: null,
  put: putMaybeFlag,
  copy(out, place, count) {
    for (let item = 0; item < count; item += 1) putMaybeFlag(out, place.flag(item));
  },
});

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
