import type { Clock, ClockReading } from '../../platform/host/index.ts';
import { Admin } from './admin.ts';
import { Consumer } from './consumer.ts';
import type { TopicPartition } from './record.ts';
import type { KafkaSettings } from './settings.ts';

export type BrokerTimeOptions = {
  /** A consumer group of its own, which is never joined. */
  readonly group: string;
  /** An existing topic, in whose name an offset is committed. */
  readonly topic: string;
  readonly clock: Clock;
  /** Abort to give up. */
  readonly signal?: AbortSignal;
};

/** Where brokers keep what groups have committed. */
const offsetsTopic = '__consumer_offsets';
const committedTimeoutMs = 5_000;

/**
 * A broker's clock. No request returns it, and our records have our own times; but a committed offset is a record that the
 * group's coordinator writes with its own time, and a request returns the latest time of a partition. Null where the
 * commit's time isn't the latest: a coordinator whose clock was ahead has left a later one.
 */
export async function askBrokerTime(settings: KafkaSettings, o: BrokerTimeOptions): Promise<ClockReading | null> {
  const admin = await Admin.connect(settings, o.signal);
  try {
    o.signal?.throwIfAborted();
    const consumer = await Consumer.connect(settings, { groupId: o.group });
    try {
      const at = { topic: o.topic, partition: 0 };
      const [committed] = await consumer.committed([at], committedTimeoutMs);
      const before = await newest(admin, o.group);
      const askedAtMs = o.clock.monotonicMs();
      // Another offset than before: that it was taken shows only by its value.
      await consumer.commit([{ ...at, offset: (committed?.offset ?? 0) + 1 }]);
      const answeredAtMs = o.clock.monotonicMs();
      const after = await newest(admin, o.group);
      if (after === null || (before !== null && after <= before)) return null;
      return { theirMs: after, askedAtMs, answeredAtMs };
    } finally {
      await consumer.close();
    }
  } finally {
    admin.close();
  }
}

async function newest(admin: Admin, group: string): Promise<number | null> {
  const [topic] = await admin.describe([offsetsTopic]);
  if (topic === undefined) return null;
  return await admin.newestTimestampMs(offsetsPartition(group, topic.partitions));
}

/** The partition that keeps a group's offsets: by the hash that Java has of its name. */
export function offsetsPartition(group: string, partitions: number): TopicPartition {
  let hash = 0;
  for (let index = 0; index < group.length; index += 1) hash = (Math.imul(31, hash) + group.charCodeAt(index)) | 0;
  // The smallest integer has no counterpart above 0.
  const positive = hash === -(2 ** 31) ? 0 : Math.abs(hash);
  return { topic: offsetsTopic, partition: positive % partitions };
}
