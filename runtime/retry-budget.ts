import { KafkaFault } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import { ProcessorFault } from './processor-fault.ts';

/**
 * The budget for doing the same work again. Waiting for Kafka costs nothing of it: only failures while Kafka answers
 * count, and any success gives all of it back.
 */
export class Attempts {
  readonly #limit: number;
  #failures = 0;
  #waits = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#waits = 0;
  }

  /** How long to pause before the next attempt, milliseconds. Throws `BUDGET_SPENT` (or `DENIED`) where there should be none. */
  failed(error: unknown): number {
    const cause = error instanceof Error && error.cause instanceof KafkaFault ? error.cause : error;
    if (cause instanceof KafkaFault && cause.denied) {
      throw new ProcessorFault('DENIED', `${cause.message}. Check credentials and access rules`, cause);
    }
    if (isWaiting(cause)) {
      this.#waits++;
      return pauseMs(this.#waits);
    }
    this.#failures++;
    if (this.#failures > this.#limit) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ProcessorFault(
        'BUDGET_SPENT',
        `the same work failed ${this.#failures} times in a row, last: ${text}`,
        error,
      );
    }
    return pauseMs(this.#failures);
  }
}

/**
 * How often this member may lose its name. Once in a while it loses it to itself: a request to join that was repeated
 * over a cut connection counts as a newer member. Again and again means that another live process uses the same name.
 */
export class Fences {
  readonly #clock: Clock;
  readonly #atMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to pause before joining anew, milliseconds. Throws `INSTANCE_FENCED` at the fourth within two minutes. */
  another(cause: unknown): number {
    const nowMs = this.#clock.monotonicMs();
    this.#atMs.push(nowMs);
    const recent = this.#atMs.filter((atMs) => nowMs - atMs < 120_000).length;
    if (recent > 3) {
      throw new ProcessorFault(
        'INSTANCE_FENCED',
        'another live process joins the group under this instance name again and again: it runs with the same LIVE2VOD_INSTANCE. Set another LIVE2VOD_INSTANCE for one of them, or stop it',
        cause,
      );
    }
    return recent * 500;
  }
}

const pauseMs = (times: number): number => Math.min(2_000, 20 * 2 ** Math.min(times, 10));

/** Kafka (or the registry) is away or busy: its turn, not ours. */
const isWaiting = (error: unknown): boolean =>
  error instanceof Error && 'retryable' in error && error.retryable === true;
