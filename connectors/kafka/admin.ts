import kafka from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/host/index.ts';
import { ClientCalls, type NativeCall } from './callback.ts';
import { ClientDiagnostics } from './client-diagnostics.ts';
import { closeClient, connectClient } from './connection.ts';
import { hasCode, KafkaFault, kafkaFault } from './fault.ts';
import type { TopicPartition, TopicPartitionOffset } from './record.ts';
import { clientConfig, type KafkaSettings } from './settings.ts';

export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  /** The cluster's default where absent. */
  readonly replicationFactor?: number;
  /** Topic configuration keys, e.g. `cleanup.policy`. */
  readonly config?: Readonly<Record<string, string>>;
};

export type TopicDescription = {
  readonly name: string;
  readonly partitions: number;
  /** Differs between a topic and its namesake of another cluster or of an earlier life. */
  readonly topicId: string;
  readonly replicationFactor: number;
};

const timeoutMs = 15_000;
/** Tasks and loops ask for these, and a stop waits for the answer: it must fit into the stop's budget several times. */
const offsetsTimeoutMs = 5_000;

/**
 * After a broker restarted, offsets are still asked for under the leader epoch of before, which it refuses, and for an
 * admin client nothing but this age makes librdkafka look again. Its default is 15 minutes.
 */
const adminKeys: kafka.ProducerGlobalConfig = { 'metadata.max.age.ms': 2_000 };

/**
 * Topics, offsets and groups of a cluster. It borrows the connection of a producer that produces nothing: the native admin
 * client can only be closed on this thread, and would hold it for as long as that takes.
 */
export class Admin {
  readonly #client: kafka.IAdminClient;
  readonly #connection: kafka.Producer;
  readonly #diagnostics: ClientDiagnostics;
  readonly #calls: ClientCalls;
  #closed = false;

  private constructor(connection: kafka.Producer, diagnostics: ClientDiagnostics, calls: ClientCalls) {
    this.#client = kafka.AdminClient.createFrom(connection);
    this.#connection = connection;
    this.#diagnostics = diagnostics;
    this.#calls = calls;
  }

  /** Makes the client and waits for a first answer of the cluster, until soon after `signal`. */
  static async connect(settings: KafkaSettings, signal?: AbortSignal): Promise<Admin> {
    const diagnostics = new ClientDiagnostics(settings.brokers);
    const calls = new ClientCalls();
    const connection = new kafka.Producer(clientConfig(settings, adminKeys));
    await connectClient(connection, settings, timeoutMs, diagnostics, calls, signal);
    // ClientDiagnostics come by way of polls.
    connection.setPollInBackground(true);
    return new Admin(connection, diagnostics, calls);
  }

  /** Set once the client can't be used any more. */
  get lost(): KafkaFault | null {
    return this.#diagnostics.lost;
  }

