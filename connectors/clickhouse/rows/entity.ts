import { type Column, flag, text, uint16, uint64 } from './columns.ts';
import type { RowBytes } from './row-bytes.ts';

/** Which record of a compacted topic a row comes from, and what it says of its entity: null, that it is gone. */
export type EntityRecord<S> = {
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  readonly state: S | null;
};

/** The table of an entity: its key, what the state says, then where the row came from; the offset is its version. */
export function entityColumns<S>(key: string, columns: readonly Column<S>[]) {
  const outer: Column<EntityRecord<S>>[] = [
    text(key, (r) => r.id),
    uint16('partition', (r) => r.partition),
    uint64('offset', (r) => r.offset),
    flag('is_deleted', (r) => r.state === null),
  ];
  return {
    all: [...outer, ...columns],
    /** Appends one row. */
    write(record: EntityRecord<S>, out: RowBytes): void {
      for (const column of outer) column.write(out, record);
      const { state } = record;
      for (const column of columns) {
        if (state === null) column.blank(out);
        else column.write(out, state);
      }
      out.endRow();
    },
  };
}
