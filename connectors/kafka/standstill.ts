import type { Clock } from '../../platform/host/index.ts';
import { KafkaFault } from './fault.ts';
import type { Position, Positions } from './positions.ts';
import type { TopicPartition, TopicPartitionOffset } from './record.ts';
import { StallWatch } from './stall-watch.ts';

export type StandstillOptions = {
  readonly positions: Positions;
  readonly clock: Clock;
  /** What the native client says that it reads. */
  readonly assigned: () => readonly TopicPartition[];
  readonly endOf: (at: TopicPartition) => Promise<number>;
  readonly seek: (at: TopicPartitionOffset) => Promise<void>;
};

/**
 * Notices a consumer that returns no records though there are some, or that reads fewer partitions than it was assigned:
 * the native client may have been fenced, or have stopped fetching, without an error. A stalled partition is sought once;
 * if that doesn't help, or where partitions are gone, the consumer can't be used any more.
 */
export class Standstill {
  readonly #o: StandstillOptions;
  readonly #stalls: StallWatch<Position>;
  readonly #soughtAt = new Map<string, number>();
  #comparedAtMs = Number.NEGATIVE_INFINITY;
  #missing = 0;
  #fault: KafkaFault | null = null;

  constructor(o: StandstillOptions) {
    this.#o = o;
    this.#stalls = new StallWatch<Position>(o.endOf);
  }

  /** Why only another consumer can go on; null while this one works. */
  get fault(): KafkaFault | null {
    return this.#fault;
  }

  /** Call after each poll. `all`: it took everything that was queued, so a partition without records in it has none queued. */
  look(all: boolean): void {
    const nowMs = this.#o.clock.monotonicMs();
    this.#compare(nowMs);
    if (!all) return;
    for (const at of this.#stalls.look(this.#o.positions.reading, nowMs)) this.#stands(at);
  }

  /** Missing twice in a row: between a revocation and its rebalance callback there is a moment. */
  #compare(nowMs: number): void {
    if (this.#o.positions.size === 0 || nowMs - this.#comparedAtMs < compareEveryMs) return;
    this.#comparedAtMs = nowMs;
    const assigned = new Set(this.#o.assigned().map(nameOf));
    const gone = this.#o.positions.all.filter((at) => !assigned.has(nameOf(at)));
    this.#missing = gone.length > 0 ? this.#missing + 1 : 0;
    if (this.#missing < 2) return;
    const text = `the client does not read ${gone.map(nameOf).join(', ')} any more, though they were not revoked: a new one has to join`;
    this.#fault ??= new KafkaFault(text, { code: 'KAFKA_ASSIGNMENT_LOST', fatal: true });
  }

  #stands({ topic, partition, position }: Position): void {
    const name = nameOf({ topic, partition });
    if (position >= 0 && this.#soughtAt.get(name) !== position) {
      this.#soughtAt.set(name, position);
      this.#o.seek({ topic, partition, offset: position }).catch(() => {});
      return;
    }
    const text = `${name} gives no records at offset ${position < 0 ? 'unknown' : position} though it has some: a new client has to read it`;
    this.#fault ??= new KafkaFault(text, { code: 'KAFKA_STALLED', fatal: true });
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const compareEveryMs = 2_000;
