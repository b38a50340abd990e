import { Registry } from 'prom-client';
import { expect, inject, test } from 'vitest';
import { startEmulator } from '../../../../emulator/index.ts';
import { systemClock } from '../../../../platform/host/index.ts';
import { metricsOf } from '../../../../platform/telemetry/index.ts';
import { runMnsSource } from '../../../../services/intake/mns/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { silent } from '../harness.ts';
import { freshTopics } from '../running.ts';

test('moves every callback of a play from the queue to Kafka, and leaves the queue empty', async () => {
  const topics = await freshTopics(inject('stack').brokers);
  const queue = 'vod-callback';
  const cloud = await startEmulator({
    port: 0,
    queue,
    knobs: { duplicateRate: 0.2, shuffleWindowMs: 50, lateRate: 0 },
  });
  const stopping = new AbortController();
  const running = runMnsSource({
    endpoint: cloud.url,
    queue,
    credentials: { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' },
    kafka: topics.kafka,
    topics: (id) => topics.name(id as 'callbacks'),
    region: 'cn-shanghai',
    waitSeconds: 1,
    log: silent,
    metrics: metricsOf(new Registry()),
    clock: systemClock,
    signal: stopping.signal,
  });
  try {
    cloud.play({ practices: ['1', '3a'], shows: 1, compression: 20_000 });
    await eventually(() => cloud.progress().done, { timeoutMs: 30_000 });
  } finally {
    stopping.abort();
    await running;
  }
  const records = await topics.read('callbacks');
  const { totals } = cloud.ledger();
  await cloud.stop();
  expect(totals.distinct).toBeGreaterThan(10);
  expect(totals.lost).toBe(0);
  expect(new Set(records.map((record) => record.value?.toString())).size).toBe(totals.distinct);
  expect(records.length).toBeGreaterThanOrEqual(totals.accepted);
  for (const record of records) {
    expect(record.headers).toMatchObject({ source: 'mns', region: 'cn-shanghai' });
    expect(record.key).toBe((JSON.parse(String(record.value)) as { VideoId: string }).VideoId);
  }
  expect(await topics.read('dead-letters')).toEqual([]);
});
