/**
 * What a stream processor is, without Kafka: which topic it reads, which compacted topic holds its state, and a pure
 * step from (state, record) to (state, outputs). `runtime/` runs a topology exactly once; a test can run it
 * with a plain loop.
 */
import type { DeadLetterReason } from '../schemas/dead-letter.ts';
import type { TopicId } from '../schemas/topics.ts';

/** One input record. `value` is already decoded where the input topic has an Avro contract, else the bytes as received. */
export type SourceRecord = {
  readonly key: string;
  readonly value: unknown;
  /** Header values as UTF-8 text. */
  readonly headers: Readonly<Record<string, string>>;
  /** The record's Kafka timestamp, epoch milliseconds. */
  readonly timestampMs: number;
};

/** One output record. A null value is a tombstone. Headers are added to the record as they are. */
export type Emission = {
  readonly topic: TopicId;
  readonly key: string;
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Says all there is to say of what it is about. Where steps of one input key say one snapshot after the other under the
   * same key of this topic, and nothing else to it in between, those of one transaction may be left out except the last.
   */
  readonly snapshot?: true;
};

/**
 * What a step says.
 * - `next`: the state of this key is now `state` (null: forget it, a tombstone with `reason` goes to the changelog).
 *   With `others`, the very state that was given means that nothing is written for this key.
 * - `drop`: nothing changes and nothing is written (a duplicate, say).
 * - `dead-letter`: the record can't be used; its original bytes go to `dead-letters` in the same transaction.
 */
export type Outcome<S> =
  | {
      readonly kind: 'next';
      readonly state: S | null;
      readonly reason?: string;
      /** States of further keys, null to forget one. They lie in the same partition whatever their hash says. */
      readonly others?: ReadonlyMap<string, S | null>;
      readonly emit: readonly Emission[];
      readonly labels?: Labels;
    }
  | { readonly kind: 'drop'; readonly reason: string; readonly labels?: Labels }
  | {
      readonly kind: 'dead-letter';
      readonly reason: DeadLetterReason;
      readonly error: string;
      readonly labels?: Labels;
    };

/** Labels and measures of one step for metrics, e.g. the event type and how far out of order it came. */
export type Labels = Readonly<Record<string, string | number>>;

export type StepContext<S = never> = {
  /** Wall clock when the record is processed, epoch milliseconds. */
  readonly nowMs: number;
  /**
   * The state of a further key of this partition, as the steps before have left it. A step that reads one may be called
   * anew from its beginning. Absent where the runner keeps one state per record key.
   */
  readonly read?: (key: string) => S | null;
};

export type Topology<S> = {
  /** Names the consumer group, the transactional ids, the state folder: `video`, `session`. */
  readonly name: string;
  readonly input: TopicId;
  /** The compacted topic that holds exactly this processor's store; same partition count as `input`. */
  readonly changelog: TopicId;
  /** All topics that `emit` may name. */
  readonly outputs: readonly TopicId[];
  /** Must not throw on bad input (say `dead-letter`); a throw is treated as a defect and dead-letters the record. */
  step(state: S | null, record: SourceRecord, context: StepContext<S>): Outcome<S>;
  readonly timer?: {
    /** When this state wants `fire` to be called, epoch milliseconds; null for never. */
    dueAtMs(state: S): number | null;
    /**
     * Called once the task and everything upstream of it has worked past the deadline. `nowMs` is at least the
     * deadline. The returned state must have a later deadline or none.
     */
    fire(key: string, state: S, context: StepContext<S>): Outcome<S>;
  };
};
