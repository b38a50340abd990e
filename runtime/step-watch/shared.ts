import type { TopicPartitionOffset } from '../../connectors/kafka/index.ts';

/** Byte offsets in the memory that the two threads share. `sequence` is odd while a step runs. */
export const layout = { sequence: 0, numbers: 8, size: 32 } as const;

export type WatchData = {
  readonly shared: SharedArrayBuffer;
  /** A topic is shared as its index in this list. */
  readonly topics: readonly string[];
  readonly file: string;
  readonly limitMs: number;
  /** Records that were saved before and aren't passed yet. */
  readonly kept: readonly TopicPartitionOffset[];
};
