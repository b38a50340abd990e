import type { Clock } from '../platform/host/index.ts';
import { deliveryOf, isLiveRecord, replayedAtMsOf, sentAtMsOf } from '../processors/callback/index.ts';
import type { SourceRecord, Topology } from '../processors/topology.ts';

export type LateArrivalGuardOptions = {
  readonly clock: Clock;
  /**
   * How long a topic's end says nothing after Kafka was away, after the start, and after a record that came late. Longer
   * waits for slower publishers and makes every timer wait longer at these times. 0: the end always counts.
   */
  readonly holdMs: number;
  /** See `ProcessorStatus.kafkaLastUnreachableMs`. */
  readonly kafkaLastUnreachableMs: () => number;
};

/** Longer than an absence of Kafka that goes unnoticed here, and than publishing takes. */
const usualDelayMs = 10_000;

/**
 * Says whether what was received is in its topic by now. Publishers outside a transaction keep what they have received
 * while Kafka is away (the ingress spools it on disk). After an outage a topic's end then looks as if nothing had
 * happened meanwhile, until they have published what they kept.
 */
export class LateArrivalGuard {
  readonly #o: LateArrivalGuardOptions;
  #lateAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LateArrivalGuardOptions) {
    this.#o = options;
  }

  /** What was received at least so long ago is in its topic, unless `active`. */
  get usualDelayMs(): number {
    return Math.min(usualDelayMs, this.#o.holdMs);
  }

  /** True while records that were received long ago may still be missing from their topic. */
  get active(): boolean {
    const sinceMs = Math.max(this.#o.kafkaLastUnreachableMs(), this.#lateAtMs);
    return this.#o.clock.monotonicMs() - sinceMs < this.#o.holdMs;
  }

  /** The same topology, with each record's delay checked before the record is processed and its offset committed. */
  watch<S>(topology: Topology<S>): Topology<S> {
    return {
      ...topology,
      step: (state, record, context) => {
        this.#check(record);
        return topology.step(state, record, context);
      },
    };
  }

  /**
   * A record that was appended long after it was received shows that its publisher is still emptying its spool, one that had
   * waited in its queue that the queue is. (What Live signs is told by its clock, and no session depends on it.)
   */
  #check(record: SourceRecord): void {
    // A replay is late on purpose.
    if (replayedAtMsOf(record) !== null) return;
    const sinceMs = isLiveRecord(record) ? deliveryOf(record).receivedAtMs : sentAtMsOf(record);
    if (record.timestampMs - sinceMs > usualDelayMs) this.#lateAtMs = this.#o.clock.monotonicMs();
  }
}
