import {
  type ConsumedRecord,
  Consumer,
  KafkaFault,
  type KafkaSettings,
  type TopicPartitionOffset,
} from '../../connectors/kafka/index.ts';

/** How long the broker may take to hand over one record, in polls of 100 ms. */
const patientPolls = 100;

/**
 * Reads one record again. Null where it is gone: compaction took it because a newer version of its key exists, or its
 * retention ended.
 * @throws KafkaFault (retryable) where the broker didn't answer in time: that says nothing about the record
 */
export async function readAgain(
  kafka: KafkaSettings,
  at: TopicPartitionOffset,
  polls = patientPolls,
): Promise<ConsumedRecord | null> {
  let ended = false;
  const consumer = await Consumer.connect(kafka, {
    onEof: () => {
      ended = true;
    },
  });
  try {
    consumer.assign([at]);
    for (let left = polls; left > 0 && !ended; left -= 1) {
      const [first] = await consumer.poll(1, 100);
      if (first) return first.offset === at.offset ? first : null;
    }
    if (ended) return null;
    const message = `cannot read ${at.topic}/${at.partition} at offset ${at.offset} again: no answer in time`;
    throw new KafkaFault(message, { code: 'KAFKA_NO_ANSWER', retryable: true });
  } finally {
    await consumer.close();
  }
}
