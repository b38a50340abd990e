import kafka, { type DeliveryReport } from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/host/index.ts';
import { InOrder, type Place } from '../../platform/in-order.ts';
import { ClientCalls } from './callback.ts';
import { ClientDiagnostics } from './client-diagnostics.ts';
import { closeClient, connectClient, defaultConnectTimeoutMs } from './connection.ts';
import { KafkaFault, kafkaFault } from './fault.ts';
import { asBuffer, nativeHeaders, nativeKey, type OutgoingRecord } from './record.ts';
import { clientConfig, type KafkaSettings, producerKeys } from './settings.ts';

export type IdempotentProducerOptions = {
  /** How long a record may wait for company in its batch. Default 2. */
  readonly lingerMs?: number;
  /** Keys plus values that may be on their way at once; above it `send` rejects at once. Default 32 MiB. */
  readonly maxInFlightBytes?: number;
  /** A record that isn't acknowledged by then is rejected, its fate unknown. Default 30,000. */
  readonly deliveryTimeoutMs?: number;
  /** Default 30,000. */
  readonly connectTimeoutMs?: number;
  /** Ends the waiting for a broker some seconds after it aborts. */
  readonly signal?: AbortSignal;
};

type Waiting = {
  readonly topic: string;
  readonly bytes: number;
  readonly sentInTick: number;
  readonly resolve: (at: { partition: number; offset: number }) => void;
  readonly reject: (fault: KafkaFault) => void;
};

/**
 * Publishes outside a transaction: idempotent, `acks=all`, in order per key. A record is durable when its promise
 * resolves (the broker's delivery report), and not before.
 *
 * After a rejection the record may or may not be in the topic (sending it again may duplicate it, so its consumer must
 * be idempotent). A `fatal` fault means this producer is finished: close it and connect another one.
 */
export class IdempotentProducer {
  readonly #producer: kafka.Producer;
  readonly #maxInFlightBytes: number;
  readonly #diagnostics: ClientDiagnostics;
  readonly #calls: ClientCalls;
  /** In the order in which they were sent. */
  readonly #waiting = new InOrder<Waiting>();
  readonly #overdueTicks: number;
  readonly #stopTicking: () => void;
  #tick = 0;
  #inFlightBytes = 0;

