import type { TopicId } from '../../schemas/topics.ts';

/** A record on its way to Kafka. The topic's prefix is added where it is sent. */
export type OutgoingRecord = {
  readonly topic: Extract<TopicId, 'callbacks' | 'dead-letters'>;
  /** Subject id; null where none could be read. */
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Where the ingress puts a record. The promise resolves once the record is durable and not before: a 200 is sent on
 * its strength. A rejection leaves open whether the record was written.
 */
export type Publisher = {
  publish(record: OutgoingRecord): Promise<void>;
};
