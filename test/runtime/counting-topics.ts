import { randomUUID } from 'node:crypto';
import { Admin, IdempotentProducer } from '../../connectors/kafka/index.ts';
import { topicsOf } from './counting.ts';

/** Topics of the counting topology under a prefix of their own, and a way to feed it. */
export async function countingTopics(brokers: string, partitions: number) {
  const prefix = `test-${randomUUID()}.`;
  const topics = topicsOf(prefix);
  const kafka = { brokers, clientId: 'counting-test' };
  const admin = await Admin.connect(kafka);
  const names = (['callbacks', 'video-state', 'transcode-jobs', 'dead-letters'] as const).map(topics);
  await admin.ensureTopics(names.map((name) => ({ name, partitions })));
  const connect = () => IdempotentProducer.connect(kafka, { deliveryTimeoutMs: 150_000 });
  let producer = await connect();
  return {
    prefix,
    partitions,
    topics,
    kafka,
    admin,
    /** Publishes n for key; resolves when it is durable. */
    send: (key: string | null, n: number) =>
      producer.send({ topic: topics('callbacks'), key, value: Buffer.from(JSON.stringify({ n })) }),
    sendRaw: (key: string, value: Buffer, headers: Record<string, string>) =>
      producer.send({ topic: topics('callbacks'), key, value, headers }),
    /** For a producer that can't be used any more: what it was given and not rid of it never sends. */
    async replaceProducer() {
      await producer.close();
      producer = await connect();
    },
    async close() {
      await producer.close();
      for (const name of names) await admin.deleteTopic(name).catch(() => {});
      admin.close();
    },
  };
}
