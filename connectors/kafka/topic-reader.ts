import { type Clock, systemClock } from '../../platform/host/index.ts';
import type { Logger } from '../../platform/telemetry/index.ts';
import { Consumer, type ConsumerOptions } from './consumer.ts';
import { KafkaFault } from './fault.ts';
import { ReaderConnection } from './reader-connection.ts';
import type { ConsumedRecord, TopicPartition, TopicPartitionOffset } from './record.ts';
import type { KafkaSettings } from './settings.ts';

/** What it needs of a client; tests give a scripted one. */
export type ReaderClient = Pick<
  Consumer,
  'assign' | 'poll' | 'watermarks' | 'partitionsOf' | 'offsetsForTime' | 'close'
>;

/** What may be asked of it besides records. */
export type Questions = Pick<ReaderClient, 'watermarks' | 'partitionsOf' | 'offsetsForTime'>;

export type TopicReaderOptions = {
  /** Connects a client without a group that tells of the end of a partition as it reaches it. */
  readonly connect: (onEnd: (end: TopicPartitionOffset) => void) => Promise<ReaderClient>;
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly log?: Logger;
  /** Ends its waiting. */
  readonly signal?: AbortSignal;
  /** Called with what keeps it from reading, in words; null once nothing does. */
  readonly onWaitingFor?: (what: string | null) => void;
};

/** Offsets of a partition to be read, `to` not among them. */
export type OffsetRange = TopicPartition & { readonly from: number; readonly to: number };

export type RangeOptions = {
  /** Records at a time. Default 2,000. */
  readonly maxRecords?: number;
  /** How long Kafka may give nothing. Default 60,000. */
  readonly silenceMs?: number;
  /** Ends the reading, which then throws its reason. */
  readonly signal?: AbortSignal | undefined;
};

type Reading = { readonly at: TopicPartition; next: number; end: number };

const notSeen = -1;
const pollMs = 200;
const defaultRangeRecords = 2_000;
const defaultSilenceMs = 60_000;

