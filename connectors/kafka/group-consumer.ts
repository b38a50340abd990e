import type { Clock } from '../../platform/host/index.ts';
import type { Logger } from '../../platform/telemetry/index.ts';
import { Consumer, type Rebalance } from './consumer.ts';
import { hasCode, KafkaFault } from './fault.ts';
import { ReaderConnection } from './reader-connection.ts';
import type { ConsumedRecord, TopicPartition, TopicPartitionOffset } from './record.ts';
import type { KafkaSettings } from './settings.ts';

/** What it needs of a client; tests give a scripted one. */
export type GroupClient = Pick<Consumer, 'poll' | 'pause' | 'resume' | 'commit' | 'committed' | 'watermarks' | 'close'>;

export type GroupConsumerOptions = {
  /** Connects a client that has subscribed to `topics` and that tells of rebalances. */
  readonly connect: (onRebalance: (event: Rebalance) => void) => Promise<GroupClient>;
  readonly topics: readonly string[];
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly log: Logger;
  /** Ends its waiting. */
  readonly signal: AbortSignal;
  /** Called once `owned` says the same. */
  readonly onRebalance?: (event: Rebalance) => void;
  /** Called with what keeps it from reading, in words: the role isn't ready meanwhile. Null once nothing does. */
  readonly onWaitingFor?: (what: string | null) => void;
};

export type GroupMember = {
  readonly groupId: string;
  /** Static member name: a restarted process gets its partitions back at once. */
  readonly instance?: string | undefined;
  readonly topics: readonly string[];
  readonly maxQueuedBytes?: number;
  readonly signal?: AbortSignal;
};

/** How a member of a group connects. */
export function groupMember(
  settings: KafkaSettings,
  { groupId, instance, topics, maxQueuedBytes, signal }: GroupMember,
): GroupConsumerOptions['connect'] {
  return async (onRebalance) => {
    const consumer = await Consumer.connect(settings, {
      groupId,
      onRebalance,
      ...(instance === undefined ? {} : { groupInstanceId: instance }),
      ...(maxQueuedBytes === undefined ? {} : { maxQueuedBytes }),
      ...(signal === undefined ? {} : { signal }),
    });
    consumer.subscribe(topics);
    return consumer;
  };
}

/**
 * Reads topics as a member of a group, for roles that work records off and commit. It connects at the first poll, waits
 * while Kafka is away, keeps partitions paused over rebalances, and says what it waits for. A role polls it until its
 * signal aborts, then closes it.
 */
export class GroupConsumer {
  readonly #o: GroupConsumerOptions;
  readonly #connection: ReaderConnection<GroupClient>;
  readonly #owned = new Map<string, TopicPartition>();
  readonly #paused = new Set<string>();
  #allPaused = false;
  #joined = false;
  #probes = 0;

  constructor(options: GroupConsumerOptions) {
    this.#o = options;
    this.#connection = new ReaderConnection({
      connect: () => options.connect((event) => this.#onRebalance(event)),
      probe: () => this.#nextToAsk(),
      // Another client would join as a new member, while the role still holds records of the old one's partitions.
      reconnects: false,
      clock: options.clock,
      log: options.log,
      signal: options.signal,
      onWaitingFor: options.onWaitingFor,
      alsoWaitsFor: () => (this.#joined ? null : 'its place in the group'),
    });
  }

  /** The partitions that the group has given to this member. */
  get owned(): TopicPartition[] {
    return [...this.#owned.values()];
  }

  owns(at: TopicPartition): boolean {
    return this.#owned.has(nameOf(at));
  }

  get waitingFor(): string | null {
    return this.#connection.waitingFor;
  }

  /**
   * Up to `maxRecords` records; none while Kafka is away.
   * @throws KafkaFault what waiting doesn't help against: a refusal, an unreadable batch, a name taken by another process
   */
  async poll(maxRecords: number, timeoutMs: number): Promise<ConsumedRecord[]> {
    return await this.#connection.poll(maxRecords, timeoutMs);
  }

  /** Whether a partition rests. One that is taken away comes back without it. */
  setPaused(at: TopicPartition, paused: boolean): void {
    if (!this.owns(at) || this.#paused.has(nameOf(at)) === paused) return;
    if (paused) this.#paused.add(nameOf(at));
    else this.#paused.delete(nameOf(at));
    if (!this.#allPaused) this.#apply([at], paused);
  }

  /** Whether all partitions rest, those that are still to come too. */
  setAllPaused(paused: boolean): void {
    if (this.#allPaused === paused) return;
    this.#allPaused = paused;
    this.#apply(
      this.owned.filter((at) => !this.#paused.has(nameOf(at))),
      paused,
    );
  }

  /**
   * Commits the next offsets to read, of those partitions that are still its own; in the middle of a rebalance, which takes no
   * commits, again after it. False where the group didn't take them: the next commit covers them, and if none comes their
   * records are read again.
   * @throws KafkaFault where waiting doesn't help
   */
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<boolean> {
    const { clock, signal, log } = this.#o;
    const untilMs = clock.monotonicMs() + rebalancePatienceMs;
    for (;;) {
      // Anew each time: what was given to another member is that one's to commit.
      const own = offsets.filter((at) => this.owns(at));
      if (own.length === 0) return true;
      try {
        await this.#client().commit(own);
        return true;
      } catch (error) {
        if (!(error instanceof KafkaFault) || !error.retryable) throw error;
        if (!hasCode(error, ...refusedInRebalance) || clock.monotonicMs() >= untilMs || signal.aborted) {
          log.warn({ code: error.code, err: error.message }, 'offsets not committed');
          return false;
        }
      }
      await clock.sleep(100, signal);
    }
  }

  /** As `Consumer.committed`. */
  async committed(partitions: readonly TopicPartition[], timeoutMs: number) {
    return await this.#client().committed(partitions, timeoutMs);
  }

  /** As `Consumer.watermarks`. */
  async watermarks(topic: string, partition: number, timeoutMs: number) {
    return await this.#client().watermarks(topic, partition, timeoutMs);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #client(): GroupClient {
    const { client } = this.#connection;
    if (client) return client;
    throw new KafkaFault('there is no connection to Kafka', { code: 'KAFKA_AWAY', retryable: true });
  }

  #apply(partitions: readonly TopicPartition[], paused: boolean): void {
    const { client } = this.#connection;
    if (partitions.length === 0 || client === null) return;
    if (paused) client.pause(partitions);
    else client.resume(partitions);
  }

  #onRebalance(event: Rebalance): void {
    for (const { topic, partition } of event.partitions) {
      const name = nameOf({ topic, partition });
      this.#paused.delete(name);
      if (event.kind === 'assign') this.#owned.set(name, { topic, partition });
      else this.#owned.delete(name);
    }
    if (event.kind === 'assign') {
      this.#joined = true;
      if (this.#allPaused) this.#apply(event.partitions, true);
    } else if (event.lost) this.#joined = false;
    this.#o.onRebalance?.(event);
  }

  /** Each in its turn: partitions have different leaders. */
  #nextToAsk(): TopicPartition | null {
    const [topic] = this.#o.topics;
    this.#probes += 1;
    return this.owned[this.#probes % Math.max(1, this.#owned.size)] ?? (topic ? { topic, partition: 0 } : null);
  }
}

/** Of a commit that came while the group gave its partitions out anew: its generation isn't the group's, or not yet. */
const refusedInRebalance = ['ERR_REBALANCE_IN_PROGRESS', 'ERR_ILLEGAL_GENERATION'];
const rebalancePatienceMs = 10_000;

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
