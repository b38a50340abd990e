import { Fault } from '../platform/faults.ts';

/**
 * Why a processor gave up. The message says what to do.
 *
 * | code | meaning | retryable |
 * |---|---|---|
 * | `TOPIC_MISSING` | a topic of the topology doesn't exist | after `topics apply` |
 * | `TOPIC_MISMATCH` | input and changelog differ in partition count | no |
 * | `INSTANCE_FENCED` | another live process uses this instance name | no |
 * | `UNREADABLE_BATCH` | the Kafka client can't decompress a batch | once the client can |
 * | `DENIED` | the cluster refuses our identity or rights | no |
 * | `STORE_LOCKED`, `STORE_FOLDER`, `DISK_FULL` | see `StoreFaultCode` | after a person's help |
 * | `FAILURE_LIMIT` | too many records failed: a defect of this release, or a poisoned topic | no |
 * | `NEWER_RELEASE` | a newer release has written what this one would lose | no |
 * | `BUDGET_SPENT` | Kafka answers, but the same work failed again and again | yes |
 * | `DEFECT` | an invariant of the runtime doesn't hold | yes |
 */
export type ProcessorFaultCode =
  | 'TOPIC_MISSING'
  | 'TOPIC_MISMATCH'
  | 'INSTANCE_FENCED'
  | 'UNREADABLE_BATCH'
  | 'DENIED'
  | 'STORE_LOCKED'
  | 'STORE_FOLDER'
  | 'DISK_FULL'
  | 'FAILURE_LIMIT'
  | 'NEWER_RELEASE'
  | 'BUDGET_SPENT'
  | 'DEFECT';

export class ProcessorFault extends Fault<ProcessorFaultCode> {
  override readonly name = 'ProcessorFault';

  /** Retryable: starting the process again may help by itself. */
  constructor(code: ProcessorFaultCode, message: string, cause?: unknown) {
    const retryable = code === 'BUDGET_SPENT' || code === 'DEFECT' || code === 'TOPIC_MISSING';
    super(message, { code, retryable, denied: code === 'DENIED', cause });
  }
}
