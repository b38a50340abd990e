import type { ConsumedRecord, TopicPartitionOffset } from '../../connectors/kafka/index.ts';
import type { DeadLetterReason } from '../../schemas/dead-letter.ts';
import { callbackColumns, headerOf, RowBytes, sessionRows, videoRows } from './rows/index.ts';

export type TableName = 'callbacks' | 'video_state' | 'session_state';

/** The columns that rows are made of. */
export const tableColumns: Readonly<Record<TableName, Parameters<typeof headerOf>[0]>> = {
  callbacks: callbackColumns,
  video_state: videoRows().columns,
  session_state: sessionRows(() => 0).columns,
};

/** Names and types of each table's columns; every insert begins with them. */
export const tableHeaders: Readonly<Record<TableName, Buffer>> = {
  callbacks: header(tableColumns.callbacks),
  video_state: header(tableColumns.video_state),
  session_state: header(tableColumns.session_state),
};

function header(columns: Parameters<typeof headerOf>[0]): Buffer {
  return headerOf(columns, new RowBytes()).slice(0, 1);
}

/** A record that never becomes a row, and why. */
export type Unusable = {
  readonly origin: TopicPartitionOffset;
  /** The record itself where it is at hand; else it is read again. */
  readonly record?: ConsumedRecord;
  readonly reason: DeadLetterReason;
  readonly error: string;
};

/** The rows of one table, and where each came from. */
export class TableRows {
  readonly encoded = new RowBytes();
  readonly #topic: string;
  readonly #partitions: number[] = [];
  readonly #offsets: number[] = [];

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** To be called once for each row that was written to `encoded`. */
  cameFrom(partition: number, offset: number): void {
    this.#partitions.push(partition);
    this.#offsets.push(offset);
  }

  /** Forgets all rows and keeps their memory. */
  clear(): void {
    this.encoded.clear();
    this.#partitions.length = 0;
    this.#offsets.length = 0;
  }

  originOf(row: number): TopicPartitionOffset {
    return { topic: this.#topic, partition: this.#partitions[row] ?? 0, offset: this.#offsets[row] ?? 0 };
  }
}

/** Rows by table and the offsets that may be committed once they are stored. */
export class Batch {
  readonly tables = new Map<TableName, TableRows>();
  readonly unusable: Unusable[] = [];
  /** By topic, then partition: the next record to read. */
  readonly #next = new Map<string, Map<number, number>>();
  #records = 0;
  #beganAtMs = 0;

  get records(): number {
    return this.#records;
  }
  /** Of the encoded rows. */
  get bytes(): number {
    let bytes = 0;
    for (const { encoded } of this.tables.values()) bytes += encoded.bytes;
    return bytes;
  }
  /** On the monotonic clock. */
  get beganAtMs(): number {
    return this.#beganAtMs;
  }

  rowsOf(table: TableName, topic: string): TableRows {
    const known = this.tables.get(table);
    if (known) return known;
    const rows = new TableRows(topic);
    this.tables.set(table, rows);
    return rows;
  }

  /** To be called for every record, after what it became was added; its offset may be committed with the batch. */
  took({ topic, partition, offset }: TopicPartitionOffset, nowMs: number): void {
    if (this.#records === 0) this.#beganAtMs = nowMs;
    this.#records += 1;
    const partitions = this.#next.get(topic);
    if (partitions) partitions.set(partition, offset + 1);
    else this.#next.set(topic, new Map([[partition, offset + 1]]));
  }

  /** An empty batch in the same memory: new buffers for every batch would pile up until they are collected. */
  clear(): void {
    for (const rows of this.tables.values()) rows.clear();
    this.unusable.length = 0;
    this.#next.clear();
    this.#records = 0;
  }

  /** The offsets of the next records to read. */
  offsets(): TopicPartitionOffset[] {
    return [...this.#next].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, offset]) => ({ topic, partition, offset })),
    );
  }
}
