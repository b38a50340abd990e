import { afterEach, expect, inject, test } from 'vitest';
import { Admin, Consumer, IdempotentProducer, type KafkaSettings } from '../../../connectors/kafka/index.ts';
import { eventually } from '../../support/eventually.ts';
import { startMetadataProxy } from './metadata-proxy.ts';

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const topic = 'forgotten-brokers';
const record = { topic, key: 'k', value: Buffer.from('v') };

/** A way to the broker of one client's own, on which it can be told that there are no brokers, and the truth again. */
async function wayToBroker() {
  const { brokers } = inject('stack');
  const admin = await Admin.connect({ brokers, clientId: 'forgotten-test' });
  await admin.ensureTopics([{ name: topic, partitions: 1 }]);
  admin.close();
  const proxy = await startMetadataProxy(Number(brokers.split(':')[1]));
  cleanUp.push(() => proxy.close());
  const often = { 'topic.metadata.refresh.interval.ms': 200, 'statistics.interval.ms': 200 };
  const kafka: KafkaSettings = { brokers: proxy.brokers, clientId: 'forgotten-test', librdkafka: often };
  return { kafka, proxy };
}

const lost = { code: 'KAFKA_BROKERS_FORGOTTEN', fatal: true, retryable: false };

// A broker that was frozen for longer than its session, or is starting, says that there are no brokers. librdkafka takes
// its word for it, forgets the one that it has, and never asks again: a publisher of the chaos lane stood still for good.
test('a producer whose brokers were forgotten says that it is lost, and a new one goes on', async () => {
  const { kafka, proxy } = await wayToBroker();
  const producer = await IdempotentProducer.connect(kafka, { deliveryTimeoutMs: 2_000 });
  cleanUp.push(() => producer.close());
  await producer.send(record);
  await proxy.emptyNext();
  await eventually(() => expect(producer.send(record)).rejects.toMatchObject(lost), { timeoutMs: 30_000 });
  proxy.heal();
  const next = await IdempotentProducer.connect(kafka);
  cleanUp.push(() => next.close());
  expect((await next.send(record)).partition).toBe(0);
});

test('a consumer without a group, too', async () => {
  const { kafka, proxy } = await wayToBroker();
  const consumer = await Consumer.connect(kafka);
  cleanUp.push(() => consumer.close());
  consumer.assign([{ topic, partition: 0, offset: -2 }]);
  await eventually(() => consumer.poll(10, 200));
  await proxy.emptyNext();
  await eventually(() => expect(consumer.poll(10, 50)).rejects.toMatchObject(lost), { timeoutMs: 30_000 });
});
