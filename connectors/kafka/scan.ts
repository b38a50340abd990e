import { Consumer } from './consumer.ts';
import type { ConsumedRecord, TopicPartitionOffset } from './record.ts';
import type { KafkaSettings } from './settings.ts';

export type ScanRange = {
  /** Only these partitions; default all. */
  readonly partitions?: readonly number[];
  /** First offset of each partition; default its beginning. */
  readonly fromOffset?: number;
  /** Start at the first record at or after this Kafka timestamp, epoch milliseconds. Wins over `fromOffset`. */
  readonly fromMs?: number;
  /** Leave out records from this Kafka timestamp on, epoch milliseconds. */
  readonly toMs?: number;
  /** Ends the scan, which then throws its reason: also one that waits for a broker. */
  readonly signal?: AbortSignal;
};

const pollRecords = 2_000;
const pollMs = 200;
const requestMs = 15_000;

/**
 * The committed records of a topic up to the ends that its partitions have when the scan begins, each partition in
 * order, without a consumer group. What is written meanwhile isn't seen, so a scan ends also when it feeds its own topic.
 */
export async function* scanTopic(
  settings: KafkaSettings,
  topic: string,
  range: ScanRange = {},
): AsyncGenerator<ConsumedRecord> {
  const open = new Set<number>();
  const ends = new Map<number, number>();
  range.signal?.throwIfAborted();
  const consumer = await Consumer.connect(settings, {
    onEof: ({ partition }) => open.delete(partition),
    ...(range.signal && { signal: range.signal }),
  });
  try {
    const count = await consumer.partitionsOf(topic);
    const all = Array.from({ length: count }, (_, partition) => partition);
    const partitions = all.filter((partition) => range.partitions?.includes(partition) ?? true);
    for (const partition of partitions)
      ends.set(partition, (await consumer.watermarks(topic, partition, requestMs)).high);
    const starts = await startsOf(consumer, topic, partitions, range);
    for (const { partition, offset } of starts) if (offset < (ends.get(partition) ?? 0)) open.add(partition);
    consumer.assign(starts.filter(({ partition }) => open.has(partition)));
    while (open.size > 0) {
      range.signal?.throwIfAborted();
      for (const record of await consumer.poll(pollRecords, pollMs)) {
        const end = ends.get(record.partition) ?? 0;
        if (record.offset < end && (range.toMs === undefined || record.timestampMs < range.toMs)) yield record;
        if (record.offset + 1 >= end) open.delete(record.partition);
      }
    }
  } finally {
    await consumer.close();
  }
}

async function startsOf(
  consumer: Consumer,
  topic: string,
  partitions: readonly number[],
  range: ScanRange,
): Promise<TopicPartitionOffset[]> {
  if (range.fromMs === undefined) {
    const lows = await Promise.all(
      partitions.map(async (partition) => ({ partition, ...(await consumer.watermarks(topic, partition, requestMs)) })),
    );
    return lows.map(({ partition, low }) => ({ topic, partition, offset: Math.max(low, range.fromOffset ?? 0) }));
  }
  const found = await consumer.offsetsForTime(
    partitions.map((partition) => ({ topic, partition })),
    range.fromMs,
    requestMs,
  );
  return found.map(({ partition, offset }) => ({ topic, partition, offset: offset ?? Number.MAX_SAFE_INTEGER }));
}
