import { afterEach, expect, inject, test } from 'vitest';
import { Admin, Consumer, IdempotentProducer, missingCompressionTypes } from '../../../connectors/kafka/index.ts';
import { counting, jsonCodecs, topicsOf } from '../../runtime/counting.ts';
import { ready, startProcessor, temporaryFolder } from '../../runtime/running.ts';
import { sinkWorld } from '../../services/sink/world.ts';
import { eventually } from '../../support/eventually.ts';

const stack = inject('stack');
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

// A client that is built from source has only what its machine had headers for.
const missing = missingCompressionTypes();
const all = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const codecs = all.filter((codec) => !missing.includes(codec));
if (missing.length > 0) {
  console.warn(
    `${missing.join(', ')} is not tried: the Kafka client of this clone was built without (its headers, libzstd-dev)`,
  );
}

test('what the client can decompress is told by its features, and only zstd may be missing', () => {
  expect(missing.filter((codec) => codec !== 'zstd')).toEqual([]);
  expect(missingCompressionTypes(['gzip', 'lz4', 'snappy', 'ssl'])).toEqual(['zstd']);
});

test('a processor reads callbacks and restores its states, however their topics compress them', async () => {
  const kafka = { brokers: stack.brokers, clientId: 'compression-test' };
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  for (const codec of codecs) {
    const topics = topicsOf(`compression-${codec}-${Date.now()}.`);
    const names = (['callbacks', 'video-state', 'transcode-jobs', 'dead-letters'] as const).map(topics);
    await admin.ensureTopics(names.map((name) => ({ name, partitions: 1, config: { 'compression.type': codec } })));
    const producer = await IdempotentProducer.connect(kafka);
    const start = async () => {
      const { folder, remove } = await temporaryFolder();
      cleanUp.push(remove);
      const running = startProcessor({
        topology: counting,
        topics,
        kafka,
        instance: 'a',
        stateFolder: folder,
        codecs: jsonCodecs,
      });
      cleanUp.push(() => running.stop());
      return running;
    };
    const first = await start();
    for (let n = 0; n < 20; n++) {
      await producer.send({ topic: topics('callbacks'), key: `k${n % 3}`, value: Buffer.from(JSON.stringify({ n })) });
    }
    await eventually(() => first.called('onOutcome').length === 20, { timeoutMs: 30_000 });
    await first.stop();
    const second = await start();
    await ready(second);
    const restored = second.called('onRestore').map(([, progress]) => (progress as { records: number }).records);
    expect(restored.at(-1), codec).toBeGreaterThan(0);
    await second.stop();
    await producer.close();
  }
});

test('a sink reads callbacks, however their producers compress them', async () => {
  const world = await sinkWorld(stack);
  cleanUp.push(() => world.close());
  for (const codec of codecs) {
    const kafka = { ...world.kafka, librdkafka: { 'compression.type': codec } };
    const producer = await IdempotentProducer.connect(kafka, { lingerMs: 50 });
    const body = {
      EventType: 'FileUploadComplete',
      Status: 'success',
      EventTime: '2026-03-01T10:00:00Z',
      Pad: 'x'.repeat(500),
    };
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const videoId = `${codec}-${n}`;
        const value = Buffer.from(JSON.stringify({ ...body, VideoId: videoId }));
        const headers = { source: 'http', 'received-at': String(Date.now()) };
        return producer.send({ topic: world.topics('callbacks'), key: videoId, value, headers });
      }),
    );
    await producer.close();
  }
  const sink = world.startSink();
  await eventually(async () => (await sink.lag()) === 0, { timeoutMs: 60_000, intervalMs: 500 });
  await sink.end();
  const [row] = await world.rows<{ videos: number }>('SELECT toUInt32(uniqExact(subject_id)) AS videos FROM callbacks');
  expect(row?.videos).toBe(codecs.length * 20);
});

test('a consumer reads all of them in one topic', async () => {
  const kafka = { brokers: stack.brokers, clientId: 'compression-test' };
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  const topic = `compression-mixed-${Date.now()}`;
  await admin.ensureTopics([{ name: topic, partitions: 1 }]);
  for (const codec of codecs) {
    const producer = await IdempotentProducer.connect(
      { ...kafka, librdkafka: { 'compression.type': codec } },
      { lingerMs: 50 },
    );
    await Promise.all(
      Array.from({ length: 5 }, () => producer.send({ topic, key: codec, value: Buffer.alloc(2_000, codec) })),
    );
    await producer.close();
  }
  const reader = await Consumer.connect(kafka);
  cleanUp.push(() => reader.close());
  reader.assign([{ topic, partition: 0, offset: 0 }]);
  const keys: (string | null)[] = [];
  await eventually(async () => {
    keys.push(...(await reader.poll(100, 100)).map(({ key }) => key));
    return keys.length === codecs.length * 5;
  });
  expect([...new Set(keys)]).toEqual([...codecs]);
});
