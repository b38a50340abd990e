import type { KafkaSettings } from '../../../connectors/kafka/index.ts';
import { type MnsQueueOptions, mnsQueue } from '../../../connectors/mns/index.ts';
import type { Tracing } from '../../../platform/telemetry/index.ts';
import { Waits } from '../../../platform/waits.ts';
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
  const { tracing, clock } = options;
  const traced = tracing ? tracedPublisher(publisher, tracing, 'mns') : publisher;
  const waits = new Waits((what) => options.onWaitingFor?.(what));
  const [waitsForQueue, waitsForKafka] = [waits.part('queue', `queue ${options.queue}`), waits.part('kafka', 'Kafka')];
  const stopLooking = clock.every(lookEveryMs, () => waitsForKafka(publisher.waitingFor()));
  const connection = new AbortController();
  const refused = new AbortController();
  const connected = publisher.run(connection.signal);
  connected.catch(() => refused.abort());
  const signal = AbortSignal.any([options.signal, refused.signal]);
  try {
    const source = { ...options, queue: mnsQueue(options), publisher: traced, signal, onWaitingFor: waitsForQueue };
    await consumeQueue(source);
  } finally {
    stopLooking();
    connection.abort();
    await connected;
  }
}

/** Between two looks at whether Kafka answers. */
const lookEveryMs = 1_000;
