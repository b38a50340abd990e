import { header } from '../../../schemas/topics.ts';
import {
  type ConsumedRecord,
  Consumer,
  type KafkaSettings,
  type OutgoingRecord,
  type TopicPartitionOffset,
} from '../../kafka/index.ts';

/** The original record for `dead-letters`: same key and bytes, headers that say why and where it came from. */
export function deadLetter(topic: string, origin: ConsumedRecord, reason: string, error: string): OutgoingRecord {
  return {
    topic,
    key: origin.key,
    value: origin.value,
    headers: {
      ...origin.headers,
      [header.reason]: reason,
      [header.error]: error,
      [header.stage]: 'sink',
      [header.originTopic]: origin.topic,
      [header.originPartition]: String(origin.partition),
      [header.originOffset]: String(origin.offset),
    },
  };
}

/** How long the broker may take to hand over one record. */
const patientPolls = 100;

/**
 * Reads one record again. Null where it is gone: compaction took it because a newer version of its key exists, or its
 * retention ended.
 */
export async function readAgain(kafka: KafkaSettings, at: TopicPartitionOffset): Promise<ConsumedRecord | null> {
  let ended = false;
  const consumer = await Consumer.connect(kafka, {
    onEof: () => {
      ended = true;
    },
  });
  try {
    consumer.assign([at]);
    for (let polls = 0; polls < patientPolls && !ended; polls += 1) {
      const [first] = await consumer.poll(1, 100);
      if (first) return first.offset === at.offset ? first : null;
    }
    return null;
  } finally {
    await consumer.close();
  }
}
