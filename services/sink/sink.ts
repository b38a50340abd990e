import {
  type ConsumedRecord,
  GroupConsumer,
  groupMember,
  type TopicPartitionOffset,
} from '../../connectors/kafka/index.ts';
import type { Waits } from '../../platform/waits.ts';
import { Batch } from './batch.ts';
import { measureLag, measureStuck } from './gauges.ts';
import { type BatchLimits, defaultBatchLimits, type SinkOptions } from './options.ts';
import { type AddRow, rowAdders, sinkTopics } from './rows-of.ts';
import { type StoreContext, storeWithRetry } from './store.ts';
import { waitUntilAvailable } from './wait-until-available.ts';

/** More at a time cost more each: what the client makes of a poll's records lives until it has made the last one. */
const pollRecords = 500;

/** A store that takes longer pauses consumption. Pausing at once would throw away what was fetched, at every batch. */
const patientMs = 2_000;

/** The loop: poll, convert, and while one batch is being stored fill the next one. */
export class Sink {
  readonly #options: SinkOptions;
  readonly #limits: BatchLimits;
  readonly #context: StoreContext;
  readonly #topicIds: ReadonlyMap<string, string>;
  readonly #adders: ReadonlyMap<string, AddRow>;
  #filling = new Batch();
  /** Empty, or the one that is being stored. */
  #spare = new Batch();
  #storing: Promise<void> | null = null;
  #committing: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  /** A commit covers all that came before it, so behind a batch that wasn't stored none may be. */
  #unstored = false;
  readonly #kafkaWaits: (what: string | null) => void;
  readonly #registryWaits: (what: string | null) => void;
  readonly #storeWaits: (what: string | null) => void;

  constructor(options: SinkOptions, context: StoreContext, waits: Waits) {
    this.#options = options;
    this.#kafkaWaits = waits.part('kafka');
    this.#registryWaits = waits.part('registry', null);
    this.#storeWaits = waits.part('store', null);
    this.#limits = { ...defaultBatchLimits, ...options.batch };
    this.#context = context;
    this.#topicIds = new Map(sinkTopics.map((id) => [options.topics(id), id]));
    const adders = rowAdders(options);
    this.#adders = new Map(sinkTopics.map((id) => [options.topics(id), adders[id]]));
  }

  async run(): Promise<void> {
    const { kafka, groupId, instance, signal, platform, log } = this.#options;
    const topics = [...this.#topicIds.keys()];
    const consumer = new GroupConsumer({
      connect: groupMember(kafka, { groupId, instance, topics, maxQueuedBytes: this.#limits.maxBytes, signal }),
      topics,
      clock: platform,
      log,
      signal,
      onWaitingFor: this.#kafkaWaits,
    });
    try {
      const { client, metrics } = this.#context;
      const gauges = [
        platform.every(10_000, () => this.#aside(measureLag(consumer, this.#topicIds, metrics))),
        platform.every(60_000, () => this.#aside(measureStuck(client, metrics, platform.now()))),
      ];
      try {
        while (!signal.aborted) await this.#pollOnce(consumer);
        await this.#storing;
        if (this.#filling.records > 0) await this.#store(consumer, this.#filling);
        await this.#committing;
        if (this.#failure !== null) throw this.#failure;
      } finally {
        for (const stop of gauges) stop();
      }
    } finally {
      await this.#storing;
      await this.#committing;
      await consumer.close();
    }
  }

  /** One poll; a full or old enough batch goes off to be stored while the next one fills. */
  async #pollOnce(consumer: GroupConsumer): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const batch = this.#filling;
    if (this.#full(batch) && this.#storing !== null) {
      await Promise.race([this.#storing, this.#options.platform.sleep(patientMs, this.#options.signal)]);
    }
    const stillFull = this.#full(batch) && this.#storing !== null;
    consumer.setAllPaused(stillFull);
    const room = stillFull ? 1 : Math.min(pollRecords, this.#limits.maxRecords);
    const records = this.#full(batch) && !stillFull ? [] : await consumer.poll(room, this.#patienceMs(batch));
    const now = this.#now();
    for (const record of records) {
      const pending = this.#take(batch, record, now);
      // Told to stop: a later record of its partition must not be committed past it.
      if (pending !== undefined && !(await pending)) break;
    }
    const old = this.#now() - batch.beganAtMs >= this.#limits.maxWaitMs;
    if (batch.records === 0 || this.#storing !== null || !(old || this.#full(batch))) return;
    this.#filling = this.#spare;
    this.#spare = batch;
    this.#storing = this.#store(consumer, batch)
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#storing = null;
      });
  }

  #full(batch: Batch): boolean {
    return batch.records >= this.#limits.maxRecords || batch.bytes >= this.#limits.maxBytes;
  }

  #patienceMs(batch: Batch): number {
    if (batch.records === 0 || this.#storing !== null) return 100;
    return Math.max(0, Math.min(100, this.#limits.maxWaitMs - (this.#now() - batch.beganAtMs)));
  }

  /** What a record becomes, under the eyes of another thread: it may not end. */
  #add(batch: Batch, record: ConsumedRecord): undefined | Promise<void> {
    const { steps } = this.#options;
    if (steps?.wasTooSlow(record)) {
      const error = 'what it becomes was not done in an earlier life';
      batch.unusable.push({ origin: record, record, reason: 'step-too-slow', error });
      return undefined;
    }
    steps?.begin(record);
    try {
      return this.#adders.get(record.topic)?.(record, batch);
    } finally {
      steps?.end();
    }
  }

  /** A promise only where the schema registry has to be asked or waited for: of false when told to stop before it answered. */
  #take(batch: Batch, record: ConsumedRecord, nowMs: number): undefined | Promise<boolean> {
    const add = () => this.#add(batch, record);
    let adding: undefined | Promise<void>;
    try {
      adding = add();
    } catch (error) {
      adding = Promise.reject(error);
    }
    if (adding === undefined) {
      batch.took(record, nowMs);
      return undefined;
    }
    // Not awaited where the sink stops already: a rejection must not count as unhandled.
    adding.catch(() => {});
    return waitUntilAvailable(
      { ...this.#options, waitingFor: this.#registryWaits },
      'the schema registry',
      async () => {
        const first = adding;
        adding = undefined;
        await (first ?? add());
        return true;
      },
    ).then((added) => {
      if (added) batch.took(record, this.#now());
      return added ?? false;
    });
  }

  /** Stores, and leaves the commit to follow while the next batch is stored. */
  async #store(consumer: GroupConsumer, batch: Batch): Promise<void> {
    if (this.#unstored) return;
    this.#unstored = true;
    if (!(await storeWithRetry(batch, this.#context, { ...this.#options, waitingFor: this.#storeWaits }))) return;
    this.#unstored = false;
    const offsets = batch.offsets();
    batch.clear();
    this.#committing = this.#committing
      .then(() => this.#commit(consumer, offsets))
      .catch((error: unknown) => {
        this.#failure = error;
      });
  }

  async #commit(consumer: GroupConsumer, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (!(await consumer.commit(offsets))) return;
    for (const { topic, partition, offset } of offsets) this.#options.steps?.passed(topic, partition, offset);
  }

  /** A gauge that isn't up to date is no reason to stop. */
  #aside(measuring: Promise<void>): void {
    measuring.catch((error: unknown) => this.#context.log.debug({ err: error }, 'a gauge was not measured'));
  }

  #now(): number {
    return this.#options.platform.monotonicMs();
  }
}
