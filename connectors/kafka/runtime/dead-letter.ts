import { header } from '../../../schemas/topics.ts';
import type { ConsumedRecord, OutgoingRecord } from '../client/record.ts';
import { ProcessorFault } from './processor-fault.ts';

/** The record that keeps what couldn't be used: its original key, bytes and headers, where it came from, and why. */
export function deadLetter(
  topic: string,
  stage: string,
  origin: ConsumedRecord,
  reason: string,
  error: string,
): OutgoingRecord {
  return {
    topic,
    key: origin.key,
    value: origin.value,
    headers: {
      ...origin.headers,
      [header.reason]: reason,
      [header.error]: error.slice(0, 500),
      [header.stage]: stage,
      [header.originTopic]: origin.topic,
      [header.originPartition]: String(origin.partition),
      [header.originOffset]: String(origin.offset),
    },
  };
}

export type FailureLimitOptions = {
  /** Share of the recent records that may fail. Default 0.1. */
  readonly ratio?: number;
  /** So many failures are always allowed: a few poisoned records must not stop a quiet topic. Default 20. */
  readonly allowed?: number;
};

/**
 * Stops a bad release from pouring a topic into dead letters. It counts defects only (the processor threw, or a value
 * couldn't be read or written), not records that the processor itself judged to be unusable.
 */
export class FailureLimit {
  readonly #ratio: number;
  readonly #allowed: number;
  #records = 0;
  #failures = 0;

  constructor(o: FailureLimitOptions = {}) {
    this.#ratio = o.ratio ?? 0.1;
    this.#allowed = o.allowed ?? 20;
  }

  /** Call before the batch is committed. Throws `FAILURE_LIMIT`: the transaction must not be committed. */
  check(records: number, failures: number, lastError: string): void {
    const all = this.#records + records;
    const failed = this.#failures + failures;
    if (failures > 0 && failed > this.#allowed && failed > all * this.#ratio) {
      throw new ProcessorFault(
        'FAILURE_LIMIT',
        `${failed} of the last ${all} records failed; nothing of this batch was written. Last error: ${lastError}. ` +
          'Fix or roll back the release, or look at the input, then start again',
      );
    }
  }

  /** Call once the batch is committed. */
  passed(records: number, failures: number): void {
    this.#records += records;
    this.#failures += failures;
    // The past fades, so that a long healthy time doesn't buy a long sick one.
    if (this.#records > 10_000) {
      this.#records /= 2;
      this.#failures /= 2;
    }
  }
}
