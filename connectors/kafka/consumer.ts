import kafka, { type LibrdKafkaError } from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/host/index.ts';
import { ClientCalls, type NativeCall } from './callback.ts';
import { ClientDiagnostics } from './client-diagnostics.ts';
import { CommitAnswers } from './commit-answers.ts';
import { closeClient, connectClient, defaultConnectTimeoutMs } from './connection.ts';
import { fatalFault, unreadableBatch } from './consumer-fault.ts';
import { hasCode, KafkaFault, kafkaFault } from './fault.ts';
import { Positions } from './positions.ts';
import type { Pulses } from './pulses.ts';
import { type ConsumedRecord, consumedRecord, type TopicPartition, type TopicPartitionOffset } from './record.ts';
import { refusalIn } from './refusal.ts';
import { clientConfig, defaultSessionTimeoutMs, type KafkaSettings } from './settings.ts';
import { Standstill } from './standstill.ts';

export type Rebalance =
  | { readonly kind: 'assign'; readonly partitions: readonly TopicPartition[] }
  /** `lost`: the group has given them to another member already (this one missed its session time-out). */
  | { readonly kind: 'revoke'; readonly partitions: readonly TopicPartition[]; readonly lost: boolean };

export type ConsumerOptions = {
  /** Needed to subscribe and to commit; without one the consumer only reads what it is assigned. */
  readonly groupId?: string;
  /** Static membership: a restarted process with the same id gets its partitions back without a rebalance. */
  readonly groupInstanceId?: string;
  /** `read_uncommitted` only for looking at the end of a log. Default `read_committed`. */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
  /** Where to start a partition without a committed offset: its beginning, else its end. Default true. */
  readonly fromBeginning?: boolean;
  /** A position outside of the log makes `poll` reject (`ERR__AUTO_OFFSET_RESET`) instead of jumping. Default false. */
  readonly strictOffsets?: boolean;
  /** The rebalance callback: after partitions were assigned, before they are revoked. */
  readonly onRebalance?: (event: Rebalance) => void;
  /** The receiver of `onRebalance` must call `answerRebalance` itself, at a time of its choice. */
  readonly manualRebalance?: boolean;
  /** Called when the client has no connection to any broker; it goes on trying by itself. */
  readonly onAllBrokersDown?: () => void;
  /** Called when the end of a partition is reached; `offset` is the next one to be read. */
  readonly onEof?: (at: TopicPartitionOffset) => void;
  /** A member that sends no heartbeat for so long loses its partitions. Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** A member that doesn't poll for so long loses its partitions. Default 300,000. */
  readonly maxPollIntervalMs?: number;
  /** Most bytes that wait in this client to be polled. Default 32 MiB. */
  readonly maxQueuedBytes?: number;
  /** Default 30,000. */
  readonly connectTimeoutMs?: number;
  /** Ends the waiting for a broker some seconds after it aborts. */
  readonly signal?: AbortSignal;
};

/** Reads records. One `poll` at a time; commits are explicit. Not for sharing between loops. */
export class Consumer {
  readonly #consumer: kafka.KafkaConsumer;
  readonly #options: ConsumerOptions;
  readonly #brokers: string;
  readonly #pulses: Pulses | undefined;
  readonly #diagnostics: ClientDiagnostics;
  readonly #calls = new ClientCalls();
  readonly #positions = new Positions();
  readonly #commitAnswers = new CommitAnswers();
  readonly #standstill: Standstill;
  /** Rebalances that wait for `answerRebalance`. */
  readonly #unanswered: Rebalance[] = [];
  #closing = false;

