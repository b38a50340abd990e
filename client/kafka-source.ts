import { randomUUID } from 'node:crypto';
import { type Admin, type Consumer, Kafka, type KafkaConfig, type KafkaMessage, logLevel } from 'kafkajs';
import { Mailbox } from './mailbox.ts';
import { quietKafkajs } from './quiet-kafkajs.ts';
import { readZstd } from './read-zstd.ts';
import { FollowFault } from './states.ts';
import type { Timing } from './timing.ts';

export type SourceOptions = {
  readonly kafka: Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl' | 'clientId'>;
  readonly topic: string;
  /** Prefix of the consumer group, which is a new one each time and commits nothing. */
  readonly groupPrefix: string;
  readonly clock: Pick<Timing, 'sleep'>;
};

/** What was read of one partition. `next` is the offset after it, which may lie past transaction markers, which are never handed out. */
export type Read = { readonly partition: number; readonly messages: readonly KafkaMessage[]; readonly next: number };

export type Ends = readonly { readonly partition: number; readonly low: number; readonly high: number }[];

const batchesWaiting = 8;

/** The committed records of all partitions of one topic, read by kafkajs without a lasting consumer group. */
export class KafkaSource {
  readonly #options: SourceOptions;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #mailbox = new Mailbox<Read>(batchesWaiting);

  constructor(options: SourceOptions) {
    quietKafkajs();
    readZstd();
    this.#options = options;
    const kafka = new Kafka({ ...options.kafka, logLevel: logLevel.NOTHING });
    this.#admin = kafka.admin({ retry: { initialRetryTime: 200, retries: 4 } });
    this.#consumer = kafka.consumer({
      groupId: `${options.groupPrefix}${randomUUID()}`,
      readUncommitted: false,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
      metadataMaxAge: 30_000,
      // A broker that is away is waited for, whatever the number of attempts.
      retry: { initialRetryTime: 200, maxRetryTime: 5_000, restartOnFailure: async () => true },
    });
  }

  /** Where each partition begins and ends now, in order. @throws FollowFault `NO_TOPIC`, `KAFKA` */
  async ends(): Promise<Ends> {
    const { topic } = this.#options;
    try {
      await this.#admin.connect();
      const offsets = await this.#admin.fetchTopicOffsets(topic);
      return offsets
        .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
        .sort((a, b) => a.partition - b.partition);
    } catch (cause) {
      if (types(cause).includes('UNKNOWN_TOPIC_OR_PARTITION')) {
        throw new FollowFault('NO_TOPIC', `topic ${topic} does not exist: check topicPrefix`, { cause });
      }
      throw kafkaFault(cause);
    } finally {
      await this.#admin.disconnect().catch(() => {});
    }
  }

  /** Begins to read at these offsets, one per partition. */
  async start(offsets: readonly number[]): Promise<void> {
    const { topic, clock } = this.#options;
    const { CRASH, END_BATCH_PROCESS } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart) this.#mailbox.fail(kafkaFault(payload.error));
    });
    // Batches of nothing but transaction markers reach no handler, only this event.
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      this.#mailbox.put({ partition: payload.partition, messages: [], next: Number(payload.lastOffset) + 1 });
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 1,
        eachBatch: async ({ batch, heartbeat }) => {
          this.#mailbox.put({
            partition: batch.partition,
            messages: batch.messages,
            next: Number(batch.lastOffset()) + 1,
          });
          while (this.#mailbox.full && !this.#mailbox.ended) {
            const beat = new AbortController();
            await Promise.race([this.#mailbox.changed(), clock.sleep(1_000, beat.signal)]);
            beat.abort();
            await heartbeat();
          }
        },
      });
      for (const [partition, offset] of offsets.entries()) {
        if (offset > 0) this.#consumer.seek({ topic, partition, offset: String(offset) });
      }
    } catch (cause) {
      throw kafkaFault(cause);
    }
  }

  /** The next batch; undefined once closed. @throws FollowFault `KAFKA` where kafkajs can't go on */
  take(): Promise<Read | undefined> {
    return this.#mailbox.take();
  }

  /** Lets `take` end, then leaves the group. */
  async close(): Promise<void> {
    this.#mailbox.end();
    await this.#consumer.disconnect().catch(() => {});
  }

  /** Ends `take` at once, without waiting for the group. */
  stop(): void {
    this.#mailbox.end();
  }
}

/** The broker's error names along the chain of causes: kafkajs wraps what it has tried often enough. */
function types(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  return ['type' in error ? error.type : undefined, ...types(error.cause)];
}

/** kafkajs names what it can't get over; everything else it tries again by itself. */
function kafkaFault(cause: unknown): FollowFault {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Error && cause.name === 'KafkaJSNotImplemented') {
    const text = `${message}: kafkajs reads gzip, and with Node.js 22.15 or newer zstd. Set a codec in its CompressionCodecs, or follow over server-sent events`;
    return new FollowFault('COMPRESSION', text, { cause });
  }
  const retryable = cause instanceof Object && 'retriable' in cause && cause.retriable === true;
  return new FollowFault('KAFKA', `Kafka: ${message}`, { cause, retryable });
}
