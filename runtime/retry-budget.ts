import { KafkaFault } from '../connectors/kafka/index.ts';
import { counted } from '../platform/counted.ts';
import { isRetryable } from '../platform/faults.ts';
import { ProcessorFault } from './processor-fault.ts';

/**
 * The budget for doing the same work again. Waiting for Kafka or the registry costs nothing of it: only failures while
 * Kafka answers count, and any success restores it.
 */
export class RetryBudget {
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
    if (isRetryable(cause)) {
      this.#waits++;
      return pauseMs(this.#waits);
    }
    this.#failures++;
    if (this.#failures > this.#limit) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ProcessorFault(
        'BUDGET_SPENT',
        `the same work failed ${counted(this.#failures, 'time')} in a row, last: ${text}`,
        error,
      );
    }
    return pauseMs(this.#failures);
  }
}

const pauseMs = (times: number): number => Math.min(2_000, 20 * 2 ** Math.min(times, 10));
