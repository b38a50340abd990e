/** Reads whole topics as any downstream service would: committed records only, from the beginning to the end. */

import type { Codec } from '../../connectors/avro/index.ts';
import { type ConsumedRecord, Consumer, type KafkaSettings } from '../../connectors/kafka/index.ts';

/** Every committed record of a topic up to its present end, in partition order. */
export async function readTopic(kafka: KafkaSettings, topic: string): Promise<ConsumedRecord[]> {
  const open = new Set<number>();
  const consumer = await Consumer.connect(kafka, { onEof: ({ partition }) => open.delete(partition) });
  try {
    const partitions = await consumer.partitionsOf(topic);
    for (let partition = 0; partition < partitions; partition += 1) open.add(partition);
    consumer.assign([...open].map((partition) => ({ topic, partition, offset: -2 })));
    const records: ConsumedRecord[] = [];
    while (open.size > 0) records.push(...(await consumer.poll(5_000, 200)));
    return records;
  } finally {
    await consumer.close();
  }
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
