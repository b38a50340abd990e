export type BatchSizeOptions = {
  /** See `ProcessorOptions.maxBatchRecords`. */
  readonly maxRecords: number;
  /** See `ProcessorOptions.maxBatchBytes`. */
  readonly maxBytes: number;
  readonly transactionTimeoutMs: number;
};

/**
 * How many records the next transaction takes. A batch that doesn't fit into the transaction's time-out would fail at every
 * retry, so it gets smaller until it fits, and grows again while there is time left.
 */
export class BatchSize {
  readonly #o: BatchSizeOptions;
  /** Limit by duration. */
  #records: number;
  /** Limit by size: so many records of the last batch's average size. */
  #fitting: number;

  constructor(o: BatchSizeOptions) {
    this.#o = o;
    this.#records = o.maxRecords;
    this.#fitting = o.maxRecords;
  }

  get records(): number {
    return Math.min(this.#records, this.#fitting);
  }

  /** Call before a batch of `records` is written, with its size: a batch that fails shows the size of records too. */
  measured(records: number, bytes: number): void {
    if (records === 0) return;
    const fitting = Math.floor((this.#o.maxBytes * records) / Math.max(1, bytes));
    this.#fitting = Math.min(this.#o.maxRecords, Math.max(1, fitting));
  }

  committed(records: number, durationMs: number): void {
    if (durationMs > this.#o.transactionTimeoutMs / 2) this.#shrink(records);
    else if (durationMs < this.#o.transactionTimeoutMs / 5)
      this.#records = Math.min(this.#o.maxRecords, this.#records * 2);
  }

  failed(records: number): void {
    this.#shrink(records);
  }

  #shrink(records: number): void {
    if (records > 0) this.#records = Math.max(1, Math.floor(Math.min(records, this.#records) / 2));
  }
}
