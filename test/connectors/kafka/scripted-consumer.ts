/** A client of Kafka that does as the test says, and a clock that moves by what is slept on it. */
import type {
  ConsumedRecord,
  GroupClient,
  ReaderClient,
  Rebalance,
  TopicPartition,
  TopicPartitionOffset,
} from '../../../connectors/kafka/index.ts';
import { KafkaFault } from '../../../connectors/kafka/index.ts';

export const topic = 'topic';
export const at = (partition: number): TopicPartition => ({ topic, partition });
export const away = new KafkaFault('all brokers are down', { code: 'ERR__ALL_BROKERS_DOWN', retryable: true });
export const finished = new KafkaFault('fenced', { code: 'ERR__FATAL', fatal: true });
export const refused = new KafkaFault('wrong password', { code: 'KAFKA_LOGIN_REFUSED', denied: true });

export function record(partition: number, offset: number): ConsumedRecord {
  return { ...at(partition), offset, key: `k${offset}`, value: Buffer.from('v'), headers: {}, timestampMs: 0 };
}

export function steppedClock() {
  const state = { nowMs: 0 };
  return {
    state,
    monotonicMs: () => state.nowMs,
    sleep: async (ms: number) => {
      state.nowMs += ms;
      await new Promise(setImmediate);
    },
  };
}

/** What a poll does: gives records, or throws. Nothing scripted: it takes its time and gives none. */
type Turn = readonly ConsumedRecord[] | Error | (() => readonly ConsumedRecord[]);

export class ScriptedConsumer implements GroupClient, ReaderClient {
  readonly turns: Turn[];
  readonly paused = new Set<string>();
  readonly committedOffsets: TopicPartitionOffset[] = [];
  readonly assigned: TopicPartitionOffset[][] = [];
  readonly #clock: ReturnType<typeof steppedClock>;
  /** Thrown by whatever is asked of the broker. */
  trouble: Error | null = null;
  asked = 0;
  closed = false;
  onRebalance: (event: Rebalance) => void = () => {};
  onEnd: (end: TopicPartitionOffset) => void = () => {};

  constructor(clock: ReturnType<typeof steppedClock>, turns: readonly Turn[] = []) {
    this.#clock = clock;
    this.turns = [...turns];
  }

  async poll(_maxRecords: number, timeoutMs: number): Promise<ConsumedRecord[]> {
    const turn = this.turns.shift();
    if (turn instanceof Error) throw turn;
    const records = typeof turn === 'function' ? turn() : (turn ?? []);
    if (records.length === 0) await this.#clock.sleep(timeoutMs);
    return [...records];
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.paused.add(String(partition));
  }
  resume(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.paused.delete(String(partition));
  }
  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.assigned.push([...partitions]);
  }
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#answer();
    this.committedOffsets.push(...offsets);
  }
  async committed(partitions: readonly TopicPartition[]) {
    this.#answer();
    return partitions.map((one) => ({ ...one, offset: null }));
  }
  async watermarks() {
    this.asked += 1;
    this.#answer();
    return { low: 0, high: 0 };
  }
  async partitionsOf() {
    this.#answer();
    return 1;
  }
  async offsetsForTime(): Promise<(TopicPartition & { offset: number | null })[]> {
    this.#answer();
    return [];
  }
  async close(): Promise<void> {
    this.closed = true;
  }

  #answer(): void {
    if (this.trouble) throw this.trouble;
  }
}
