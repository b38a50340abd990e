import type { TopicPartition, TopicPartitionOffset } from '../connectors/kafka/index.ts';
import type { Outcome, SourceRecord } from '../processors/topology.ts';

export type RestoreProgress = {
  /** Records put into the store so far. */
  readonly records: number;
  readonly recordsPerSecond: number;
  /** Offsets still to go. */
  readonly remaining: number;
  /** Seconds to go at this rate; null while the rate is unknown. */
  readonly etaSeconds: number | null;
  readonly done: boolean;
};

/** What a step said, once it is committed. */
export type CommittedOutcome = Outcome<unknown>['kind'];

/** Calls into metrics and logs. None may throw; all are called from the loop, so they must be quick. */
export type ProcessorHooks = {
  /** One record's outcome, after its transaction was committed. `failure` where it failed as a defect. */
  readonly onOutcome?: (
    record: SourceRecord & { readonly partition: number; readonly offset: number },
    outcome: Outcome<unknown>,
    failure: string | null,
  ) => void;
  /** A timer's outcome, after its transaction was committed. `failure` where it failed: it won't be called again for this state. */
  readonly onTimer?: (partition: number, key: string, outcome: Outcome<unknown>, failure: string | null) => void;
  readonly onTransaction?: (transaction: {
    readonly durationMs: number;
    readonly records: number;
    readonly written: number;
  }) => void;
  /** Records between the position and the end of the partition as the client last saw it. About once a second. */
  readonly onLag?: (partition: number, lag: number) => void;
  readonly onRestore?: (partition: number, progress: RestoreProgress) => void;
  /** A transaction that nobody ends has held a restore up for `seconds`: it needs a person. Told again and again. */
  readonly onHeldUp?: (at: TopicPartitionOffset, seconds: number) => void;
  /** For how long the oldest timer that is due has been waiting for input that may still come; 0 for none. Each turn. */
  readonly onTimersHeld?: (seconds: number) => void;
  readonly onStoreSize?: (partition: number, bytes: number) => void;
  /** After the tasks of these partitions were made or closed. */
  readonly onRebalance?: (event: {
    readonly kind: 'assign' | 'revoke' | 'lost';
    readonly partitions: number[];
  }) => void;
  readonly onDeadLetter?: (reason: string) => void;
  /** Input that was deleted by retention before it was processed. */
  readonly onLostRange?: (range: TopicPartition & { readonly from: number; readonly to: number }) => void;
  /** A store was thrown away and is rebuilt. */
  readonly onRebuild?: (partition: number, why: string) => void;
  /** Something went wrong; `answer` is what the runtime does about it. */
  readonly onFault?: (error: unknown, answer: string) => void;
};
