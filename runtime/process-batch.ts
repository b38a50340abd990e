import type { ConsumedRecord } from '../connectors/kafka/index.ts';
import { isRetryable } from '../platform/faults.ts';
import { BatchProcessing, Unencodable } from './batch-processing.ts';
import type { BatchResult } from './batch-result.ts';
import type { DueTimer } from './store/state-store.ts';
import type { Task } from './task.ts';

/**
 * Processes a batch with the topology: the records, then the timers that may fire once these records are processed (one
 * that a record has moved isn't due any more). Nothing is written or changed yet, so the result may be dropped. A record
 * that fails as a defect becomes a dead letter. A record whose schema can't be fetched now ends the batch: what comes
 * before it is written, and it is polled again. Rejects with a `StoreFault`, or with a `ProcessorFault` where a newer
 * release has written what this one would lose.
 */
export async function processBatch<S>(
  task: Task<S>,
  records: readonly ConsumedRecord[],
  timers: readonly DueTimer[],
  nowMs: number,
): Promise<BatchResult<S>> {
  try {
    return await run(false);
  } catch (error) {
    if (!(error instanceof Unencodable)) throw error;
    // Encoding once per key and batch is fast. Encoding after every record finds the record at fault.
    return await run(true);
  }

  async function run(encodeEach: boolean): Promise<BatchResult<S>> {
    const batch = new BatchProcessing(task, nowMs, encodeEach);
    let deferredBy: Error | null = null;
    let nextPosition = task.position;
    for (const record of records) {
      if (record.offset < task.position) continue;
      deferredBy = await deferral(batch.record(record));
      if (deferredBy) break;
      nextPosition = record.offset + 1;
    }
    for (const timer of timers) await deferral(batch.timer(timer));
    return batch.finish(nextPosition, deferredBy);
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
