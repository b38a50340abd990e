import kafka, { type LibrdKafkaError } from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/index.ts';
import { awaitCallback } from './callback.ts';
import { Complaints, either } from './connection.ts';
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
const adminKeys: kafka.GlobalConfig = { 'metadata.max.age.ms': 2_000 };

/** Topics, offsets and groups of a cluster. */
export class Admin {
  readonly #client: kafka.IAdminClient;

  private constructor(client: kafka.IAdminClient) {
    this.#client = client;
  }

  /** Makes the client and waits for a first answer of the cluster, until soon after `signal`. */
  static async connect(settings: KafkaSettings, signal?: AbortSignal): Promise<Admin> {
    const complaints = new Complaints(settings.brokers);
    const client = kafka.AdminClient.create(clientConfig(settings, adminKeys), {
      'event.log': (line: { severity: number; message: string }) => complaints.hear(line),
      'event.error': (error: LibrdKafkaError) => complaints.hear(error),
    });
    const admin = new Admin(client);
    let answer: Promise<void> = Promise.resolve();
    try {
      await complaints.orRefusal((over) => {
        answer = admin.#firstAnswer(either(over, signal));
        return answer;
      }, settings);
    } catch (error) {
      // Closing waits for a request in progress, and this thread with it.
      answer.catch(() => {}).finally(() => admin.close());
      throw complaints.explain(kafkaFault(`connect to Kafka at ${settings.brokers}`, error));
    }
    return admin;
  }

  async listTopics(): Promise<string[]> {
    return await awaitCallback<string[]>('list the topics', (done) =>
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
        await awaitCallback<void>(`create topic ${spec.name}`, (done) =>
          this.#client.createTopic(topic, timeoutMs, done),
        );
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
    const list = await awaitCallback<kafka.TopicDescription[]>(`describe topics ${names.join(', ')}`, (done) =>
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
    await awaitCallback<void>(`grow topic ${topic}`, (done) =>
      this.#client.createPartitions(topic, partitions, timeoutMs, done),
    );
  }

  async deleteTopic(topic: string): Promise<void> {
    await awaitCallback<void>(`delete topic ${topic}`, (done) => this.#client.deleteTopic(topic, timeoutMs, done));
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

  close(): void {
    this.#client.disconnect();
  }

  /** In short requests: one that waits can't be called off, and a process can't end before it. */
  async #firstAnswer(over: AbortSignal): Promise<void> {
    const deadlineMs = systemClock.monotonicMs() + timeoutMs;
    for (;;) {
      try {
        await awaitCallback<string[]>('list the topics', (done) => this.#client.listTopics({ timeout: 1_000 }, done));
        return;
      } catch (error) {
        const final = !(error instanceof KafkaFault) || !error.retryable || over.aborted;
        if (final || systemClock.monotonicMs() >= deadlineMs) throw error;
      }
    }
  }

  async #offsets(
    partitions: readonly TopicPartition[],
    offset: kafka.OffsetSpec,
    isolation: 'read_committed' | 'read_uncommitted',
  ): Promise<TopicPartitionOffset[]> {
    if (partitions.length === 0) return [];
    const list = await awaitCallback<kafka.ListOffsetsResult[]>('list offsets', (done) =>
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
