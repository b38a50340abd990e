import { afterEach, expect, inject, test } from 'vitest';
import { KafkaSource } from '../../client/kafka-source.ts';
import { Admin, IdempotentProducer } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** The first batch of a topic that the broker compresses so, as the client reads it. */
async function readCompressed(codec: string) {
  const kafka = { brokers, clientId: 'client-compression-test' };
  const topic = `client-compression-${codec}-${Date.now()}`;
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  await admin.ensureTopics([{ name: topic, partitions: 1, config: { 'compression.type': codec } }]);
  cleanUp.push(() => admin.deleteTopic(topic));
  const producer = await IdempotentProducer.connect(kafka);
  await producer.send({ topic, key: 'k', value: Buffer.alloc(5_000, 'x') });
  await producer.close();
  const source = new KafkaSource({
    kafka: { brokers: [brokers], clientId: 'client-compression-test' },
    topic,
    groupPrefix: 'client-compression-',
    clock: systemClock,
  });
  cleanUp.push(() => source.close());
  await source.start([0]);
  for (;;) {
    const read = await source.take();
    if (read === undefined || read.messages.length > 0) return read?.messages[0]?.value;
  }
}

test.each(['gzip', 'zstd'])('the typed client reads %s', async (codec) => {
  expect(await readCompressed(codec)).toEqual(Buffer.alloc(5_000, 'x'));
});

test.each(['snappy', 'lz4'])('and says that it does not read %s, and what to do', async (codec) => {
  await expect(readCompressed(codec)).rejects.toMatchObject({
    code: 'COMPRESSION',
    message: expect.stringContaining('CompressionCodecs'),
  });
});
