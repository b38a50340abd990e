import type { Consumer } from '../connectors/kafka/index.ts';
import { hasCode, KafkaFault } from '../connectors/kafka/index.ts';
import { isRetryable } from '../platform/faults.ts';
import type { Assignment } from './assignment.ts';
import type { ProcessorHooks } from './hooks.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { Recovery } from './recovery-kind.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { ProcessorStatus } from './status.ts';
import { StoreFault } from './store/store-fault.ts';
import { ProducerLost, TransactionAborted } from './transaction.ts';

/** The consumer can't be used any more: its name went to a newer member, it has forgotten all brokers, or a call hangs in it. */
export class MembershipLost extends Error {
  override readonly name = 'MembershipLost';
}

const membershipLostCodes = [
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
  readonly retryBudget: RetryBudget;
  readonly status: ProcessorStatus;
  readonly hooks: ProcessorHooks;
  readonly replaceProducer: () => Promise<void>;
};

/**
 * Recovers from an error of the loop; README.md has the whole table.
 *
 * | error | recovery |
 * |---|---|
 * | transaction aborted | `abort-transaction` |
 * | producer lost, the transaction's fate unknown | `replace-producer` |
 * | position outside of the log | `reopen-tasks`; what was lost is reported |
 * | store corrupt | `rebuild-store` |
 * | Kafka or registry away or busy | `seek-back` |
 * | the group has given this member's name away; the consumer has forgotten all brokers, hangs, or reads less than it owns | `MembershipLost`, and the processor joins again |
 * | store locked, folder unusable, disk full | stop |
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
  // From the consumer itself. As the cause of an aborted transaction the same code only means that the offsets went out
  // under the member id that this process had before it joined again, and that passes.
  if (hasCode(error, ...membershipLostCodes)) throw new MembershipLost(error.message, { cause: error });
  if (hasCode(error, 'KAFKA_UNREADABLE_BATCH')) throw new ProcessorFault('UNREADABLE_BATCH', error.message, error);
  const pauseMs = o.retryBudget.failed(error);
  const recovery = recoveryFrom(error);
  if (recovery === null) {
    throw new ProcessorFault('DEFECT', error instanceof Error ? error.message : String(error), error);
  }
  o.hooks.onFault?.(error, recovery);
  if (recovery.kind === 'replace-producer') {
    o.status.kafkaReachable = false;
    await o.replaceProducer();
  }
  if (recovery.kind === 'replace-producer' || recovery.kind === 'reopen-tasks') {
    await o.assignment.reopenAll();
    return pauseMs;
  }
  if (error instanceof StoreFault) await o.assignment.rebuild(error);
  if (recovery.kind === 'seek-back' && error instanceof KafkaFault) o.status.kafkaReachable = false;
  await seekBack(o);
  return pauseMs;
}

/** Null where there is none. */
function recoveryFrom(error: unknown): Recovery | null {
  if (error instanceof TransactionAborted) return { kind: 'abort-transaction' };
  if (error instanceof ProducerLost) return { kind: 'replace-producer' };
  if (hasCode(error, 'ERR__AUTO_OFFSET_RESET', 'ERR_OFFSET_OUT_OF_RANGE')) return { kind: 'reopen-tasks' };
  if (error instanceof StoreFault) return { kind: 'rebuild-store', folder: error.folder };
  if (isRetryable(error)) return { kind: 'seek-back' };
  return null;
}

/** The records of the dropped batch are polled again. */
async function seekBack<S>(o: RecoveryOptions<S>): Promise<void> {
  for (const { partition, position } of o.assignment.working) {
    try {
      await o.consumer.seek({ topic: o.inputTopic, partition }, position);
    } catch (error) {
      o.hooks.onFault?.(error, { kind: 'reopen-task', partition });
      await o.assignment.reopen(partition, null);
    }
  }
}
