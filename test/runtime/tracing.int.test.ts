import { expect, inject, test } from 'vitest';
import { Consumer } from '../../connectors/kafka/index.ts';
import { memoryTracing } from '../platform/telemetry/memory-tracing.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { countingTopics } from './counting-topics.ts';
import { startProcessor, temporaryFolder } from './running.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

test('a span for every record, under its cause; whatever the record causes carries the span on', async () => {
  const topics = await countingTopics(inject('stack').brokers, 1);
  const { folder, remove } = await temporaryFolder();
  const { tracing, spans } = memoryTracing();
  const headers = { source: 'http', traceparent: `00-${traceId}-${parent}-01` };
  await topics.sendRaw('a', Buffer.from('{"n":1}'), headers);
  await topics.sendRaw('b', Buffer.from('{"n":-1}'), headers);
  const running = startProcessor({
    topology: counting,
    topics: topics.topics,
    kafka: topics.kafka,
    instance: 'a',
    stateFolder: folder,
    codecs: jsonCodecs,
    tracing,
  });
  try {
    await eventually(() => spans().length === 2, { timeoutMs: 20_000 });
    const [good, bad] = spans();
    expect(good).toMatchObject({
      name: 'counting process',
      parentSpanContext: { traceId, spanId: parent },
      attributes: { 'messaging.kafka.message.key': 'a', 'messaging.kafka.offset': 0 },
      status: { code: 0 },
    });
    expect(bad?.status.message).toContain('this record breaks the processor');

    const reader = await Consumer.connect(topics.kafka);
    const outputs = (['video-state', 'transcode-jobs'] as const).map(topics.topics);
    reader.assign(outputs.map((topic) => ({ topic, partition: 0, offset: 0 })));
    const caused: string[] = [];
    await eventually(async () => {
      for (const { key, headers } of await reader.poll(10, 100)) caused.push(`${key} ${headers.traceparent}`);
      return caused.length >= 2;
    });
    await reader.close();
    const context = `a 00-${traceId}-${good?.spanContext().spanId}-01`;
    expect(caused).toEqual([context, context]);
  } finally {
    await running.stop();
    await remove();
    await topics.close();
  }
});
