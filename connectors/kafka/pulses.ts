import type { Clock } from '../../platform/host/index.ts';

/**
 * When each consumer of a process was last polled, which shows whether its owner's loop still runs. A consumer is watched
 * from its first poll until it is closed; one that is only asked for offsets has no loop.
 */
export class Pulses {
  readonly #clock: Clock;
  readonly #lastMs = new Map<object, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  beat(consumer: object): void {
    this.#lastMs.set(consumer, this.#clock.monotonicMs());
  }

  gone(consumer: object): void {
    this.#lastMs.delete(consumer);
  }

  /** False where a consumer that should be polled hasn't been for `withinMs`. */
  live(withinMs: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#lastMs.values()].every((lastMs) => nowMs - lastMs <= withinMs);
  }
}

/** After so long without a poll a member has lost its partitions (`max.poll.interval.ms`), whatever it waits for. */
export const pulseStopsMs = 330_000;
