/** What only a consumer can say of its faults: which member of which group, which partition, at which offset. */
import kafka from '@confluentinc/kafka-javascript';
import { KafkaFault } from './fault.ts';
import type { TopicPartition, TopicPartitionOffset } from './record.ts';

type Member = { readonly groupId?: string; readonly groupInstanceId?: string };

/** librdkafka's word that a consumer is finished, with cause and remedy where another process has taken its name. */
export function fatalFault(said: string, { groupId, groupInstanceId }: Member): KafkaFault {
  if (!/fenced/i.test(said) || groupInstanceId === undefined) {
    return new KafkaFault(`cannot read records: ${said}`, { code: 'ERR__FATAL', fatal: true });
  }
  return new KafkaFault(
    `another process has joined the consumer group ${groupId} under the name ${groupInstanceId}, so this one is out: it runs ` +
      'with the same LIVE2VOD_INSTANCE. Set another LIVE2VOD_INSTANCE for one of them, or stop it (seen once, it may have been ' +
      'this process itself: a request to join that a cut connection repeated)',
    { code: 'ERR_FENCED_INSTANCE_ID', fatal: true },
  );
}

/**
 * Whose batch it was that can't be read, which the native client keeps to itself: one of those partitions that have more
 * records than were given. `reading`: the next offset of each partition.
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
  const suspects = (await Promise.all(looks)).flat();
  const where = suspects.map(({ topic, partition, offset }) => `${topic}/${partition} at offset ${offset}`);
  const missing = missingCodecs();
  const remedy =
    missing.length > 0
      ? codecRemedy(missing)
      : 'the batch is damaged, or compressed in a way that this client does not know';
  return new KafkaFault(
    `a batch of records of ${where.length > 0 ? where.join(' or ') : 'an assigned partition'} can not be decompressed: ${remedy}`,
    { code: 'KAFKA_UNREADABLE_BATCH', cause: error },
  );
}

export const codecRemedy = (codecs: readonly string[]): string =>
  `this Kafka client was built without ${codecs.join(' and ')}: install libzstd-dev, remove node_modules/.live2vod-stamp, ` +
  'and start again, which builds it anew (docs/operations.md, "Compression")';

const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Ways of compression that the native client was built without. */
export function missingCodecs(features: readonly string[] = kafka.features): readonly string[] {
  return codecs.filter((codec) => !features.includes(codec));
}
