import { Fault } from '../../../platform/faults.ts';
import type { Clock } from '../../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../../platform/retry.ts';
import { waitAtMost } from '../../../platform/wait-at-most.ts';
import type { Publisher } from '../record.ts';
import type { Spool, SpooledRecord } from './spool.ts';

export type DrainOptions = {
  readonly spool: Spool;
  readonly kafka: Publisher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gives up when the spool is empty instead of waiting for more. */
  readonly untilEmpty?: true;
  /**
   * Called when everything on disk has been handed to Kafka's client in order, right before it is awaited: what is
   * sent to the same client from now on comes after it. `tookMs` is how long the batch before took,
   * null where there was none or it failed.
   */
  readonly onHandedOver?: (tookMs: number | null) => void;
  /** A batch failed for a reason that may pass; it is tried again. */
  readonly onAway?: (error: unknown) => void;
  /** Kafka will never take this record. It has been moved to the end of the spool, so that the others go on. */
  readonly onRefused?: (error: unknown) => void;
};

const batch = { records: 1_000, bytes: 4 * 1024 * 1024 };
/** After a refused record that couldn't be moved, so that those behind it aren't published again with every try. */
const justOne = { ...batch, records: 1 };
/** More than the Kafka client takes to give a record up: a batch that isn't settled by then never will be. */
const batchWithinMs = 75_000;
const backoff = { firstMs: 100, longestMs: 2_000 };

/**
 * Publishes what the spool holds, oldest first, and removes it once acknowledged. After a crash in between it is
 * published again. Runs until `signal` aborts; a batch on its way is awaited first.
 */
export async function drain(options: DrainOptions): Promise<void> {
  const { spool, clock, signal } = options;
  let tookMs: number | null = null;
  let next = batch;

  /** @throws what keeps the oldest records from going out */
  async function publishOldest(): Promise<void> {
    const records = await spool.oldest(next);
    if (records.length === 0) throw new Error(`the spool in ${spool.folder} can not read what it holds`);
    const startedAtMs = clock.monotonicMs();
    const sent = records.map(({ record }) => options.kafka.publish(record));
    // What is on its way to the disk came before whatever would overtake it now.
    if (spool.records === records.length && spool.unwritten === 0) options.onHandedOver?.(tookMs);
    const results = await within(batchWithinMs, Promise.allSettled(sent), clock);
    const { stuck, unmoved } = await settle(records, results, options);
    next = unmoved ? justOne : batch;
    if (stuck !== null) throw stuck;
    tookMs = clock.monotonicMs() - startedAtMs;
  }

  while (!signal.aborted) {
    if (spool.records === 0) {
      if (options.untilEmpty === true) return;
      if (spool.empty) options.onHandedOver?.(tookMs);
      await spool.notEmpty(signal);
      // How quick Kafka was before the pause says nothing about now.
      tookMs = null;
      continue;
    }
    try {
      await retryWhileUnavailable(publishOldest, {
        platform: clock,
        backoff,
        signal,
        // Whatever it is, the records stay on disk and go out once it has passed.
        isRetryable: () => true,
        onRetry: (error) => {
          tookMs = null;
          options.onAway?.(error);
        },
      });
    } catch (error) {
      options.onAway?.(error);
    }
  }
}

/**
 * Removes the acknowledged front of a batch. Returns the failure that stopped it, null if none did, and whether it stopped
 * at a refused record that the disk didn't let move.
 */
async function settle(
  records: readonly SpooledRecord[],
  results: readonly PromiseSettledResult<void>[],
  { spool, onRefused }: DrainOptions,
): Promise<{ stuck: unknown; unmoved: boolean }> {
  let done = 0;
  let stuck: unknown = null;
  let unmoved = false;
  let refusal: unknown = null;
  for (const [index, result] of results.entries()) {
    const entry = records[index];
    if (entry === undefined) break;
    if (result.status === 'rejected') {
      if (!isRefusal(result.reason)) {
        stuck = result.reason;
        break;
      }
      refusal = result.reason;
      try {
        await spool.appendAgain(entry.record);
      } catch (error) {
        stuck = error;
        unmoved = true;
        break;
      }
      onRefused?.(result.reason);
    }
    done = index + 1;
  }
  const last = records[done - 1];
  if (last !== undefined) await spool.removeThrough(last.position);
  // A batch of nothing but refused records is no progress: pause before they are tried again.
  const nothingElse = results.every((result) => result.status === 'rejected');
  return { stuck: stuck ?? (nothingElse ? refusal : null), unmoved };
}

/** A fault that concerns this record and won't pass by itself: too large for the topic, say. */
function isRefusal(error: unknown): boolean {
  return error instanceof Fault && !error.retryable && !error.denied && !('fatal' in error && error.fatal === true);
}

async function within<T>(limitMs: number, work: Promise<T>, clock: Clock): Promise<T> {
  if (await waitAtMost(limitMs, work, clock)) return await work;
  throw new Error(`Kafka's client settled a batch in neither way within ${limitMs} ms`);
}
