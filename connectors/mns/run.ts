import type { TopicId } from '../../schemas/topics.ts';
import { connectPublisher } from '../ingress/index.ts';
import type { KafkaSettings } from '../kafka/index.ts';
import { type MnsQueueOptions, mnsQueue } from './mns-queue.ts';
import { consumeQueue, type QueueSourceOptions } from './source.ts';

export type RunMnsOptions = MnsQueueOptions &
  Omit<QueueSourceOptions, 'queue' | 'publisher'> & {
    readonly kafka: KafkaSettings;
    /** Full name of a topic. */
    readonly topics: (id: TopicId) => string;
  };

/** Moves callbacks from a queue of the cloud to Kafka until `signal` aborts. The queue is the buffer: no spool here. */
export async function runMnsSource(options: RunMnsOptions): Promise<void> {
  const publisher = connectPublisher(options);
  const connection = new AbortController();
  const connected = publisher.run(connection.signal);
  try {
    await consumeQueue({ ...options, queue: mnsQueue(options), publisher });
  } finally {
    connection.abort();
    await connected;
  }
}
