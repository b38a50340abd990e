import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import {
  Admin,
  Consumer,
  IdempotentProducer,
  KafkaFault,
  type KafkaSettings,
} from '../../../connectors/kafka/index.ts';
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

/** What came of a call, after a client was told that there are no brokers. */
const lostOr = (call: () => Promise<unknown>) =>
  call().then(
    () => 'goes on',
    (error: unknown) => {
      // Whether librdkafka loses its last way back depends on what it is doing at that moment.
      if (error instanceof KafkaFault && error.code === 'KAFKA_BROKERS_FORGOTTEN' && error.fatal) return 'is lost';
      throw error;
    },
  );

// A broker that was frozen for longer than its session, or is starting, says that there are no brokers. librdkafka takes
// its word for it, forgets the one that it has, and never asks again: a publisher of the chaos lane stood still for good.
test('a producer that was told of no brokers goes on or says that it is lost; a new one goes on', async () => {
  const { kafka, proxy } = await wayToBroker();
  const producer = await IdempotentProducer.connect(kafka, { deliveryTimeoutMs: 2_000 });
  cleanUp.push(() => producer.close());
  await producer.send(record);
  await proxy.emptyNext();
  proxy.heal();
  const told = await eventually(() => lostOr(() => producer.send(record)), { timeoutMs: 30_000 });
  expect(['goes on', 'is lost']).toContain(told);
  const next = await IdempotentProducer.connect(kafka);
  cleanUp.push(() => next.close());
  expect((await next.send(record)).partition).toBe(0);
});

// The record is older than the loss, and nobody sends another one: only the producer itself can say it. Of twenty some are lost.
test('what a producer still owes an answer is answered, or rejected once it is lost: not at its own time-out', async () => {
  const ends = Array.from({ length: 20 }, async () => {
    const { kafka, proxy } = await wayToBroker();
    const producer = await IdempotentProducer.connect(kafka, { deliveryTimeoutMs: 90_000 });
    cleanUp.push(() => producer.close());
    await producer.send(record);
    await proxy.emptyNext();
    const owed = lostOr(() => producer.send(record));
    await sleep(500);
    proxy.heal();
    expect(['goes on', 'is lost']).toContain(await owed);
    expect(producer.inFlightBytes).toBe(0);
  });
  await Promise.all(ends);
});

test('a consumer without a group, too', async () => {
  const { kafka, proxy } = await wayToBroker();
  const producer = await IdempotentProducer.connect({ ...kafka, brokers: inject('stack').brokers });
  cleanUp.push(() => producer.close());
  const { offset } = await producer.send(record);
  const consumer = await Consumer.connect(kafka);
  cleanUp.push(() => consumer.close());
  consumer.assign([{ topic, partition: 0, offset }]);
  await eventually(async () => (await consumer.poll(10, 200)).length > 0);
  await proxy.emptyNext();
  proxy.heal();
  await producer.send(record);
  const read = async () => {
    if ((await consumer.poll(10, 50)).length === 0) throw new Error('nothing was read');
  };
  const told = await eventually(() => lostOr(read), { timeoutMs: 30_000 });
  expect(['goes on', 'is lost']).toContain(told);
});
