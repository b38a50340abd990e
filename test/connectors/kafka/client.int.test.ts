import { randomUUID } from 'node:crypto';
import kafkaJavascript from '@confluentinc/kafka-javascript';
import kafkajs from 'kafkajs';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { quietKafkajs } from '../../../client/quiet-kafkajs.ts';
import {
  Admin,
  type ConsumedRecord,
  Consumer,
  IdempotentProducer,
  KafkaFault,
  TransactionalProducer,
} from '../../../connectors/kafka/index.ts';
import { eventually } from '../../support/eventually.ts';

quietKafkajs();
const { brokers } = inject('stack');
const kafka = { brokers, clientId: 'client-test' };
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function setUp(partitions = 1) {
  const topic = `test-${randomUUID()}`;
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  await admin.ensureTopics([{ name: topic, partitions }]);
  cleanUp.push(() => admin.deleteTopic(topic));
  const producer = await IdempotentProducer.connect(kafka);
  cleanUp.push(() => producer.close());
  return { topic, admin, producer };
}

type Native = { rebalance_cb(error: { code: number }, partitions: { topic: string; partition: number }[]): void };

/** Polls until `count` records are there. */
async function take(consumer: Consumer, count: number): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  await eventually(async () => {
    records.push(...(await consumer.poll(100, 100)));
    return records.length >= count;
  });
  return records;
}

describe('the idempotent producer', () => {
  test('resolves with the place of the record, and the record comes back as it was', async () => {
    const { topic, producer } = await setUp();
    const sent = [
      { key: 'clé', value: Buffer.from([0, 255, 10]), headers: { source: 'http', 'x-ü': 'ß' } },
      { key: null, value: Buffer.alloc(0) },
      { key: 'gone', value: null, headers: { reason: 'retired' } },
    ];
    const places = [];
    for (const record of sent) places.push(await producer.send({ topic, ...record }));
    expect(places).toEqual([0, 1, 2].map((offset) => ({ partition: 0, offset })));
    expect(producer.inFlightBytes).toBe(0);

    const reader = await Consumer.connect(kafka);
    cleanUp.push(() => reader.close());
    reader.assign([{ topic, partition: 0, offset: 0 }]);
    const read = await take(reader, 3);
    expect(read.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
      sent.map((record) => ({ headers: {}, ...record })),
    );
  });

  test('refuses at once what would exceed its memory bound', async () => {
    const { topic } = await setUp();
    const small = await IdempotentProducer.connect(kafka, { maxInFlightBytes: 1_000, lingerMs: 200 });
    cleanUp.push(() => small.close());
    const first = small.send({ topic, key: 'a', value: Buffer.alloc(900) });
    await expect(small.send({ topic, key: 'a', value: Buffer.alloc(900) })).rejects.toMatchObject({
      code: 'KAFKA_IN_FLIGHT_LIMIT',
      retryable: true,
    });
    await first;
    await small.send({ topic, key: 'a', value: Buffer.alloc(900) });
  });

  test('puts a key where a Java producer would', async () => {
    const partitions = 7;
    const { topic, producer } = await setUp(partitions);
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      isr: [],
      partitionErrorCode: 0,
      replicas: [],
    }));
    for (const key of ['a', 'video-1', 'play.example.com/live/room-42', '漢字', 'x'.repeat(100)]) {
      const { partition } = await producer.send({ topic, key, value: Buffer.from('x') });
      expect(partition).toBe(partitioner({ topic, partitionMetadata, message: { key, value: 'x' } }));
    }
  });
});

