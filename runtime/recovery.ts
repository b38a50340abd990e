import type { Consumer } from '../connectors/kafka/index.ts';
import { hasCode, KafkaFault } from '../connectors/kafka/index.ts';
import type { Assignment } from './assignment.ts';
import type { Attempts } from './attempts.ts';
import type { ProcessorHooks } from './hooks.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { ProcessorStatus } from './status.ts';
import { StoreFault } from './store/store-fault.ts';
import { Aborted, ProducerLost } from './transaction.ts';
import { isRetryable } from './work.ts';

/** The consumer is of no use any more: its name went to a newer member, it has forgotten all brokers, or a call hangs in it. */
export class MembershipLost extends Error {
  override readonly name = 'MembershipLost';
}

const finished = [
  'ERR__FATAL',
  'ERR_FENCED_INSTANCE_ID',
  'KAFKA_ASSIGNMENT_LOST',
  'KAFKA_BROKERS_FORGOTTEN',
  'KAFKA_CALL_HUNG',
] as const;

export type RecoveryOptions<S> = {
  readonly inputTopic: string;
  readonly consumer: Consumer;
  readonly assignment: Assignment<S>;
  readonly attempts: Attempts;
  readonly status: ProcessorStatus;
  readonly hooks: ProcessorHooks;
  /** Replaces the producer. */
  readonly renewProducer: () => Promise<void>;
};

/**
 * What the loop does about an error:
 *
 * | error | answer |
 * |---|---|
 * | transaction aborted | seek back to what is committed, go on |
 * | producer lost, transaction's fate unknown | a new producer; every task is opened again from store, changelog and group |
 * | position outside of the log | tasks opened again; what was lost is reported |
 * | Kafka or registry away or busy | seek back, wait, go on |
 * | store corrupt | that store is rebuilt from its topic |
 * | store locked, folder unusable, disk full | stop |
 * | the group has given this member's name away; the consumer has forgotten all brokers, hangs, or reads less than it owns | join anew (`MembershipLost`) |
 * | a batch of records that the client can't decompress | stop |
 * | access denied, too many failures | stop |
 * | anything else | stop: an invariant is broken |
 *
 * Resolves with a pause in milliseconds, or rejects with the `ProcessorFault` that stops the processor.
 */
export async function recover<S>(error: unknown, o: RecoveryOptions<S>): Promise<number> {
  if (error instanceof ProcessorFault) throw error;
  if (error instanceof StoreFault && error.code !== 'STORE_CORRUPT') {
    throw new ProcessorFault(error.code, error.message, error);
  }
  // Said by the consumer itself. In a transaction the same code only means that offsets went out under the member id that
  // this process had before it joined again, and that passes.
  if (hasCode(error, ...finished)) throw new MembershipLost(error.message, { cause: error });
  if (hasCode(error, 'KAFKA_UNREADABLE_BATCH')) throw new ProcessorFault('UNREADABLE_BATCH', error.message, error);
  const pauseMs = o.attempts.failed(error);

  if (error instanceof Aborted) {
    o.hooks.onFault?.(error, 'aborted, do it again');
    await seekBack(o);
    return pauseMs;
  }
  if (error instanceof ProducerLost) {
    o.hooks.onFault?.(error, 'new producer, open the tasks again');
    o.status.reachable(false);
    await o.renewProducer();
    await o.assignment.reopenAll();
    return pauseMs;
  }
  if (hasCode(error, 'ERR__AUTO_OFFSET_RESET', 'ERR_OFFSET_OUT_OF_RANGE')) {
    o.hooks.onFault?.(error, 'open the tasks again');
    await o.assignment.reopenAll();
    return pauseMs;
  }
  if (error instanceof StoreFault) {
    o.hooks.onFault?.(error, 'rebuild the store');
    await o.assignment.rebuild(error);
    await seekBack(o);
    return pauseMs;
  }
  if (isRetryable(error)) {
    o.hooks.onFault?.(error, 'wait');
    if (error instanceof KafkaFault) o.status.reachable(false);
    await seekBack(o);
    return pauseMs;
  }
  throw new ProcessorFault('DEFECT', error instanceof Error ? error.message : String(error), error);
}

/** The records of the dropped batch come again. */
async function seekBack<S>(o: RecoveryOptions<S>): Promise<void> {
  for (const task of o.assignment.working) {
    try {
      await o.consumer.seek({ topic: o.inputTopic, partition: task.partition }, task.position);
    } catch (error) {
      o.hooks.onFault?.(error, 'open the task again');
      await o.assignment.reopen(task.partition, null);
    }
  }
}
