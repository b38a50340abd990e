import type { Settings } from './settings.ts';
import { type TopicContract, tombstoneRetentionMs, topicName } from './topics.ts';

/** Room for the largest callback body (1 MiB) and its headers. */
const maxMessageBytes = 2 * 1024 * 1024;

type TopicSettings = Pick<Settings, 'LIVE2VOD_TOPIC_PREFIX' | 'LIVE2VOD_PARTITIONS' | 'LIVE2VOD_REPLICATION'>;

/** How a topic is created: partitions and replication from the settings, the rest from its contract. */
export function topicSpec(contract: TopicContract, settings: TopicSettings) {
  return {
    name: topicName(settings.LIVE2VOD_TOPIC_PREFIX, contract.id),
    partitions: settings.LIVE2VOD_PARTITIONS,
    replicationFactor: settings.LIVE2VOD_REPLICATION,
    config: {
      'cleanup.policy': contract.cleanup,
      'max.message.bytes': String(maxMessageBytes),
      ...(contract.retentionMs === null ? {} : { 'retention.ms': String(contract.retentionMs) }),
      ...(contract.cleanup === 'compact' ? { 'delete.retention.ms': String(tombstoneRetentionMs) } : {}),
      ...(settings.LIVE2VOD_REPLICATION >= 3 ? { 'min.insync.replicas': '2' } : {}),
    },
  };
}
