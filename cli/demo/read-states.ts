/** Reads whole topics as any downstream service would: committed records only, from the beginning to the end. */

import type { Codec } from '../../connectors/avro/index.ts';
import { type ConsumedRecord, type KafkaSettings, scanTopic } from '../../connectors/kafka/index.ts';

/** Every committed record of a topic up to its present end, in partition order. */
export async function readTopic(kafka: KafkaSettings, topic: string): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  for await (const record of scanTopic(kafka, topic)) records.push(record);
  return records;
}

/** The latest state of every key; keys that were tombstoned are left out. */
export async function readStates<T>(kafka: KafkaSettings, topic: string, codec: Codec<T>): Promise<Map<string, T>> {
  const states = new Map<string, T>();
  for (const { key, value } of await readTopic(kafka, topic)) {
    if (key === null) continue;
    if (value === null) states.delete(key);
    else states.set(key, await codec.decode(value));
  }
  return states;
}
