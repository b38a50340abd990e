import type { FieldReader, RecordView } from '../../../connectors/avro/index.ts';
import { flag, type RecordColumn, type Sent, text, uint16, uint64, writeColumns } from './columns.ts';
import type { RowBytes } from './row-bytes.ts';

/** Which record of a compacted topic a row comes from. */
export type Origin = { readonly partition: number; readonly offset: number };

/** The rows of a table that holds one entity each: its key, where the row came from (the offset is its version), its state. */
export type EntityRows = {
  readonly columns: readonly Sent[];
  /**
   * Appends the row of a state, given as its Avro body; none for a state that has lost what its last row tells.
   * @throws RegistryFault `BAD_AVRO`; RangeError for a number that its column doesn't hold
   */
  write(body: Buffer, origin: Origin, out: RowBytes): boolean;
  /** Appends the row that hides an entity which is gone. */
  writeGone(id: string, origin: Origin, out: RowBytes): void;
};

export function entityRows<T>(o: {
  readonly view: RecordView<T>;
  /** The key's column and its field in the state. */
  readonly key: readonly [string, FieldReader];
  readonly columns: readonly RecordColumn[];
  /** Whether the state that was read gets no row. */
  readonly skip?: () => boolean;
  /** Whether what was read is none of the table's entities: an earlier row of it is hidden. */
  readonly hide?: () => boolean;
}): EntityRows {
  const [name, field] = o.key;
  const key = text.at(name, field);
  const keyAlone = [key];
  const from = [uint16.of('partition', (r: Origin) => r.partition), uint64.of('offset', (r: Origin) => r.offset)];
  const deleted = flag.of('is_deleted', (gone: boolean) => gone);
  const start = (origin: Origin, gone: boolean, out: RowBytes) => {
    for (const column of from) column.write(out, origin);
    deleted.write(out, gone);
  };
  return {
    columns: [key, ...from, deleted, ...o.columns],
    write(body, origin, out) {
      o.view.read(body);
      if (o.skip?.()) return false;
      const hidden = o.hide?.() ?? false;
      writeColumns(keyAlone, out);
      start(origin, hidden, out);
      if (hidden) for (const column of o.columns) column.blank(out);
      else writeColumns(o.columns, out);
      out.endRow();
      return true;
    },
    writeGone(id, origin, out) {
      out.text(id);
      start(origin, true, out);
      for (const column of o.columns) column.blank(out);
      out.endRow();
    },
  };
}
