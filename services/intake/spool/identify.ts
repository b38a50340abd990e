import { readdir } from 'node:fs/promises';
import type { Admin, KafkaSettings } from '../../../connectors/kafka/index.ts';
import { isDenied } from '../../../platform/faults.ts';
import type { Clock } from '../../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../../platform/retry.ts';
import type { Logger } from '../../../platform/telemetry/index.ts';
import type { TopicId } from '../../../schemas/topics.ts';
import { IngressFault } from '../fault.ts';
import type { Ownership } from './ownership.ts';

const backoff = { firstMs: 500, longestMs: 1_000 };

export type IdentifyOptions = {
  readonly kafka: KafkaSettings;
  /** Full name of a topic. */
  readonly topics: (id: TopicId) => string;
  readonly clock: Clock;
  readonly log: Logger;
};

/**
 * Asks Kafka for the id of the callbacks topic until it is known, or `signal` aborts. Where the cluster doesn't let us ask,
 * the configured brokers go on standing for it.
 */
export async function identify(options: IdentifyOptions, ownership: Ownership, signal: AbortSignal): Promise<void> {
  const topic = options.topics('callbacks');
  const known = async () => {
    const topicId = await ask(options.kafka, topic, signal);
    if (topicId === undefined) throw new IngressFault('KAFKA_AWAY', `${topic} is not there yet`, { retryable: true });
    return topicId;
  };
  try {
    const isRetryable = (error: unknown) => !isDenied(error);
    ownership.identified(await retryWhileUnavailable(known, { platform: options.clock, backoff, signal, isRetryable }));
  } catch (error) {
    if (isDenied(error)) options.log.warn({ err: error, topic }, 'the spool can only be told apart by KAFKA_BROKERS');
  }
}

async function ask(kafka: KafkaSettings, topic: string, signal: AbortSignal): Promise<string | undefined> {
  // Loaded once it is needed: the native client is most of what a start would cost.
  const { Admin } = await import('../../../connectors/kafka/index.ts');
  const admin: Admin = await Admin.connect(kafka, signal);
  try {
    return (await admin.describe([topic]))[0]?.topicId;
  } finally {
    admin.close();
  }
}

/** Whether a folder of spools has been used by a pipeline that left its stamp. */
export async function holdsStamps(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith('.pipeline.json'));
}