describe('the consumer', () => {
  test('starts again at what was committed', async () => {
    const { topic, producer } = await setUp();
    for (let i = 0; i < 5; i++) await producer.send({ topic, key: 'k', value: Buffer.from(String(i)) });
    const groupId = `test-${randomUUID()}`;
    const first = await Consumer.connect(kafka, { groupId });
    first.subscribe([topic]);
    await take(first, 5);
    await first.commit([{ topic, partition: 0, offset: 3 }]);
    expect(await first.committed([{ topic, partition: 0 }], 5_000)).toEqual([{ topic, partition: 0, offset: 3 }]);
    await first.close();

    const second = await Consumer.connect(kafka, { groupId });
    cleanUp.push(() => second.close());
    second.subscribe([topic]);
    expect((await take(second, 2)).map((record) => record.offset)).toEqual([3, 4]);
  });

  // The native client tells of a rebalance through a queue, and the last one may come when it is gone. Asking it then
  // whether the partitions were lost read through a null pointer; answering it threw where nobody could catch it.
  test('a rebalance that is told after it was closed does no harm', async () => {
    const { topic } = await setUp();
    const told: string[] = [];
    const consumer = await Consumer.connect(kafka, {
      groupId: randomUUID(),
      manualRebalance: true,
      onRebalance: ({ kind }) => told.push(kind),
    });
    const { rebalance_cb: tell } = (consumer.native as unknown as { globalConfig: Native }).globalConfig;
    await consumer.close();
    tell({ code: kafkaJavascript.CODES.ERRORS.ERR__ASSIGN_PARTITIONS }, [{ topic, partition: 0 }]);
    tell({ code: kafkaJavascript.CODES.ERRORS.ERR__REVOKE_PARTITIONS }, [{ topic, partition: 0 }]);
    expect(told).toEqual(['assign', 'revoke']);
  });

  test('closing waits for the questions that are under way', async () => {
    const { topic } = await setUp();
    const consumer = await Consumer.connect(kafka, { groupId: randomUUID() });
    const asked = Array.from({ length: 20 }, () => consumer.committed([{ topic, partition: 0 }], 5_000));
    await consumer.close();
    expect(await Promise.all(asked)).toEqual(asked.map(() => [{ topic, partition: 0, offset: null }]));
    await expect(consumer.committed([{ topic, partition: 0 }], 5_000)).rejects.toMatchObject({ code: 'ERR__STATE' });
  });

  test('tells the end of a partition, past what was aborted, and shows nothing that was not committed', async () => {
    const { topic, admin, producer } = await setUp();
    await producer.send({ topic, key: 'k', value: Buffer.from('plain') });
    const writer = await TransactionalProducer.connect(kafka, { transactionalId: topic });
    cleanUp.push(() => writer.close());
    await writer.begin();
    writer.write({ topic, key: 'k', value: Buffer.from('aborted') });
    await writer.drain(5_000);
    await writer.abort();

    const at = [{ topic, partition: 0 }];
    const ends: number[] = [];
    const reader = await Consumer.connect(kafka, { onEof: ({ offset }) => ends.push(offset) });
    cleanUp.push(() => reader.close());
    reader.assign([{ topic, partition: 0, offset: 0 }]);
    const records: ConsumedRecord[] = [];
    await eventually(async () => {
      records.push(...(await reader.poll(100, 100)));
      // Offset 1 is the aborted record, 2 the marker that says so.
      return ends.at(-1) === 3;
    });
    expect(records.map((record) => record.value?.toString())).toEqual(['plain']);

    await writer.begin();
    writer.write({ topic, key: 'k', value: Buffer.from('open') });
    await writer.drain(5_000);
    const [committed] = await admin.endOffsets(at, 'read_committed');
    const [written] = await admin.endOffsets(at, 'read_uncommitted');
    expect(written?.offset).toBe((committed?.offset ?? 0) + 1);
    await writer.abort();
  });

  test('a second producer of the same transactional id ends the first', async () => {
    const { topic } = await setUp();
    const first = await TransactionalProducer.connect(kafka, { transactionalId: topic });
    cleanUp.push(() => first.close());
    await first.begin();
    first.write({ topic, key: 'k', value: Buffer.from('1') });
    await first.drain(5_000);
    const second = await TransactionalProducer.connect(kafka, { transactionalId: topic });
    cleanUp.push(() => second.close());
    await expect(first.commit()).rejects.toMatchObject({ fatal: true });
  });
});

describe('the admin', () => {
  test('creates only what is missing, and knows a topic from its namesake', async () => {
    const { topic, admin } = await setUp(3);
    const spec = { name: topic, partitions: 3 };
    expect(await admin.ensureTopics([spec])).toEqual({ created: [], existing: [topic] });
    const [before] = await admin.describe([topic, `${topic}-missing`]);
    expect(before).toMatchObject({ name: topic, partitions: 3 });
    await admin.deleteTopic(topic);
    await eventually(async () => (await admin.describe([topic])).length === 0);
    await admin.ensureTopics([spec]);
    const [after] = await admin.describe([topic]);
    expect(after?.topicId).not.toBe(before?.topicId);
  });
});

test('where nobody listens, connecting fails with a retryable fault that names the address', async () => {
  const nowhere = { brokers: '127.0.0.1:1', clientId: 'nobody' };
  const fault = (await IdempotentProducer.connect(nowhere, { connectTimeoutMs: 1_500 }).then(
    () => null,
    (error: unknown) => error,
  )) as KafkaFault | null;
  expect(fault).toBeInstanceOf(KafkaFault);
  expect(fault?.retryable).toBe(true);
  expect(fault?.message).toContain('127.0.0.1:1');
});