  async listTopics(): Promise<string[]> {
    return await this.#ask<string[]>('topics', 'list the topics', timeoutMs, (done) =>
      this.#client.listTopics({ timeout: timeoutMs }, done),
    );
  }

  /**
   * Creates what is missing and says what it was; resolves once the brokers know of it. Existing topics are left as they
   * are; compare with `describe`.
   */
  async ensureTopics(specs: readonly TopicSpec[]): Promise<{ created: string[]; existing: string[] }> {
    const present = new Set(await this.listTopics());
    const created: string[] = [];
    for (const spec of specs.filter((s) => !present.has(s.name))) {
      const topic: kafka.NewTopic = {
        topic: spec.name,
        num_partitions: spec.partitions,
        replication_factor: spec.replicationFactor ?? -1,
        ...(spec.config ? { config: { ...spec.config } } : {}),
      };
      try {
        await this.#change(`create topic ${spec.name}`, (done) => this.#client.createTopic(topic, timeoutMs, done));
        created.push(spec.name);
      } catch (error) {
        // Another process was quicker.
        if (!hasCode(error, 'ERR_TOPIC_ALREADY_EXISTS')) throw error;
      }
    }
    // The controller answers before the brokers have heard of a new topic.
    for (let left = 100; left > 0 && created.length > 0; left--) {
      if ((await this.describe(created)).length === created.length) break;
      await systemClock.sleep(50);
    }
    return { created, existing: specs.map((s) => s.name).filter((name) => !created.includes(name)) };
  }

  /** What the cluster has under these names; a topic that doesn't exist is left out. */
  async describe(names: readonly string[]): Promise<TopicDescription[]> {
    const doing = `describe topics ${names.join(', ')}`;
    const list = await this.#ask<kafka.TopicDescription[]>('describe', doing, timeoutMs, (done) =>
      this.#client.describeTopics([...names], { timeout: timeoutMs }, done),
    );
    return list
      .filter((t) => !t.error)
      .map((t) => ({
        name: t.name,
        partitions: t.partitions.length,
        // The binding's field is called `base64`, its type says `base64str`.
        topicId: (t.topicId as unknown as { base64: string }).base64,
        replicationFactor: t.partitions[0]?.replicas.length ?? 0,
      }));
  }

  async createPartitions(topic: string, partitions: number): Promise<void> {
    await this.#change(`grow topic ${topic}`, (done) =>
      this.#client.createPartitions(topic, partitions, timeoutMs, done),
    );
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#change(`delete topic ${topic}`, (done) => this.#client.deleteTopic(topic, timeoutMs, done));
  }

  /**
   * The offset after the last record of each partition. `read_uncommitted` counts what open transactions have written,
   * `read_committed` ends before the first open one.
   */
  async endOffsets(
    partitions: readonly TopicPartition[],
    isolation: 'read_committed' | 'read_uncommitted',
  ): Promise<TopicPartitionOffset[]> {
    return await this.#offsets(partitions, kafka.OffsetSpec.LATEST, isolation);
  }

  /** The first offset that each partition still has. */
  async beginningOffsets(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return await this.#offsets(partitions, kafka.OffsetSpec.EARLIEST, 'read_uncommitted');
  }

  /** The latest timestamp of any record of a partition, epoch milliseconds; null where it has none. */
  async newestTimestampMs({ topic, partition }: TopicPartition): Promise<number | null> {
    const list = await this.#ask<kafka.ListOffsetsResult[]>('newest', 'read a timestamp', offsetsTimeoutMs, (done) =>
      this.#client.listOffsets(
        [{ topic, partition, offset: kafka.OffsetSpec.MAX_TIMESTAMP }],
        { timeout: offsetsTimeoutMs },
        done,
      ),
    );
    const [newest] = list;
    if (newest?.error) throw kafkaFault(`read the newest timestamp of ${topic}/${partition}`, newest.error);
    return newest === undefined || newest.timestamp < 0 ? null : newest.timestamp;
  }

  /** Begins to close; what is under way may end first. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void closeClient(this.#connection, this.#calls);
  }

  async #ask<T>(name: string, doing: string, ms: number, call: NativeCall<T>): Promise<T> {
    this.#refuse(doing);
    try {
      return await this.#calls.ask<T>(name, doing, ms, call);
    } catch (error) {
      throw error instanceof KafkaFault ? this.#diagnostics.explain(error) : error;
    }
  }

  async #change(doing: string, call: NativeCall<void>): Promise<void> {
    this.#refuse(doing);
    await this.#calls.work<void>(doing, timeoutMs, call);
  }

  #refuse(doing: string): void {
    if (this.#closed) throw new KafkaFault(`cannot ${doing}: the admin client is closed`, { code: 'ERR__STATE' });
    if (this.#diagnostics.lost) throw this.#diagnostics.lost;
  }

  async #offsets(
    partitions: readonly TopicPartition[],
    offset: kafka.OffsetSpec,
    isolation: 'read_committed' | 'read_uncommitted',
  ): Promise<TopicPartitionOffset[]> {
    if (partitions.length === 0) return [];
    const list = await this.#ask<kafka.ListOffsetsResult[]>('offsets', 'list offsets', offsetsTimeoutMs, (done) =>
      this.#client.listOffsets(
        partitions.map(({ topic, partition }) => ({ topic, partition, offset })),
        {
          timeout: offsetsTimeoutMs,
          isolationLevel:
            isolation === 'read_committed'
              ? kafka.IsolationLevel.READ_COMMITTED
              : kafka.IsolationLevel.READ_UNCOMMITTED,
        },
        done,
      ),
    ).catch((error: unknown) => {
      // What librdkafka says of a topic whose leader it is just about to learn.
      if (!hasCode(error, 'ERR__NOENT')) throw error;
      throw new KafkaFault(error.message, { code: 'KAFKA_LIST_OFFSETS', retryable: true, cause: error });
    });
    const failed = list.find((r) => r.error);
    if (failed) {
      const fault = kafkaFault(`list offsets of ${failed.topic}/${failed.partition}`, failed.error);
      if (fault.denied) throw fault;
      throw new KafkaFault(`cannot list offsets of ${failed.topic}/${failed.partition}: ${failed.error?.message}`, {
        code: 'KAFKA_LIST_OFFSETS',
        retryable: true,
      });
    }
    return partitions.map(({ topic, partition }) => {
      const offset = list.find((r) => r.topic === topic && r.partition === partition)?.offset;
      // While a broker comes back, librdkafka answers "no offset" (-1001) and calls that no error. Both ends of a log are
      // offsets; one below 0 would make a full topic look empty.
      if (offset === undefined || offset < 0) {
        throw new KafkaFault(`cannot list offsets of ${topic}/${partition}: the broker names none`, {
          code: 'KAFKA_LIST_OFFSETS',
          retryable: true,
        });
      }
      return { topic, partition, offset };
    });
  }
}
