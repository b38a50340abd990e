import type { ConsumedRecord } from '../connectors/kafka/index.ts';
import { isRetryable } from '../platform/faults.ts';
import { BatchProcessing, Unencodable } from './batch-processing.ts';
import type { BatchResult } from './batch-result.ts';
import type { DueTimer } from './store/state-store.ts';
import type { Task } from './task.ts';

/**
 * A batch of one task: records are added as they are polled, then it is finished. Nothing is written or changed by it, so it
 * may be dropped at any time.
 *
 * A record that fails as a defect becomes a dead letter. A record whose schema can't be fetched now is deferred and ends the
 * batch: what comes before it is written, and it is polled again. Where something can't be encoded and it isn't known which record
 * made it, nothing of the batch is written: it is polled again, and for some time the task encodes all at once.
 */
export class TaskBatch<S> {
  readonly #task: Task<S>;
  readonly #nowMs: number;
  readonly #processing: BatchProcessing<S>;
  readonly #from: number;
  #nextPosition: number;
  #deferredBy: Error | null = null;
  #lastOffset = -1;
  #result: BatchResult<S> | null = null;

  /** `before`: the batch that is being committed meanwhile. Its states and its position go before those of the task. */
  constructor(task: Task<S>, nowMs: number, before: BatchResult<S> | null = null) {
    this.#task = task;
    this.#nowMs = nowMs;
    this.#processing = new BatchProcessing(task, before?.states ?? null, nowMs);
    this.#from = before?.nextPosition ?? task.position;
    this.#nextPosition = this.#from;
  }

  /** Of the records that were added; -1 for none. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** As in `BatchResult`. */
  get deferredBy(): Error | null {
    return this.#result === null ? this.#deferredBy : this.#result.deferredBy;
  }

  /**
   * Steps further records. `betweenRecords` is called between them; a promise is awaited. Rejects with a `StoreFault`, or with a
   * `ProcessorFault` where a newer release has written what this one would lose.
   */
  async add(records: readonly ConsumedRecord[], betweenRecords?: () => Promise<void> | undefined): Promise<void> {
    this.#lastOffset = records.at(-1)?.offset ?? this.#lastOffset;
    for (const record of records) {
      if (this.#deferredBy) return;
      if (record.offset < this.#from) continue;
      const between = betweenRecords?.();
      if (between !== undefined) await between;
      this.#deferredBy = await deferral(this.#processing.record(record));
      if (this.#deferredBy === null) this.#nextPosition = record.offset + 1;
    }
  }

  /** No more records come. Encodes what isn't yet, so that `finish` needn't. */
  encode(): void {
    this.#result = this.#encoded();
  }

  /**
   * Fires timers that may fire once these records are processed (one that a record has moved isn't due any more). Call it
   * once, when the batch before is applied. Where the whole batch is to be polled again, no timer fires. Rejects as `add` does.
   */
  async finish(timers: readonly DueTimer[], nowMs: number): Promise<BatchResult<S>> {
    const result = this.#result ?? this.#encoded();
    if (timers.length === 0 || result.deferredBy instanceof Unencodable) return result;
    for (const timer of timers) await deferral(this.#processing.timer(timer, nowMs));
    return this.#encoded();
  }

  #encoded(): BatchResult<S> {
    try {
      return this.#processing.finish(this.#nextPosition, this.#deferredBy);
    } catch (error) {
      if (!(error instanceof Unencodable)) throw error;
      this.#task.encodesEachUntilMs = this.#nowMs + encodesEachForMs;
      return new BatchProcessing(this.#task, null, 0).finish(this.#from, error);
    }
  }
}

/** Longer than what was put back waits, short enough for one such value not to slow a task for ever. */
const encodesEachForMs = 10 * 60_000;

/** Records and timers at once, of a batch that nothing is being committed before. */
export async function processBatch<S>(
  task: Task<S>,
  records: readonly ConsumedRecord[],
  timers: readonly DueTimer[],
  nowMs: number,
): Promise<BatchResult<S>> {
  const batch = new TaskBatch(task, nowMs);
  await batch.add(records);
  return await batch.finish(timers, nowMs);
}

/** The error that defers a record or timer: it may be processed later. Null where it is processed. */
async function deferral(work: Promise<void>): Promise<Error | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (isRetryable(error)) return error;
    throw error;
  }
}
