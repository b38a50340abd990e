import kafka from '@confluentinc/kafka-javascript';
import { ClientCalls, type NativeCall } from './callback.ts';
import { ClientDiagnostics } from './client-diagnostics.ts';
import { closeClient, connectClient, defaultConnectTimeoutMs, inSlices } from './connection.ts';
import type { Consumer } from './consumer.ts';
import { kafkaFault } from './fault.ts';
import { asBuffer, nativeHeaders, nativeKey, type OutgoingRecord, type TopicPartitionOffset } from './record.ts';
import { clientConfig, defaultTransactionTimeoutMs, type KafkaSettings, producerKeys } from './settings.ts';

export type TransactionalProducerOptions = {
  /** One live producer per id: connecting another one fences the older. */
  readonly transactionalId: string;
  /** A transaction that is open for longer is aborted by the broker. Default 10,000. */
  readonly transactionTimeoutMs?: number;
  /** Most bytes that may wait in this client. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** Default 30,000. */
  readonly connectTimeoutMs?: number;
  /** Ends the waiting for a broker some seconds after it aborts. */
  readonly signal?: AbortSignal;
};

/**
 * Writes records and consumer offsets atomically: begin, write, `sendOffsets`, then commit or abort. Every method
 * rejects with a `KafkaFault`; `abortable` asks for `abort`, `fatal` for a new producer.
 */
export class TransactionalProducer {
  readonly #producer: kafka.Producer;
  /** How long one call waits before it gives a retryable fault; calling again goes on where it was. */
  readonly #timeoutMs: number;
  readonly #diagnostics: ClientDiagnostics;
  readonly #calls: ClientCalls;

  private constructor(producer: kafka.Producer, diagnostics: ClientDiagnostics, calls: ClientCalls, timeoutMs: number) {
    this.#producer = producer;
    this.#diagnostics = diagnostics;
    this.#calls = calls;
    this.#timeoutMs = timeoutMs;
  }

  /** Connects, and waits until whatever a previous producer of this id left open is finished. */
  static async connect(settings: KafkaSettings, o: TransactionalProducerOptions): Promise<TransactionalProducer> {
    const transactionTimeoutMs = o.transactionTimeoutMs ?? defaultTransactionTimeoutMs;
    const native = new kafka.Producer(
      clientConfig(settings, {
        ...producerKeys,
        'transactional.id': o.transactionalId,
        'transaction.timeout.ms': transactionTimeoutMs,
        // Commit flushes whatever lingers, so this only decides how full batches get meanwhile.
        'linger.ms': 5,
        // The coordinator answers "concurrent transactions" while it writes the previous one's markers (a few ms); the
        // default pause of 100 ms before asking again would be the pipeline's whole latency.
        'retry.backoff.ms': 4,
        'queue.buffering.max.kbytes': Math.ceil((o.maxQueuedBytes ?? 64 * 1024 * 1024) / 1024),
        'queue.buffering.max.messages': 1_000_000,
        'message.max.bytes': 4 * 1024 * 1024,
      }),
    );
    const diagnostics = new ClientDiagnostics(settings.brokers);
    const connectTimeoutMs = o.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const calls = new ClientCalls();
    await connectClient(native, settings, connectTimeoutMs, diagnostics, calls, o.signal);
    const producer = new TransactionalProducer(native, diagnostics, calls, Math.ceil(transactionTimeoutMs / 2));
    try {
      // Called again after a time-out, it goes on where it was.
      const start = (ms: number) =>
        calls.work<void>(`start transactions as ${o.transactionalId}`, ms, (done) => native.initTransactions(ms, done));
      await inSlices(start, connectTimeoutMs, o.signal);
    } catch (error) {
      await producer.close();
      throw diagnostics.explain(kafkaFault('start transactions', error));
    }
    return producer;
  }

  async begin(): Promise<void> {
    await this.#call('begin a transaction', this.#timeoutMs, (done) => this.#producer.beginTransaction(done));
  }

  /** Hands one record over. Throws a retryable `KafkaFault` with code `ERR__QUEUE_FULL` when this client's memory bound is reached. */
  write(record: OutgoingRecord): void {
    try {
      this.#producer.produce(
        record.topic,
        record.partition ?? null,
        asBuffer(record.value),
        nativeKey(record),
        record.timestampMs ?? null,
        undefined,
        nativeHeaders(record),
      );
    } catch (error) {
      throw kafkaFault(`write to ${record.topic}`, error);
    }
  }

  /** Makes the consumer group's progress part of the transaction. Fails where the group has moved on without this member. */
  async sendOffsets(offsets: readonly TopicPartitionOffset[], consumer: Consumer): Promise<void> {
    await this.#call('add offsets to the transaction', this.#timeoutMs, (done) =>
      this.#producer.sendOffsetsToTransaction([...offsets], consumer.native, this.#timeoutMs, done),
    );
  }

  /** Waits until all records are acknowledged, then commits. A retryable fault may be answered by calling it again. */
  async commit(): Promise<void> {
    await this.#call('commit a transaction', this.#timeoutMs, (done) =>
      this.#producer.commitTransaction(this.#timeoutMs, done),
    );
  }

  async abort(): Promise<void> {
    await this.#call('abort a transaction', this.#timeoutMs, (done) =>
      this.#producer.abortTransaction(this.#timeoutMs, done),
    );
  }

  /** Waits up to `timeoutMs` until the client's memory has room again. */
  async drain(timeoutMs: number): Promise<void> {
    await this.#call('drain the producer', timeoutMs, (done) => this.#producer.flush(timeoutMs, done));
  }

  #call(doing: string, timeoutMs: number, call: NativeCall<void>): Promise<void> {
    return this.#diagnostics.unlessLost(() => this.#calls.work<void>(doing, timeoutMs, call));
  }

  /**
   * Disconnects without waiting for what is queued: nothing of it counts without a commit. An open transaction is left to
   * the broker's time-out, so abort it first. One that a call hangs in is left as it is: connecting another one of its id
   * fences it.
   */
  async close(): Promise<void> {
    await closeClient(this.#producer, this.#calls);
  }
}