  private constructor(settings: KafkaSettings, options: ConsumerOptions) {
    const { sessionTimeoutMs = defaultSessionTimeoutMs } = options;
    this.#options = options;
    this.#brokers = settings.brokers;
    this.#pulses = settings.pulses;
    this.#diagnostics = new ClientDiagnostics(settings.brokers, (message) => fatalFault(message, options));
    this.#standstill = new Standstill({
      positions: this.#positions,
      clock: systemClock,
      assigned: () => this.#consumer.assignments(),
      endOf: async ({ topic, partition }) => (await this.watermarks(topic, partition, 5_000)).high,
      seek: (at) => this.seek(at, at.offset),
    });
    this.#consumer = new kafka.KafkaConsumer(
      clientConfig(settings, {
        'group.id': options.groupId ?? `${settings.clientId}-without-group`,
        ...(options.groupInstanceId === undefined ? {} : { 'group.instance.id': options.groupInstanceId }),
        'partition.assignment.strategy': 'cooperative-sticky',
        'isolation.level': options.isolation ?? 'read_committed',
        'enable.auto.commit': false,
        'enable.auto.offset.store': false,
        // Distinguishes a partition that is read to its end from one that gives nothing.
        'enable.partition.eof': true,
        'session.timeout.ms': sessionTimeoutMs,
        'heartbeat.interval.ms': Math.ceil(sessionTimeoutMs / 5),
        'max.poll.interval.ms': options.maxPollIntervalMs ?? 300_000,
        'queued.max.messages.kbytes': Math.ceil((options.maxQueuedBytes ?? 32 * 1024 * 1024) / 1024),
        // How long fetching pauses once the queue is full. The default, a second, is several times what emptying it takes.
        'fetch.queue.backoff.ms': 10,
        'fetch.wait.max.ms': 100,
        'fetch.error.backoff.ms': 100,
        'auto.offset.reset': options.strictOffsets ? 'error' : options.fromBeginning === false ? 'latest' : 'earliest',
        offset_commit_cb: true,
        rebalance_cb: (error: LibrdKafkaError, partitions: TopicPartition[]) => this.#onRebalance(error, partitions),
      } as kafka.ConsumerGlobalConfig),
    );
    this.#consumer.on('partition.eof', (at: TopicPartitionOffset) => {
      this.#positions.ended(at);
      options.onEof?.(at);
    });
    this.#consumer.on('offset.commit', (error, offsets) => this.#commitAnswers.tell(error, offsets));
    // The binding drops the code of an error event; its message is librdkafka's fixed text for that code.
    this.#consumer.on('event.error', ({ message }) => {
      if (allBrokersDown.test(message)) options.onAllBrokersDown?.();
    });
    // Records that are ready come at once; only the first one is waited for.
    (this.#consumer as unknown as SpecialConsumer).setDefaultIsTimeoutOnlyForFirstMessage(true);
  }

  static async connect(settings: KafkaSettings, options: ConsumerOptions = {}): Promise<Consumer> {
    const consumer = new Consumer(settings, options);
    const timeoutMs = options.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const { signal } = options;
    await connectClient(consumer.#consumer, settings, timeoutMs, consumer.#diagnostics, consumer.#calls, signal);
    return consumer;
  }

  /** The native client, for `TransactionalProducer.sendOffsets`, which needs the group's generation. */
  get native(): kafka.KafkaConsumer {
    return this.#consumer;
  }

  /** Joins the group. Needs a `groupId`. */
  subscribe(topics: readonly string[]): void {
    if (this.#options.groupId === undefined) throw new TypeError('a consumer needs a groupId to subscribe');
    this.#attempt(`subscribe to ${topics.join(', ')}`, () => this.#consumer.subscribe([...topics]));
  }

  /** Reads exactly these partitions from these offsets (-2: the beginning, -1: the end). Replaces what was assigned. */
  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#attempt('assign partitions', () => this.#consumer.assign([...partitions]));
    this.#positions.clear();
    for (const at of partitions) this.#positions.add(at);
  }

  /** The answer to a rebalance of a `manualRebalance` consumer. An assigned partition starts at its `offset` if it has one. */
  answerRebalance(
    kind: Rebalance['kind'],
    partitions: readonly (TopicPartition & { readonly offset?: number })[],
  ): void {
    const native = this.#consumer as unknown as SpecialConsumer;
    try {
      attempt(`${kind} partitions`, () => {
        if (kind === 'assign') native.incrementalAssign([...partitions]);
        else native.incrementalUnassign([...partitions]);
      });
    } catch (error) {
      // The client contradicts its own rebalance callback: it was fenced in the middle of the rebalance.
      if (!hasCode(error, 'ERR__CONFLICT', 'ERR__INVALID_ARG')) throw error;
      throw new KafkaFault(`${error.message}: a new client has to join`, {
        code: 'KAFKA_ASSIGNMENT_LOST',
        fatal: true,
        cause: error,
      });
    }
    const answered = this.#unanswered.findIndex((event) => event.kind === kind);
    if (answered >= 0) this.#unanswered.splice(answered, 1);
    for (const at of partitions) {
      if (kind === 'assign') this.#positions.add(at);
      else this.#positions.remove(at);
    }
  }

  /**
   * Up to `maxRecords` records. Waits up to `timeoutMs` for the first one and takes what is ready after it. Rebalances
   * and end-of-partition events are reported before it resolves or shortly after. The wait occupies a thread of libuv's pool.
   */
  async poll(maxRecords: number, timeoutMs: number): Promise<ConsumedRecord[]> {
    const lost = this.#diagnostics.lost ?? this.#standstill.fault;
    if (lost) throw lost;
    this.#refuseClosed('read records');
    this.#pulses?.beat(this);
    this.#consumer.setDefaultConsumeTimeout(timeoutMs);
    let messages: kafka.Message[];
    try {
      messages = await this.#calls.work<kafka.Message[]>('read records', timeoutMs, (done) =>
        this.#consumer.consume(maxRecords, done),
      );
    } catch (error) {
      if (!(error instanceof KafkaFault)) throw error;
      if (hasCode(error, 'ERR__NOT_IMPLEMENTED', 'ERR__BAD_COMPRESSION')) {
        throw await unreadableBatch(error, this.#positions.reading, (at) =>
          this.watermarks(at.topic, at.partition, 5_000),
        );
      }
      throw hasCode(error, 'ERR__FATAL') ? await this.#diagnostics.whyFatal(error) : this.#diagnostics.explain(error);
    }
    const records = messages.map(consumedRecord);
    this.#positions.read(records);
    // An owner that answers rebalances itself also seeks, and looks for stalled partitions, itself.
    this.#standstill.look(records.length < maxRecords && !this.#options.manualRebalance);
    return records;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#attempt('pause partitions', () => this.#consumer.pause([...partitions]));
    this.#positions.pause(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#attempt('resume partitions', () => this.#consumer.resume([...partitions]));
    this.#positions.pause(partitions, false);
  }

  /** The next record of this assigned partition is the first at or after `offset`; older ones in flight are dropped. */
  async seek(partition: TopicPartition, offset: number): Promise<void> {
    const doing = `seek ${partition.topic}/${partition.partition} to ${offset}`;
    this.#refuse(doing);
    await this.#calls.work<void>(doing, seekTimeoutMs, (done) =>
      this.#consumer.seek({ topic: partition.topic, partition: partition.partition, offset }, seekTimeoutMs, done),
    );
    this.#positions.sought({ ...partition, offset });
  }

  /**
   * Commits the offsets of the next records to read, and resolves once the group has them. Rejects with a retryable fault once
   * the group refuses them, of which it hears while the owner polls, and after 10 s: the partitions may belong to another member now.
   */
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    await this.#commitAnswers.unlessRefused(offsets, async () => {
      this.#attempt('commit offsets', () => this.#consumer.commit([...offsets]));
      await this.#untilCommitted(offsets);
    });
  }

  /** Asks the group until it has them: who doesn't poll hears nothing of a commit. */
  async #untilCommitted(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const deadline = systemClock.monotonicMs() + 10_000;
    for (;;) {
      const left = deadline - systemClock.monotonicMs();
      if (left <= 0) {
        throw new KafkaFault('the group did not take the committed offsets within 10 s', {
          code: 'KAFKA_COMMIT_NOT_SEEN',
          retryable: true,
        });
      }
      const seen = await this.committed(offsets, Math.max(1, left));
      const behind = offsets.some((wanted) => {
        const at = seen.find((s) => s.topic === wanted.topic && s.partition === wanted.partition);
        return at?.offset === undefined || at.offset === null || at.offset < wanted.offset;
      });
      if (!behind) return;
    }
  }

  /** What the group has committed, null where nothing. Waits for pending transactions of these offsets to end. */
  async committed(
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<(TopicPartition & { offset: number | null })[]> {
    const wanted = partitions.map(({ topic, partition }) => ({ topic, partition }));
    const list = await this.#ask<kafka.TopicPartitionOffsetAndMetadata[]>('read committed offsets', timeoutMs, (done) =>
      this.#consumer.committed(wanted, timeoutMs, done),
    );
    return this.#sound('read committed offsets', list).map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: typeof offset === 'number' && offset >= 0 ? offset : null,
    }));
  }

  /** First offset of the log, and the offset after the last record that this consumer's isolation level may see. */
  async watermarks(topic: string, partition: number, timeoutMs: number): Promise<{ low: number; high: number }> {
    const { lowOffset, highOffset } = await this.#ask<kafka.WatermarkOffsets>(
      `read the watermarks of ${topic}/${partition}`,
      timeoutMs,
      (done) => this.#consumer.queryWatermarkOffsets(topic, partition, timeoutMs, done),
    );
    // As with listed offsets: an answer without an offset is no answer.
    if (lowOffset < 0 || highOffset < 0) {
      throw new KafkaFault(`cannot read the watermarks of ${topic}/${partition}: the broker names none`, {
        code: 'KAFKA_PARTITION',
        retryable: true,
      });
    }
    return { low: lowOffset, high: highOffset };
  }

  /** The end of the partition as the last fetch saw it, without asking the broker; null before the first fetch. */
  lastSeenEnd(topic: string, partition: number): number | null {
    // The native call would block this thread until the client is closed.
    if (this.#closing) return null;
    const { highOffset } = this.#consumer.getWatermarkOffsets(topic, partition);
    return highOffset >= 0 ? highOffset : null;
  }

  /** For each partition the first offset at or after a time, null where all records are older. */
  async offsetsForTime(
    partitions: readonly TopicPartition[],
    timestampMs: number,
    timeoutMs: number,
  ): Promise<(TopicPartition & { offset: number | null })[]> {
    const wanted = partitions.map(({ topic, partition }) => ({ topic, partition, offset: timestampMs }));
    const list = await this.#ask<kafka.TopicPartitionOffset[]>('look up offsets by time', timeoutMs, (done) =>
      this.#consumer.offsetsForTimes(wanted, timeoutMs, done),
    );
    return this.#sound('look up offsets by time', list).map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: offset >= 0 ? offset : null,
    }));
  }

  /** How many partitions a topic has. Rejects with `KAFKA_NO_TOPIC` where it doesn't exist. */
  async partitionsOf(topic: string, timeoutMs = 10_000): Promise<number> {
    const metadata = await this.#ask<kafka.Metadata>(`describe topic ${topic}`, timeoutMs, (done) =>
      this.#consumer.getMetadata({ topic, timeout: timeoutMs }, done),
    );
    const partitions = metadata.topics.find((t) => t.name === topic)?.partitions.length ?? 0;
    if (partitions === 0) {
      throw new KafkaFault(`topic ${topic} does not exist: create it with "live2vod topics apply"`, {
        code: 'KAFKA_NO_TOPIC',
        retryable: true,
      });
    }
    return partitions;
  }

  /**
   * Leaves; a static member keeps its partitions until its session times out. Waits some seconds for calls in progress,
   * and answers pending rebalances: without an answer the native client never ends.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.#pulses?.gone(this);
    for (const event of [...this.#unanswered]) this.#answer(event);
    await closeClient(this.#consumer, this.#calls);
  }

  /** The binding puts the error of one partition among the answers: it has a message and no code. */
  #sound<T>(doing: string, answers: readonly (T | Error)[]): readonly T[] {
    const wrong = answers.find((answer) => answer instanceof Error);
    if (!wrong) return answers as readonly T[];
    const refusal = refusalIn(wrong.message, this.#brokers);
    throw refusal ?? new KafkaFault(`cannot ${doing}: ${wrong.message}`, { code: 'KAFKA_PARTITION', retryable: true });
  }

  #ask<T>(doing: string, timeoutMs: number, call: NativeCall<T>): Promise<T> {
    this.#refuse(doing);
    return this.#calls.ask<T>(doing.replace(/ of .*| topic .*/, ''), doing, timeoutMs, call);
  }

  #refuse(doing: string): void {
    this.#refuseClosed(doing);
    if (this.#diagnostics.lost) throw this.#diagnostics.lost;
  }

  /** A call into a closing client may never return, or crash the process. */
  #refuseClosed(doing: string): void {
    if (this.#closing) throw new KafkaFault(`cannot ${doing}: the consumer is closed`, { code: 'ERR__STATE' });
  }

  #attempt(doing: string, call: () => unknown): void {
    this.#refuseClosed(doing);
    attempt(doing, call);
  }

  #onRebalance(error: LibrdKafkaError, partitions: readonly TopicPartition[]): void {
    const native = this.#consumer as unknown as SpecialConsumer;
    const assigned: boolean = error.code === kafka.CODES.ERRORS.ERR__ASSIGN_PARTITIONS;
    const event: Rebalance = assigned
      ? { kind: 'assign', partitions }
      : // The native client doesn't check that it still exists: this call would crash the process.
        { kind: 'revoke', partitions, lost: !this.#closing && native.assignmentLost() };
    if (this.#closing) {
      this.#answer(event);
      this.#options.onRebalance?.(event);
    } else if (this.#options.manualRebalance) {
      this.#unanswered.push(event);
      this.#options.onRebalance?.(event);
    } else {
      if (assigned) this.answerRebalance('assign', partitions);
      this.#options.onRebalance?.(event);
      if (!assigned) this.answerRebalance('revoke', partitions);
    }
  }

  /**
   * Answers a rebalance callback of a closing consumer, whose owner no longer does: without an answer the native client
   * never ends. The callback may also come after the client has ended; an error in it would then end the process.
   */
  #answer(event: Rebalance): void {
    for (const partitions of [event.partitions, []]) {
      try {
        this.answerRebalance(event.kind, partitions);
        return;
      } catch (error) {
        if (hasCode(error, 'ERR__STATE')) return;
        // It contradicts itself about these partitions, but needs an answer all the same, if only for none of them.
        if (!hasCode(error, 'KAFKA_ASSIGNMENT_LOST')) throw error;
      }
    }
  }
}

/** Functions of the native consumer that its types leave out. */
type SpecialConsumer = {
  incrementalAssign(partitions: readonly TopicPartition[]): void;
  incrementalUnassign(partitions: readonly TopicPartition[]): void;
  assignmentLost(): boolean;
  setDefaultIsTimeoutOnlyForFirstMessage(only: boolean): void;
};

const seekTimeoutMs = 10_000;
/** `ERR__ALL_BROKERS_DOWN`: "All broker connections are down". */
const allBrokersDown = /all broker/i;

function attempt(doing: string, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    throw kafkaFault(doing, error);
  }
}
