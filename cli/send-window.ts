import type { IdempotentProducer, OutgoingRecord } from '../connectors/kafka/index.ts';

const mostRecords = 5_000;
/** Half of what a producer takes: the largest record still fits. */
const mostBytes = 16 * 1024 * 1024;

/** Feeds a producer as fast as it gets rid of records, without running into its limit of bytes on their way. */
export class SendWindow {
  readonly #producer: Pick<IdempotentProducer, 'send'>;
  #pending: Promise<unknown>[] = [];
  #bytes = 0;

  constructor(producer: Pick<IdempotentProducer, 'send'>) {
    this.#producer = producer;
  }

  /** Sends; waits where much is on its way. Rejects when an earlier one was refused. */
  async send(record: OutgoingRecord): Promise<void> {
    const sending = this.#producer.send(record);
    // It is awaited below: until then a rejection must not count as unhandled.
    sending.catch(() => {});
    this.#pending.push(sending);
    this.#bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (this.#pending.length >= mostRecords || this.#bytes >= mostBytes) await this.settled();
  }

  /** Resolves once everything sent so far is durable; rejects where something was refused. */
  async settled(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    this.#bytes = 0;
    await Promise.all(pending);
  }
}
