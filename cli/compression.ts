/** Whether this Kafka client can read what lies in the topics: it may have been built without a way of compression. */
import { compressionRemedy, KafkaFault, missingCompressionTypes } from '../connectors/kafka/index.ts';
import type { kafkaSettings } from '../schemas/role-settings.ts';
import type { Settings } from '../schemas/settings.ts';
import { readTopicConfigs } from './topic-configs.ts';

/**
 * The topics (by name) whose batches the broker compresses in a way that the client can't read, each with its way. A
 * producer may also choose one that no topic names; such a batch is told when it is met.
 */
export async function unreadableTopics(
  settings: Pick<Settings, (typeof kafkaSettings)[number] | 'LIVE2VOD_INSTANCE'>,
  topics: readonly string[],
  missing: readonly string[] = missingCompressionTypes(),
): Promise<readonly { readonly topic: string; readonly compressionType: string }[]> {
  if (missing.length === 0) return [];
  const configs = await readTopicConfigs(settings, topics, ['compression.type']);
  return [...configs].flatMap(([topic, config]) => {
    const compressionType = config.get('compression.type') ?? 'producer';
    return missing.includes(compressionType) ? [{ topic, compressionType }] : [];
  });
}

/**
 * A cluster that can't be asked now is let pass: a batch tells it too.
 * @throws KafkaFault `KAFKA_UNREADABLE_BATCH` where a role would only end at the first batch
 */
export async function requireReadable(...asked: Parameters<typeof unreadableTopics>): Promise<void> {
  const unreadable = await unreadableTopics(...asked).catch(() => []);
  if (unreadable.length === 0) return;
  const names = unreadable
    .map(({ topic, compressionType }) => `${topic} (compression.type ${compressionType})`)
    .join(', ');
  const compressionTypes = [...new Set(unreadable.map(({ compressionType }) => compressionType))];
  throw new KafkaFault(`can not read ${names}: ${compressionRemedy(compressionTypes)}`, {
    code: 'KAFKA_UNREADABLE_BATCH',
  });
}
