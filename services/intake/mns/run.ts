import type { KafkaSettings } from '../../../connectors/kafka/index.ts';
import { type MnsQueueOptions, mnsQueue } from '../../../connectors/mns/index.ts';
import type { Tracing } from '../../../platform/telemetry/index.ts';
import type { TopicId } from '../../../schemas/topics.ts';
import { connectPublisher, tracedPublisher } from '../http/index.ts';
import { consumeQueue, type QueueSourceOptions } from './source.ts';

export type RunMnsOptions = MnsQueueOptions &
  Omit<QueueSourceOptions, 'queue' | 'publisher'> & {
    readonly kafka: KafkaSettings;
    /** Full name of a topic. */
    readonly topics: (id: TopicId) => string;
    readonly tracing?: Tracing | undefined;
  };

/** Moves callbacks from a queue of the cloud to Kafka until `signal` aborts. The queue is the buffer: no spool here. */
export async function runMnsSource(options: RunMnsOptions): Promise<void> {
  const publisher = connectPublisher(options);
  const { tracing } = options;
  const door = tracing ? tracedPublisher(publisher, tracing, 'mns') : publisher;
  const connection = new AbortController();
  const connected = publisher.run(connection.signal);
  try {
    await consumeQueue({ ...options, queue: mnsQueue(options), publisher: door });
  } finally {
    connection.abort();
    await connected;
  }
}
