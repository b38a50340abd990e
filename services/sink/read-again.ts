import {
  type ConsumedRecord,
  groupless,
  type KafkaSettings,
  type TopicPartitionOffset,
  TopicReader,
} from '../../connectors/kafka/index.ts';

/** How long the broker may take to hand over one record. */
const defaultSilenceMs = 10_000;

/**
 * Reads one record again. Null where it is gone: compaction took it because a newer version of its key exists, or its
 * retention ended.
 * @throws KafkaFault (retryable) where the broker didn't answer in time: that says nothing about the record
 */
export async function readAgain(
  kafka: KafkaSettings,
  { topic, partition, offset }: TopicPartitionOffset,
  silenceMs = defaultSilenceMs,
): Promise<ConsumedRecord | null> {
  const reader = await TopicReader.connect({ connect: groupless(kafka) });
  try {
    const range = { topic, partition, from: offset, to: offset + 1 };
    for await (const [record] of reader.ranges([range], { maxRecords: 1, silenceMs })) if (record) return record;
    return null;
  } finally {
    await reader.close();
  }
}
