import { IdempotentProducer, type KafkaSettings, type OutgoingRecord } from '../connectors/kafka/index.ts';

/** Writes records as fast as the broker takes them, and resolves with their number once all are acknowledged. */
export async function load(kafka: KafkaSettings, records: Iterable<OutgoingRecord>): Promise<number> {
  const producer = await IdempotentProducer.connect(kafka, { lingerMs: 20, maxInFlightBytes: 256 * 1024 * 1024 });
  let count = 0;
  let sending: Promise<unknown>[] = [];
  for (const record of records) {
    sending.push(producer.send(record));
    count += 1;
    if (sending.length === 10_000) {
      await Promise.all(sending);
      sending = [];
    }
  }
  await Promise.all(sending);
  await producer.close();
  return count;
}
