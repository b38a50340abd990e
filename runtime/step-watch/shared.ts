import type { TopicPartitionOffset } from '../../connectors/kafka/index.ts';

/** Where the two threads find what they share, in bytes. */
export const place = { turn: 0, numbers: 8, size: 32 } as const;

export type WatchData = {
  readonly shared: SharedArrayBuffer;
  /** The worker's side of a topic is its number in this list. */
  readonly topics: readonly string[];
  readonly file: string;
  readonly limitMs: number;
  /** What earlier lives wrote down and nobody has passed yet. */
  readonly kept: readonly TopicPartitionOffset[];
};
