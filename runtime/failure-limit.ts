import type { FailureCount } from './failure-count.ts';
import { ProcessorFault } from './processor-fault.ts';

export type FailureLimitOptions = {
  /** Share of the recent records that may fail. Default 0.1. */
  readonly ratio?: number;
  /** So many failures are always allowed: a few poisoned records must not stop a quiet topic. Default 20. */
  readonly allowed?: number;
};

/**
 * Stops a bad release from pouring a topic into dead letters. It counts defects only (a step or timer threw, or a state
 * couldn't be read), and nothing that may be the input's fault: bytes that can't be read, values that can't be encoded,
 * records that the processor found unusable.
 *
 * The count outlives the process: a supervisor that starts a failing processor again and again would otherwise allow it
 * as many failures each time.
 */
export class FailureLimit {
  readonly #ratio: number;
  readonly #allowed: number;
  readonly #count: FailureCount;
  #records: number;
  #failures: number;
  /** Records since the count was saved. */
  #recordsSinceSaved = 0;
  /** Failures in the saved count. */
  #savedFailures: number;

  constructor(count: FailureCount, o: FailureLimitOptions = {}) {
    this.#ratio = o.ratio ?? 0.1;
    this.#allowed = o.allowed ?? 20;
    this.#count = count;
    ({ records: this.#records, failures: this.#failures } = count.read());
    this.#savedFailures = this.#failures;
  }

  /** Call before the batch is committed. Throws `FAILURE_LIMIT`: the transaction must not be committed. */
  check(records: number, failures: number, lastError: string): void {
    const all = this.#records + records;
    const failed = this.#failures + failures;
    if (failures > 0 && failed > this.#allowed && failed > all * this.#ratio) {
      const before =
        this.#failures > 0 ? `; to forget the ${Math.round(this.#failures)} before, delete ${this.#count.place}` : '';
      throw new ProcessorFault(
        'FAILURE_LIMIT',
        `${Math.round(failed)} of the last ${Math.round(all)} records failed; nothing of this batch was written. Last error: ` +
          `${lastError}. Fix or roll back the release, or look at the input, then start again${before}`,
      );
    }
  }

  /** Call once the batch is committed. */
  passed(records: number, failures: number): void {
    this.#records += records;
    this.#failures += failures;
    // The past counts less and less, so that a long healthy time doesn't allow a long failing one.
    if (this.#records > 10_000) {
      this.#records /= 2;
      this.#failures = this.#failures < 2 ? 0 : this.#failures / 2;
    }
    this.#recordsSinceSaved += records;
    // Good records are saved too: after a kill the failures would otherwise count against none of them.
    if (failures > 0 || this.#recordsSinceSaved >= 1_000) this.save();
  }

  /** Saves the count, unless it was and is zero. */
  save(): void {
    this.#recordsSinceSaved = 0;
    if (this.#failures === 0 && this.#savedFailures === 0) return;
    this.#count.write({ records: this.#records, failures: this.#failures });
    this.#savedFailures = this.#failures;
  }
}
