import type { RowBytes } from './row-bytes.ts';

/**
 * A column as it is sent: ClickHouse's name and type, and how a value is written in RowBinary. The types go along with
 * every insert, so that a table that differs refuses the rows instead of misreading them.
 */
export type Column<S> = {
  readonly name: string;
  readonly type: string;
  readonly write: (out: RowBytes, source: S) => void;
  /** Writes what the column holds of an entity that is gone. */
  readonly blank: (out: RowBytes) => void;
};

type Get<S, T> = (source: S) => T;
type Kind<T> = { readonly type: string; readonly put: (out: RowBytes, value: T) => void; readonly blank: T };

function column<T>({ type, put, blank }: Kind<T>) {
  return <S>(name: string, get: Get<S, T>): Column<S> => ({
    name,
    type,
    write: (out, source) => put(out, get(source)),
    blank: (out) => put(out, blank),
  });
}

function nullable<T>(type: string, put: (out: RowBytes, value: T) => void): Kind<T | null> {
  return {
    type: `Nullable(${type})`,
    blank: null,
    put: (out, value) => {
      out.uint8(value === null ? 1 : 0);
      if (value !== null) put(out, value);
    },
  };
}

const milliseconds = "DateTime64(3, 'UTC')";
const putText = (out: RowBytes, value: string | null) => out.text(value ?? '');
const putFlag = (out: RowBytes, value: boolean) => out.uint8(value ? 1 : 0);
const putInt64 = (out: RowBytes, value: number) => out.int64(value);

/** Text; absent is empty. */
export const text = column<string | null>({ type: 'String', put: putText, blank: '' });
/** Text of few different values; absent is empty. */
export const label = column<string | null>({ type: 'LowCardinality(String)', put: putText, blank: '' });
export const bytes = column<Uint8Array>({
  type: 'String',
  put: (out, value) => out.binary(value),
  blank: new Uint8Array(),
});
/** 32 hex digits. */
export const uuid = column<string>({ type: 'UUID', put: (out, value) => out.uuid(value), blank: '0'.repeat(32) });
export const flag = column<boolean>({ type: 'UInt8', put: putFlag, blank: false });
export const uint16 = column<number>({ type: 'UInt16', put: (out, value) => out.uint16(value), blank: 0 });
export const uint32 = column<number>({ type: 'UInt32', put: (out, value) => out.uint32(value), blank: 0 });
export const uint64 = column<number>({ type: 'UInt64', put: putInt64, blank: 0 });
/** Epoch milliseconds. */
export const time = column<number>({ type: milliseconds, put: putInt64, blank: 0 });
export const texts = column<readonly string[]>({
  type: 'Array(String)',
  blank: [],
  put: (out, value) => {
    out.count(value.length);
    for (const item of value) out.text(item);
  },
});

export const maybeTime = column(nullable(milliseconds, putInt64));
export const maybeFlag = column(nullable('UInt8', putFlag));
export const maybeUint32 = column(nullable<number>('UInt32', (out, value) => out.uint32(value)));
export const maybeUint64 = column(nullable('UInt64', putInt64));
export const maybeFloat = column(nullable<number>('Float64', (out, value) => out.float64(value)));

/** The columns of a Nested structure: an array each, all of them as long as `items`. */
export function nested<S, I>(name: string, items: Get<S, readonly I[]>, columns: readonly Column<I>[]): Column<S>[] {
  return columns.map((inner) => ({
    name: `${name}.${inner.name}`,
    type: `Array(${inner.type})`,
    write: (out, source) => {
      const all = items(source);
      out.count(all.length);
      for (const item of all) inner.write(out, item);
    },
    blank: (out) => out.count(0),
  }));
}

/** What RowBinaryWithNamesAndTypes begins with. */
export function headerOf(columns: readonly Pick<Column<never>, 'name' | 'type'>[], out: RowBytes): RowBytes {
  out.count(columns.length);
  for (const { name } of columns) out.text(name);
  for (const { type } of columns) out.text(type);
  out.endRow();
  return out;
}
