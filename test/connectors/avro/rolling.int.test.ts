import { randomUUID } from 'node:crypto';
import { COMPATIBILITY, SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avsc from 'avsc';
import { afterEach, expect, inject, test } from 'vitest';
import { avroCodec, connectRegistry } from '../../../connectors/avro/index.ts';
import { writerSchemas } from '../../../connectors/avro/writer-schemas.ts';
import { Admin, IdempotentProducer, scanTopic } from '../../../connectors/kafka/index.ts';
import { policyBook } from '../../../processors/policy/index.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { Codecs, ProcessorFault } from '../../../runtime/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { type TopicId, topicName, topics } from '../../../schemas/topics.ts';
import { startProcessor, temporaryFolder } from '../../runtime/running.ts';
import { eventually } from '../../support/eventually.ts';
import { extended } from './extended.ts';

const { brokers, registryUrl } = inject('stack');
const kafka = { brokers, clientId: 'rolling-test' };
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

test('a subject that an older release registered gets the mode that both ways need, and takes an extended schema', async () => {
  const prefix = `test-${randomUUID()}.`;
  const subject = `${prefix}video-state-value`;
  const client = new SchemaRegistry({ host: registryUrl });
  await client.register(avroSchema('VideoState') as never, {
    subject,
    compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE,
  });
  const registry = connectRegistry({ url: registryUrl, prefix });
  await registry.register('video-state');
  await expect(
    client.register(extended('VideoState') as never, { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE }),
  ).resolves.toMatchObject({ id: expect.any(Number) });
  await registry.register('video-state');
});

// An older release made dead letters of what it couldn't read and ended with 65; a field that it didn't know was read,
// dropped and written back without it.
test('two releases on one cluster: the older one stops before it loses anything, and the newer one goes on', async () => {
  const prefix = `test-${randomUUID()}.`;
  const topic = (id: TopicId) => topicName(prefix, id);
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  const ids = Object.keys(topics) as TopicId[];
  await admin.ensureTopics(ids.map((id) => ({ name: topic(id), partitions: 1 })));
  const producer = await IdempotentProducer.connect(kafka);
  cleanUp.push(() => producer.close());
  const send = (event: object) =>
    producer.send({
      topic: topic('callbacks'),
      key: 'v',
      value: Buffer.from(JSON.stringify({ VideoId: 'v', Status: 'success', ...event })),
    });
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);

  const registry = connectRegistry({ url: registryUrl, prefix });
  const old: Codecs = {
    'video-state': await registry.codec('video-state'),
    'stream-facts': await registry.codec('stream-facts'),
    'transcode-jobs': await registry.codec('transcode-jobs'),
  };
  const schema = extended('VideoState');
  const { id } = await new SchemaRegistry({ host: registryUrl }).register(schema as never, {
    subject: `${topic('video-state')}-value`,
    compatibility: COMPATIBILITY.FULL_TRANSITIVE,
  });
  const type = avsc.Type.forSchema(schema as avsc.Schema, { registry: {} });
  const newer = avroCodec<VideoState & { future: string | null }>('video-state', id, type, writerSchemas(registryUrl));
  const start = (codecs: Codecs, instance: string) => {
    const running = startProcessor({
      topology: videoTopology({ policies: policyBook([]) }),
      topics: topic,
      kafka,
      instance,
      stateFolder: `${folder}/${instance}`,
      codecs,
    });
    cleanUp.push(() => running.stop());
    return running;
  };
  const future: Codecs = {
    ...old,
    'video-state': { ...newer, encode: (state) => newer.encode({ ...(state as VideoState), future: 'kept' }) },
  };

  await send({ EventType: 'FileUploadComplete', EventTime: '2026-03-01T10:00:00Z' });
  const first = start(future, 'new-1');
  await eventually(() => first.called('onOutcome').length === 1, { timeoutMs: 30_000 });
  await first.stop();

  await send({ EventType: 'TranscodeComplete', EventTime: '2026-03-01T10:05:00Z', StreamInfos: [] });
  const rolledBack = start(old, 'old');
  const fault = (await rolledBack.ended.then(
    () => null,
    (error: unknown) => error,
  )) as ProcessorFault | null;
  expect(fault).toMatchObject({ code: 'NEWER_RELEASE', retryable: false });
  expect(fault?.message).toContain('Roll forward');

  const second = start(future, 'new-2');
  await eventually(() => second.called('onOutcome').length === 1, { timeoutMs: 60_000 });
  await second.stop();
  let latest: { timeline: readonly unknown[]; future: string | null } | null = null;
  for await (const { value } of scanTopic(kafka, topic('video-state'))) if (value) latest = await newer.decode(value);
  expect(latest).toMatchObject({ future: 'kept', timeline: [expect.anything(), expect.anything()] });
  const letters = [];
  for await (const letter of scanTopic(kafka, topic('dead-letters'))) letters.push(letter);
  expect(letters).toEqual([]);
});