  private constructor(
    producer: kafka.Producer,
    diagnostics: ClientDiagnostics,
    calls: ClientCalls,
    o: { readonly maxInFlightBytes: number; readonly deliveryTimeoutMs: number },
  ) {
    this.#producer = producer;
    this.#diagnostics = diagnostics;
    this.#calls = calls;
    this.#maxInFlightBytes = o.maxInFlightBytes;
    this.#overdueTicks = Math.ceil((o.deliveryTimeoutMs + reportMarginMs) / tickMs) + 1;
    this.#stopTicking = systemClock.every(tickMs, () => this.#giveUpOverdue());
    producer.on('delivery-report', (error, report) => this.#settle(error, report));
  }

  static async connect(settings: KafkaSettings, o: IdempotentProducerOptions = {}): Promise<IdempotentProducer> {
    const maxInFlightBytes = o.maxInFlightBytes ?? 32 * 1024 * 1024;
    const deliveryTimeoutMs = o.deliveryTimeoutMs ?? 30_000;
    const native = new kafka.Producer(
      clientConfig(settings, {
        ...producerKeys,
        'enable.idempotence': true,
        acks: -1,
        dr_cb: true,
        'linger.ms': o.lingerMs ?? 2,
        'message.timeout.ms': deliveryTimeoutMs,
        // Our own limit rejects first; this one only has to be above it (librdkafka counts its overhead too).
        'queue.buffering.max.kbytes': Math.ceil((maxInFlightBytes * 4) / 1024) + 1024,
        'queue.buffering.max.messages': 1_000_000,
        'message.max.bytes': 4 * 1024 * 1024,
      }),
    );
    const diagnostics = new ClientDiagnostics(settings.brokers);
    const calls = new ClientCalls();
    const timeoutMs = o.connectTimeoutMs ?? defaultConnectTimeoutMs;
    await connectClient(native, settings, timeoutMs, diagnostics, calls, o.signal);
    // Delivery reports come from librdkafka's own thread as they arrive, without a timer of ours in between.
    native.setPollInBackground(true);
    return new IdempotentProducer(native, diagnostics, calls, { maxInFlightBytes, deliveryTimeoutMs });
  }

  /** Keys plus values that were sent and aren't settled yet. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /**
   * Resolves with where the record is, once all in-sync replicas have it. Rejects with a `KafkaFault`: code
   * `KAFKA_IN_FLIGHT_LIMIT` (retryable, nothing was sent), or what the client or broker said.
   */
  send(record: OutgoingRecord): Promise<{ partition: number; offset: number }> {
    if (this.#diagnostics.lost) return Promise.reject(this.#diagnostics.lost);
    const value = asBuffer(record.value);
    const bytes = (value?.length ?? 0) + (record.key?.length ?? 0);
    if (this.#inFlightBytes > 0 && this.#inFlightBytes + bytes > this.#maxInFlightBytes) {
      return Promise.reject(
        new KafkaFault(`${this.#inFlightBytes} bytes are on their way to Kafka already: wait, then send again`, {
          code: 'KAFKA_IN_FLIGHT_LIMIT',
          retryable: true,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const place = this.#waiting.add({ topic: record.topic, bytes, sentInTick: this.#tick, resolve, reject });
      try {
        this.#producer.produce(
          record.topic,
          record.partition ?? null,
          value,
          nativeKey(record),
          record.timestampMs ?? null,
          place,
          nativeHeaders(record),
        );
        this.#inFlightBytes += bytes;
      } catch (error) {
        this.#waiting.take(place);
        reject(kafkaFault(`send to ${record.topic}`, error));
      }
    });
  }

  /** Resolves once a broker has answered a question about the topic. @throws KafkaFault, retryable where none does in time */
  async askFor(topic: string, timeoutMs: number): Promise<void> {
    if (this.#diagnostics.lost) throw this.#diagnostics.lost;
    await this.#calls.ask<kafka.Metadata>('describe', `describe topic ${topic}`, timeoutMs, (done) =>
      this.#producer.getMetadata({ topic, timeout: timeoutMs }, done),
    );
  }

  /** Waits until everything sent so far is settled; rejects with a retryable fault after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    await this.#calls.work<void>('flush the producer', timeoutMs, (done) => this.#producer.flush(timeoutMs, done));
  }

  /** Waits up to 10 s for what is in flight, unless nothing can come of it any more, then disconnects. */
  async close(): Promise<void> {
    if (this.#producer.isConnected()) {
      if (!this.#diagnostics.lost) await this.flush(10_000).catch(() => {});
      await closeClient(this.#producer, this.#calls);
    }
    this.#stopTicking();
    this.#endAll((waiting) => this.#unknown(waiting, 'the producer was closed before anybody said'));
  }

  #settle(error: unknown, report: DeliveryReport): void {
    const waiting = this.#waiting.take(report.opaque as Place<Waiting>);
    // Given up already.
    if (waiting === null) return;
    this.#inFlightBytes -= waiting.bytes;
    if (error) waiting.reject(kafkaFault(`send to ${report.topic}`, error));
    else waiting.resolve({ partition: report.partition, offset: report.offset });
  }

  /**
   * The client reports every record by its own time-out; a client that doesn't can't be used any more. One that has lost its
   * brokers would only let time pass.
   */
  #giveUpOverdue(): void {
    this.#tick += 1;
    const { lost } = this.#diagnostics;
    if (lost) this.#endAll(() => lost);
    else
      this.#endAll((waiting) =>
        this.#tick - waiting.sentInTick < this.#overdueTicks
          ? null
          : this.#unknown(waiting, 'the Kafka client does not say'),
      );
  }

  #unknown({ topic }: Waiting, why: string): KafkaFault {
    const text = `whether a record has reached ${topic} is not known: ${why}`;
    return new KafkaFault(text, { code: 'KAFKA_CALL_HUNG', fatal: true });
  }

  /** In the order in which they were sent, up to the first that has no fault. */
  #endAll(faultOf: (waiting: Waiting) => KafkaFault | null): void {
    for (let place = this.#waiting.first; place !== null; place = this.#waiting.first) {
      const waiting = place.item;
      const fault = waiting === null ? null : faultOf(waiting);
      if (waiting === null || fault === null) return;
      this.#waiting.take(place);
      this.#inFlightBytes -= waiting.bytes;
      waiting.reject(fault);
    }
  }
}

const tickMs = 1_000;
/** What a delivery report may take beyond the record's own time-out. */
const reportMarginMs = 5_000;
