/**
 * Can a transaction hold nothing but consumer offsets, one after the other? A processor whose records were all
 * duplicates has nothing to write, yet must move on.
 *
 *   KAFKA_BROKERS=127.0.0.1:9092 node bench/kafka-clients/offsets-only.ts
 */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { brokers, makeTopic, print } from './clients.ts';

const topic = `offsets-${randomUUID()}`;
const rounds = 20;
await makeTopic(topic);
const producer = new kafkajs.Kafka({
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
  retry: { retries: 1 },
}).producer({
  transactionalId: topic,
  idempotent: true,
  maxInFlightRequests: 1,
});
await producer.connect();
const failures = new Map<string, number>();
for (let round = 0; round < rounds; round += 1) {
  try {
    const transaction = await producer.transaction();
    await transaction.sendOffsets({
      consumerGroupId: topic,
      topics: [{ topic, partitions: [{ partition: 0, offset: String(round) }] }],
    });
    await transaction.commit();
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? String(error.type) : String(error);
    failures.set(type, (failures.get(type) ?? 0) + 1);
    break;
  }
}
print({
  client: 'kafkajs 2.2.4',
  rounds,
  failures: Object.fromEntries(failures),
  verdict: failures.size === 0 ? 'correct' : 'WRONG',
});
process.exit(0);
