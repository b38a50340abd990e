import type { Clock } from '../platform/host/index.ts';
import { deliveryOf, replayedAtMsOf } from '../processors/callback/index.ts';
import type { SourceRecord, Topology } from '../processors/topology.ts';

export type ArrivalsOptions = {
  readonly clock: Clock;
  /**
   * How long nothing is concluded from a topic's end after Kafka was away, after the start, and after a record that came
   * late. Longer waits for slower publishers and makes every timer wait longer at these times. 0: the end is believed.
   */
  readonly holdMs: number;
  /** When Kafka was last away, by the monotonic clock; now while it is. */
  readonly awayAtMs: () => number;
};

/** Longer than a short absence of Kafka that nobody here notices, and than publishing takes. */
const usuallyWithinMs = 10_000;

/**
 * Whether what was received is in its topic by now. Publishers outside a transaction keep what they have received while
 * Kafka is away (the ingress spools it on disk), so a topic's end then says nothing: after an outage it looks as if
 * nothing had happened meanwhile, until they have published what waited.
 */
export class Arrivals {
  readonly #o: ArrivalsOptions;
  #lateAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ArrivalsOptions) {
    this.#o = options;
  }

  /** What was received up to so long ago is in its topic, unless `held`. */
  get withinMs(): number {
    return Math.min(usuallyWithinMs, this.#o.holdMs);
  }

  /** True while records that were received long ago may still be on their way. */
  get held(): boolean {
    const sinceMs = Math.max(this.#o.awayAtMs(), this.#lateAtMs);
    return this.#o.clock.monotonicMs() - sinceMs < this.#o.holdMs;
  }

  /** The same topology, whose records are looked at before they are processed: before anybody hears that they are. */
  watch<S>(topology: Topology<S>): Topology<S> {
    return {
      ...topology,
      step: (state, record, context) => {
        this.#see(record);
        return topology.step(state, record, context);
      },
    };
  }

  /** A record that was appended long after it was received tells that its publisher is still emptying what it kept. */
  #see(record: SourceRecord): void {
    // A replay comes late on purpose.
    if (replayedAtMsOf(record) !== null) return;
    if (record.timestampMs - deliveryOf(record).receivedAtMs > usuallyWithinMs)
      this.#lateAtMs = this.#o.clock.monotonicMs();
  }
}
