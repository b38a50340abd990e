import type { TopicPartition, TopicPartitionOffset } from '../connectors/kafka/index.ts';
import type { Labels, Outcome } from '../processors/topology.ts';
import type { MembershipState } from './membership-state.ts';
import type { Recovery } from './recovery-kind.ts';
import type { TaskState } from './task-state.ts';

export type RestoreProgress = {
  /** Records put into the store so far. */
  readonly records: number;
  readonly recordsPerSecond: number;
  /** Offsets still to read. */
  readonly remaining: number;
  /** Seconds left at this rate; null while the rate is unknown. */
  readonly etaSeconds: number | null;
  readonly done: boolean;
};

/**
 * What a step came to, without what it made: were states and outputs held until their transaction is committed, the collector
 * would copy all of them first.
 */
export type Happened =
  | { readonly kind: 'next'; readonly labels?: Labels }
  | Extract<Outcome<unknown>, { readonly kind: 'drop' | 'dead-letter' }>;

/** Which record it was. Not what stood in it, which needn't be held until the transaction is committed either. */
export type RecordPlace = TopicPartitionOffset & { readonly key: string | null };

/** Calls into metrics and logs. None may throw; they are called from the loop, so they must be quick. */
export type ProcessorHooks = {
  /** One record's outcome, after its transaction was committed. `failure` where it failed as a defect. */
  readonly onOutcome?: (record: RecordPlace, outcome: Happened, failure: string | null) => void;
  /** A timer's outcome, after its transaction was committed. `failure` where it failed: it won't fire again for this state. */
  readonly onTimer?: (partition: number, key: string, outcome: Happened, failure: string | null) => void;
  readonly onTransaction?: (transaction: {
    readonly durationMs: number;
    readonly records: number;
    readonly written: number;
  }) => void;
  /** Records between the position and the end of the partition as the client last saw it. About once a second. */
  readonly onLag?: (partition: number, lag: number) => void;
  readonly onRestore?: (partition: number, progress: RestoreProgress) => void;
  /** A hanging transaction has blocked a restore for `seconds`: an operator has to end it. Called again while it does. */
  readonly onHangingTransaction?: (at: TopicPartitionOffset, seconds: number) => void;
  /** For how long the oldest due timer has been held back, because input may still come that belongs before it; 0 for none. Each round. */
  readonly onTimersHeld?: (seconds: number) => void;
  readonly onStoreSize?: (partition: number, bytes: number) => void;
  /** After a rebalance was answered: the tasks of these partitions open, or are closed. */
  readonly onRebalance?: (event: {
    readonly kind: 'assign' | 'revoke' | 'lost';
    readonly partitions: number[];
  }) => void;
  readonly onDeadLetter?: (reason: string) => void;
  /** Input that was deleted by retention before it was processed. */
  readonly onLostRange?: (range: TopicPartition & { readonly from: number; readonly to: number }) => void;
  readonly onMembershipState?: (state: MembershipState) => void;
  readonly onTaskState?: (partition: number, state: TaskState) => void;
  /** A store was discarded and is rebuilt. */
  readonly onRebuild?: (partition: number, why: string) => void;
  /** Something went wrong, and what the runtime does about it. */
  readonly onFault?: (error: unknown, recovery: Recovery) => void;
};
