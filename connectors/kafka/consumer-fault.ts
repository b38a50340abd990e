/** What only a consumer can say of its faults: which member of which group, which partition, at which offset. */
import kafka from '@confluentinc/kafka-javascript';
import { KafkaFault } from './fault.ts';
import type { TopicPartition, TopicPartitionOffset } from './record.ts';

type Member = { readonly groupId?: string; readonly groupInstanceId?: string };

/** The fault of a consumer in librdkafka's fatal state, with cause and remedy where another process uses its name. */
export function fatalFault(message: string, { groupId, groupInstanceId }: Member): KafkaFault {
  if (!/fenced/i.test(message) || groupInstanceId === undefined) {
    return new KafkaFault(`cannot read records: ${message}`, { code: 'ERR__FATAL', fatal: true });
  }
  return new KafkaFault(
    `another process has joined the consumer group ${groupId} under the name ${groupInstanceId}, so this one is out: it runs ` +
      'with the same LIVE2VOD_INSTANCE. Set another LIVE2VOD_INSTANCE for one of them, or stop it (seen once, it may have been ' +
      'this process itself: a request to join that a cut connection repeated)',
    { code: 'ERR_FENCED_INSTANCE_ID', fatal: true },
  );
}

/**
 * Names the partition whose batch can't be read, which the native client doesn't: one of those that have more records than
 * were returned. `reading`: the next offset of each partition.
 */
export async function unreadableBatch(
  error: KafkaFault,
  reading: readonly (TopicPartition & { readonly position: number })[],
  watermarks: (at: TopicPartition) => Promise<{ low: number; high: number }>,
): Promise<KafkaFault> {
  const looks = reading.map(async ({ topic, partition, position }): Promise<TopicPartitionOffset[]> => {
    const { low, high } = await watermarks({ topic, partition }).catch(() => ({ low: 0, high: 0 }));
    const offset = Math.max(position, low);
    return offset < high ? [{ topic, partition, offset }] : [];
  });
  const candidates = (await Promise.all(looks)).flat();
  const where = candidates.map(({ topic, partition, offset }) => `${topic}/${partition} at offset ${offset}`);
  const missing = missingCompressionTypes();
  const remedy =
    missing.length > 0
      ? compressionRemedy(missing)
      : 'the batch is damaged, or compressed in a way that this client does not know';
  return new KafkaFault(
    `a batch of records of ${where.length > 0 ? where.join(' or ') : 'an assigned partition'} can not be decompressed: ${remedy}`,
    { code: 'KAFKA_UNREADABLE_BATCH', cause: error },
  );
}

export const compressionRemedy = (missing: readonly string[]): string =>
  `this Kafka client was built without ${missing.join(' and ')}: install libzstd-dev, remove node_modules/.live2vod-stamp, ` +
  'and start again, which builds it anew (docs/operations.md, "Compression")';

const compressionTypes = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Compression types that the native client was built without. */
export function missingCompressionTypes(features: readonly string[] = kafka.features): readonly string[] {
  return compressionTypes.filter((type) => !features.includes(type));
}