/** How a reader connects: no group, committed records only. */
export const groupless =
  (
    settings: KafkaSettings,
    options: Pick<ConsumerOptions, 'maxQueuedBytes' | 'connectTimeoutMs'> & {
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): TopicReaderOptions['connect'] =>
  (onEof) => {
    const { signal, ...others } = options;
    return Consumer.connect(settings, { ...others, onEof, ...(signal && { signal }) });
  };

/**
 * Reads chosen partitions from chosen offsets, without a group: to their ends (`ranges`), or on and on (`poll`). It waits
 * while Kafka is away, reads on with another client where one is of no use any more, and says what it waits for.
 */
export class TopicReader {
  readonly #connection: ReaderConnection<ReaderClient>;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly #reading = new Map<string, Reading>();
  #clients = 0;
  #probes = 0;

  constructor(options: TopicReaderOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#connection = new ReaderConnection<ReaderClient>({
      connect: () => {
        this.#clients += 1;
        const number = this.#clients;
        return options.connect((end) => this.#ended(end, number));
      },
      onConnected: (client) => this.#resume(client),
      probe: () => this.#nextToAsk(),
      reconnects: true,
      clock: this.#clock,
      log: options.log,
      signal: options.signal,
      onWaitingFor: options.onWaitingFor,
    });
  }

  /**
   * For a caller that can't wait for a broker.
   * @throws KafkaFault, retryable where Kafka is away
   */
  static async connect(options: TopicReaderOptions): Promise<TopicReader> {
    const reader = new TopicReader(options);
    await reader.#connection.connect();
    return reader;
  }

  get waitingFor(): string | null {
    return this.#connection.waitingFor;
  }

  /** Reads these partitions from their offsets (-2: the beginning) and no others. */
  async assign(starts: readonly TopicPartitionOffset[]): Promise<void> {
    // An end that was met is told up to a moment later. It must not count for what is read from now on.
    if (this.#reading.size > 0) await this.#clock.sleep(1);
    this.#reading.clear();
    for (const { topic, partition, offset } of starts)
      this.#reading.set(nameOf({ topic, partition }), { at: { topic, partition }, next: offset, end: notSeen });
    if (this.#connection.client) this.#assign(this.#connection.client);
  }

  /** The next records, or none where there are none or where Kafka is away. @throws what waiting doesn't help against */
  async poll(maxRecords: number, timeoutMs: number): Promise<ConsumedRecord[]> {
    const records = await this.#connection.poll(maxRecords, timeoutMs);
    let reading: Reading | undefined;
    for (const { topic, partition, offset } of records) {
      if (reading?.at.partition !== partition || reading.at.topic !== topic)
        reading = this.#reading.get(nameOf({ topic, partition }));
      if (reading) reading.next = offset + 1;
    }
    return records;
  }

  /** Up to which offset everything there was has been given: an end lies behind markers and aborted records too. */
  coveredTo(at: TopicPartition): number {
    const reading = this.#reading.get(nameOf(at));
    return reading ? Math.max(reading.next, reading.end) : -1;
  }

  /** Whether the end of every assigned partition was reached once, by the present client. */
  get caughtUp(): boolean {
    return [...this.#reading.values()].every(({ end }) => end !== notSeen);
  }

  /**
   * What Kafka answers, as soon as it does.
   * @throws Abandoned once the signal aborts
   */
  async ask<T>(question: (client: Questions) => Promise<T>): Promise<T> {
    return await this.#connection.ask<T>(question);
  }

  /** For a caller that can't wait. @throws KafkaFault, retryable where Kafka is away or knows no such topic */
  async askOnce<T>(question: (client: Questions) => Promise<T>): Promise<T> {
    return await this.#connection.askOnce<T>(question);
  }

  /**
   * The records of these ranges, some at a time, each partition in order; ends at the end of a partition too, where its
   * range goes beyond. Also gives empty lists, so that a caller can end it at any time.
   * @throws KafkaFault `KAFKA_NO_ANSWER` (retryable) where Kafka gives nothing for `silenceMs`
   */
  async *ranges(
    ranges: readonly OffsetRange[],
    { maxRecords = defaultRangeRecords, silenceMs = defaultSilenceMs, signal }: RangeOptions = {},
  ): AsyncGenerator<readonly ConsumedRecord[]> {
    const open = new Map(ranges.filter(({ from, to }) => from < to).map((range) => [nameOf(range), range]));
    await this.assign([...open.values()].map((range) => ({ ...range, offset: range.from })));
    // Only what Kafka takes counts, not what the caller does with its records.
    let silentMs = 0;
    while (open.size > 0) {
      signal?.throwIfAborted();
      if (silentMs >= silenceMs) throw silent([...open.values()], silenceMs);
      const askedAtMs = this.#clock.monotonicMs();
      const records = await this.poll(maxRecords, pollMs);
      const before = open.size;
      const wanted = records.filter((record) => record.offset < (open.get(nameOf(record))?.to ?? 0));
      for (const range of open.values())
        if (this.coveredTo(range) >= range.to || this.#hasEnded(range)) open.delete(nameOf(range));
      const moved = records.length > 0 || open.size < before;
      silentMs = moved ? 0 : silentMs + this.#clock.monotonicMs() - askedAtMs;
      yield wanted;
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** The ends that the last client has met count no more: what came with one may have been lost with the client. */
  #resume(client: ReaderClient): void {
    for (const reading of this.#reading.values()) reading.end = notSeen;
    if (this.#reading.size > 0) this.#assign(client);
  }

  #assign(client: ReaderClient): void {
    client.assign([...this.#reading.values()].map(({ at, next }) => ({ ...at, offset: next })));
  }

  #ended(end: TopicPartitionOffset, client: number): void {
    const reading = this.#reading.get(nameOf(end));
    if (reading && client === this.#clients) reading.end = end.offset;
  }

  #hasEnded(at: TopicPartition): boolean {
    return (this.#reading.get(nameOf(at))?.end ?? notSeen) !== notSeen;
  }

  /** Each in its turn: partitions have different leaders. */
  #nextToAsk(): TopicPartition | null {
    const all = [...this.#reading.values()];
    this.#probes += 1;
    return all[this.#probes % Math.max(1, all.length)]?.at ?? null;
  }
}

function silent(ranges: readonly OffsetRange[], silenceMs: number): KafkaFault {
  const where = ranges.map(({ topic, partition }) => `${topic}/${partition}`).join(', ');
  const text = `cannot read ${where} to the end: Kafka has given nothing for ${Math.round(silenceMs / 1_000)} s`;
  return new KafkaFault(text, { code: 'KAFKA_NO_ANSWER', retryable: true });
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
