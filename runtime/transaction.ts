import type {
  Consumer,
  OutgoingRecord,
  TopicPartitionOffset,
  TransactionalProducer,
} from '../connectors/kafka/index.ts';
import { hasCode, KafkaFault } from '../connectors/kafka/index.ts';
import { type KafkaRetryOptions, retryKafka } from './retry-kafka.ts';

/** The transaction was aborted: drop the batch, seek back, process it again. */
export class TransactionAborted extends Error {
  override readonly name = 'TransactionAborted';
}

/** Whether the transaction was committed isn't known, and this producer can't say: replace it and reopen the tasks. */
export class ProducerLost extends Error {
  override readonly name = 'ProducerLost';
}

export type TransactionOptions = KafkaRetryOptions & {
  /** How long a transaction may take with all its retries, without its abort. */
  readonly budgetMs: number;
};

/**
 * Writes records and offsets as one transaction. Resolves when it is committed; rejects with `TransactionAborted`, `ProducerLost`, or
 * what `beforeOffsets` threw (aborted then, too).
 *
 * `beforeOffsets` runs after the records were handed to the producer and before the group checks that this member still
 * owns its partitions.
 *
 * | fault | what is done |
 * |---|---|
 * | retryable | the same call again, until `retry.signal` or the end of its budget, then `ProducerLost` |
 * | a call hangs (`KAFKA_CALL_HUNG`) | throw `ProducerLost` |
 * | abortable (fenced by the group's generation, a record refused, time-out) | abort, throw `TransactionAborted` |
 * | fatal (fenced by a newer producer, epoch lost) or anything else | throw `ProducerLost` |
 */
export async function transact(
  producer: TransactionalProducer,
  consumer: Consumer,
  records: Iterable<OutgoingRecord>,
  offsets: readonly TopicPartitionOffset[],
  beforeOffsets: () => Promise<void>,
  options: TransactionOptions,
): Promise<void> {
  const { clock, budgetMs } = options;
  // A coordinator that is gone for good would be retried without end, and all partitions wait for this one call.
  const retry = { ...options, untilMs: clock.monotonicMs() + budgetMs };
  let open = false;
  try {
    await retryKafka(() => producer.begin(), retry);
    open = true;
    for (const record of records) await write(producer, record, retry);
    await beforeOffsets();
    await retryKafka(() => producer.sendOffsets(offsets, consumer), retry);
    await retryKafka(() => producer.commit(), retry);
  } catch (fault) {
    const known = !(fault instanceof KafkaFault);
    if (open && (known || fault.abortable)) {
      await abort(producer, { ...options, untilMs: clock.monotonicMs() + Math.min(budgetMs, abortBudgetMs) });
      if (known) throw fault;
      throw new TransactionAborted(fault.message, { cause: fault });
    }
    if (known) throw fault;
    throw new ProducerLost(fault.message, { cause: fault });
  }
}

async function abort(producer: TransactionalProducer, retry: KafkaRetryOptions): Promise<void> {
  try {
    await retryKafka(() => producer.abort(), retry);
  } catch (fault) {
    throw new ProducerLost('the transaction could not be aborted', { cause: fault });
  }
}

/** An abort that doesn't succeed soon is left to the broker, or to the next producer of this transactional id. */
const abortBudgetMs = 5_000;

/** Waits where the producer's queue is full: a slow broker slows the loop and never grows the process. */
async function write(
  producer: TransactionalProducer,
  record: OutgoingRecord,
  retry: KafkaRetryOptions & { readonly untilMs: number },
): Promise<void> {
  for (;;) {
    try {
      producer.write(record);
      return;
    } catch (fault) {
      if (!hasCode(fault, 'ERR__QUEUE_FULL')) throw fault;
      if (retry.signal.aborted || retry.clock.monotonicMs() >= retry.untilMs) throw fault;
      await producer.drain(1_000).catch(() => retry.onRetry?.(fault));
    }
  }
}
