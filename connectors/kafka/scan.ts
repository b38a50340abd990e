import type { ConsumedRecord, TopicPartitionOffset } from './record.ts';
import type { KafkaSettings } from './settings.ts';
import { groupless, type OffsetRange, type Questions, TopicReader } from './topic-reader.ts';

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

const requestMs = 15_000;

/**
 * The committed records of a topic up to the ends that its partitions have when the scan begins, each partition in
 * order, without a consumer group. What is written meanwhile isn't seen, so a scan ends also when it feeds its own topic.
 * @throws KafkaFault, retryable where Kafka is away or gives nothing for a minute
 */
export async function* scanTopic(
  settings: KafkaSettings,
  topic: string,
  range: ScanRange = {},
): AsyncGenerator<ConsumedRecord> {
  const { signal } = range;
  signal?.throwIfAborted();
  const reader = await TopicReader.connect({ connect: groupless(settings, { signal }), ...(signal && { signal }) });
  try {
    const ranges = await reader.askOnce((client) => rangesOf(client, topic, range));
    for await (const records of reader.ranges(ranges, { signal }))
      for (const record of records) if (range.toMs === undefined || record.timestampMs < range.toMs) yield record;
  } finally {
    await reader.close();
  }
}

async function rangesOf(client: Questions, topic: string, range: ScanRange): Promise<OffsetRange[]> {
  const count = await client.partitionsOf(topic);
  const all = Array.from({ length: count }, (_, partition) => partition);
  const partitions = all.filter((partition) => range.partitions?.includes(partition) ?? true);
  const ends = new Map<number, number>();
  for (const partition of partitions) ends.set(partition, (await client.watermarks(topic, partition, requestMs)).high);
  const starts = await startsOf(client, topic, partitions, range);
  return starts.map(({ partition, offset }) => ({ topic, partition, from: offset, to: ends.get(partition) ?? 0 }));
}

async function startsOf(
  client: Questions,
  topic: string,
  partitions: readonly number[],
  range: ScanRange,
): Promise<TopicPartitionOffset[]> {
  if (range.fromMs === undefined) {
    const lows = await Promise.all(
      partitions.map(async (partition) => ({ partition, ...(await client.watermarks(topic, partition, requestMs)) })),
    );
    return lows.map(({ partition, low }) => ({ topic, partition, offset: Math.max(low, range.fromOffset ?? 0) }));
  }
  const found = await client.offsetsForTime(
    partitions.map((partition) => ({ topic, partition })),
    range.fromMs,
    requestMs,
  );
  return found.map(({ partition, offset }) => ({ topic, partition, offset: offset ?? Number.MAX_SAFE_INTEGER }));
}
