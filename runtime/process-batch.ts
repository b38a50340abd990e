import type { ConsumedRecord } from '../connectors/kafka/index.ts';
import { isRetryable } from '../platform/faults.ts';
import { BatchProcessing, Unencodable } from './batch-processing.ts';
import type { BatchResult } from './batch-result.ts';
import type { DueTimer } from './store/state-store.ts';
import type { Task } from './task.ts';

/** What stepping records while the task's batch before them is being committed takes. */
export type Ahead<S> = {
  /** That batch: its states and its position go before those of the task. */
  readonly before?: BatchResult<S> | undefined;
  /** Called between records; a promise is awaited. */
  readonly betweenRecords?: () => Promise<void> | undefined;
};

/** A batch of one task whose records are stepped. */
export type SteppedBatch<S> = {
  readonly records: readonly ConsumedRecord[];
  /** As in `BatchResult`. */
  readonly deferredBy: Error | null;
  /**
   * Fires timers that may fire once these records are processed (one that a record has moved isn't due any more). Call it
   * once, when the batch before is applied. A timer may make a state unencodable; then the records are stepped again, and where
   * one of them is deferred only now (`deferredBy` of the result), no timer fires.
   */
  finish(timers: readonly DueTimer[], nowMs: number): Promise<BatchResult<S>>;
};

/**
 * Steps the records of a batch with the topology; `finish` fires its timers. Nothing is written or changed yet, so the batch
 * may be dropped. A record that fails as a defect becomes a dead letter. A record whose schema can't be fetched now ends the
 * batch: what comes before it is written, and it is polled again. Both reject with a `StoreFault`, or with a
 * `ProcessorFault` where a newer release has written what this one would lose.
 */
export async function stepBatch<S>(
  task: Task<S>,
  records: readonly ConsumedRecord[],
  nowMs: number,
  { before, betweenRecords }: Ahead<S> = {},
): Promise<SteppedBatch<S>> {
  const stepped = await encoding((each) => step(each));
  return {
    records,
    deferredBy: stepped.result.deferredBy,
    finish: async (timers, finishMs) => {
      if (timers.length === 0) return stepped.result;
      const { result } = await encoding(async (each) => {
        const again = each ? await step(true) : stepped;
        const isDeferredNow = again.result.deferredBy !== null && stepped.result.deferredBy === null;
        return isDeferredNow ? again : fire(again, timers, finishMs);
      });
      return result;
    },
  };

  async function step(encodeEach: boolean): Promise<Stepped<S>> {
    const batch = new BatchProcessing(task, before?.states ?? null, nowMs, encodeEach);
    const position = before?.nextPosition ?? task.position;
    let nextPosition = position;
    let deferredBy: Error | null = null;
    for (const record of records) {
      if (record.offset < position) continue;
      const between = betweenRecords?.();
      if (between !== undefined) await between;
      deferredBy = await deferral(batch.record(record));
      if (deferredBy) break;
      nextPosition = record.offset + 1;
    }
    return { batch, result: batch.finish(nextPosition, deferredBy) };
  }
}

type Stepped<S> = { readonly batch: BatchProcessing<S>; readonly result: BatchResult<S> };

async function fire<S>({ batch, result }: Stepped<S>, timers: readonly DueTimer[], nowMs: number): Promise<Stepped<S>> {
  for (const timer of timers) await deferral(batch.timer(timer, nowMs));
  return { batch, result: batch.finish(result.nextPosition, result.deferredBy) };
}

/** Steps and timers at once, of a batch that nothing is being committed before. */
export async function processBatch<S>(
  task: Task<S>,
  records: readonly ConsumedRecord[],
  timers: readonly DueTimer[],
  nowMs: number,
): Promise<BatchResult<S>> {
  return (await stepBatch(task, records, nowMs)).finish(timers, nowMs);
}

/** Encoding once per key and batch is fast. Encoding after every record finds the record at fault. */
async function encoding<R>(work: (each: boolean) => Promise<R>): Promise<R> {
  try {
    return await work(false);
  } catch (error) {
    if (!(error instanceof Unencodable)) throw error;
    return await work(true);
  }
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
