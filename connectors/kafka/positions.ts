import type { ConsumedRecord, TopicPartition, TopicPartitionOffset } from './record.ts';

/** A partition that a consumer reads. */
export type Position = TopicPartition & {
  /** The next offset to be read; below 0 as long as nothing is known. */
  position: number;
  /** Where its end was last reached; -1 before that. */
  endSeenAt: number;
  paused: boolean;
};

/** How far a consumer has read each of its partitions, by the records that it returned. */
export class Positions {
  readonly #all = new Map<string, Position>();

  /** Replaces what was known of the partition. */
  add(at: TopicPartition & { readonly offset?: number }, paused = false): void {
    const { topic, partition, offset } = at;
    this.#all.set(nameOf(at), { topic, partition, position: offset ?? -1, endSeenAt: -1, paused });
  }

  remove(at: TopicPartition): void {
    this.#all.delete(nameOf(at));
  }

  clear(): void {
    this.#all.clear();
  }

  get size(): number {
    return this.#all.size;
  }

  get all(): Position[] {
    return [...this.#all.values()];
  }

  /** Those that are read now. */
  get reading(): Position[] {
    return this.all.filter((at) => !at.paused);
  }

  read(records: readonly ConsumedRecord[]): void {
    let last: Position | undefined;
    for (const { topic, partition, offset } of records) {
      if (last?.partition !== partition || last.topic !== topic) last = this.#all.get(`${topic}/${partition}`);
      if (last) last.position = offset + 1;
    }
  }

  ended(at: TopicPartitionOffset): void {
    const known = this.#all.get(nameOf(at));
    if (known) known.endSeenAt = at.offset;
  }

  sought(at: TopicPartitionOffset): void {
    const known = this.#all.get(nameOf(at));
    if (known) this.add(at, known.paused);
  }

  /** A paused partition isn't stalled; resumed, it is watched from the start. */
  pause(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const at of partitions) {
      const known = this.#all.get(nameOf(at));
      if (known && known.paused !== paused) this.add({ ...at, offset: known.position }, paused);
    }
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
