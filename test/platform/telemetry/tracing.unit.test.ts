import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startTracing, traceOf } from '../../../platform/telemetry/index.ts';
import { type OutgoingRecord, tracedPublisher } from '../../../services/intake/http/index.ts';
import { memoryTracing } from './memory-tracing.ts';

const record: OutgoingRecord = { topic: 'callbacks', key: 'video', value: Buffer.of(1), headers: { source: 'http' } };

test('work goes on with the trace of what caused it; without one a new trace begins', () => {
  const { tracing, spans } = memoryTracing();
  const first = tracing.begin('first', 'PRODUCER', {}, { size: 1 });
  const second = tracing.begin('second', 'CONSUMER', { ...first.headers, source: 'http' }, {});
  second.end(new Error('broke'));
  first.end();
  const [inner, outer] = spans();
  expect(outer).toMatchObject({ name: 'first', attributes: { size: 1 }, parentSpanContext: undefined });
  expect(inner).toMatchObject({
    name: 'second',
    parentSpanContext: { spanId: outer?.spanContext().spanId },
    status: { message: 'broke' },
  });
  expect(inner?.spanContext().traceId).toBe(outer?.spanContext().traceId);
  expect(second.headers.traceparent).toBe(`00-${inner?.spanContext().traceId}-${inner?.spanContext().spanId}-01`);
});

test('a record that is published carries the context on, and its span ends once it is durable', async () => {
  const { tracing, spans } = memoryTracing();
  const sent: OutgoingRecord[] = [];
  const durable = Promise.withResolvers<void>();
  const publish = (one: OutgoingRecord) => {
    sent.push(one);
    return durable.promise;
  };
  const publisher = tracedPublisher({ publish }, tracing, 'ingress');
  const published = publisher.publish(record);
  expect(spans()).toEqual([]);
  durable.resolve();
  await published;
  const [span] = spans();
  expect(sent).toEqual([{ ...record, headers: { source: 'http', traceparent: expect.any(String) } }]);
  expect(sent[0]?.headers.traceparent).toContain(span?.spanContext().spanId);

  const refusing = tracedPublisher({ publish: () => Promise.reject(new Error('away')) }, tracing, 'ingress');
  await expect(refusing.publish(record)).rejects.toThrow('away');
  expect(spans()[1]).toMatchObject({ name: 'ingress publish', status: { message: 'away' } });
});

test('a context that came along is passed on where nothing is traced', () => {
  expect(traceOf({ source: 'http' })).toBeUndefined();
  expect(traceOf({ source: 'http', traceparent: 'a', tracestate: 'b' })).toEqual({ traceparent: 'a', tracestate: 'b' });
});

test('spans reach the collector with the role as their service; one that is away stops nothing', async () => {
  const bodies: string[] = [];
  const collector = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    bodies.push(`${request.url} ${body}`);
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  onTestFinished(() => void collector.close());
  const { port } = collector.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/`;
  const tracing = await startTracing({ endpoint, role: 'processor', instance: '7', ratio: 1 });
  tracing.begin('video process', 'CONSUMER', {}, {}).end();
  await tracing.close();
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toMatch(/^\/v1\/traces /);
  for (const part of ['live2vod-processor', '"7"', 'video process']) expect(bodies[0]).toContain(part);

  const none = await startTracing({ endpoint, role: 'processor', instance: '7', ratio: 0 });
  none.begin('video process', 'CONSUMER', {}, {}).end();
  await none.close();
  expect(bodies).toHaveLength(1);

  collector.close();
  const lonely = await startTracing({ endpoint: 'http://127.0.0.1:1', role: 'jobs', instance: '0', ratio: 1 });
  lonely.begin('transcode job', 'CONSUMER', {}, {}).end();
  await lonely.close().catch(() => {});
});
