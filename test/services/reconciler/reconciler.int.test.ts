import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Admin, Consumer, IdempotentProducer } from '../../../connectors/kafka/index.ts';
import { fixedCredentials, regionalClouds } from '../../../connectors/vod/index.ts';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { policyBook } from '../../../processors/policy/index.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { type TopicId, topicName } from '../../../schemas/topics.ts';
import { runReconciler } from '../../../services/reconciler/index.ts';

const stack = inject('stack');
const prefix = `test-${randomUUID()}.`;
const topics = (id: TopicId) => topicName(prefix, id);
const kafka = { brokers: stack.brokers, clientId: 'reconciler-test' };
const partitions = 2;

let emulator: Emulator;
let producer: IdempotentProducer;
let consumer: Consumer;
beforeAll(async () => {
  const regionPorts = { 'ap-southeast-1': 0 };
  emulator = await startEmulator({ port: 0, regionPorts, seed: 3, knobs: { queryPerSecond: null } });
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics([topics('video-state'), topics('callbacks')].map((name) => ({ name, partitions })));
  admin.close();
  producer = await IdempotentProducer.connect(kafka);
  consumer = await Consumer.connect(kafka);
  const all = Array.from({ length: partitions }, (_, partition) => ({
    topic: topics('callbacks'),
    partition,
    offset: -2,
  }));
  consumer.assign(all);
});
afterAll(async () => {
  await consumer.close();
  await producer.close();
  await emulator.stop();
});

/** Emulated cloud without a callback address: every callback is lost. */
it('a pipeline that never got a callback learns everything from the reconciler', async () => {
  emulator.play({ practices: ['1', '3a'], shows: 1, compression: 1e9 });
  // Each endpoint knows the videos of its own region alone.
  emulator.play({ practices: ['3a'], shows: 1, compression: 1e9, region: 'ap-southeast-1' });
  await emulator.whenQuiet();
  const clouds = regionalClouds({
    home: 'cn-shanghai',
    endpoints: new Map([['cn-shanghai', emulator.url], ...Object.entries(emulator.regionUrls)]),
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  });
  const metrics = metricsOf(new Registry());
  const stop = new AbortController();
  const running = runReconciler({
    kafka,
    topics,
    codecs: { videoState: { decode: (bytes) => JSON.parse(String(bytes)) as VideoState } },
    cloudOf: (region) => clouds.of(region),
    policies: policyBook([]),
    targets: [{ domainName: 'play.example.com' }],
    regions: ['cn-shanghai', 'ap-southeast-1'],
    platform: systemPlatform,
    log: createLogger('test', 'silent'),
    metrics,
    signal: stop.signal,
    checkEveryMs: 100,
    sweepEveryMs: 1_000,
    silentAfterMs: 200,
    questionsPerSecond: 1_000,
  });

  const topology = videoTopology({ policies: policyBook([]) });
  const states = new Map<string, VideoState>();
  const { videos } = emulator.ledger();
  expect(videos.some(({ region }) => region === 'ap-southeast-1')).toBe(true);
  const isWhole = () => videos.every((truth) => states.get(truth.videoId)?.status === truth.status);
  const deadlineMs = Date.now() + 20_000;
  while (!isWhole() && Date.now() < deadlineMs) {
    for (const { key, value, headers, timestampMs } of await consumer.poll(500, 200)) {
      const region = videos.find(({ videoId }) => videoId === key)?.region ?? 'cn-shanghai';
      expect(headers).toMatchObject({ source: 'reconciler', region });
      const before = states.get(key ?? '') ?? null;
      const record = { key: key ?? '', value, headers, timestampMs };
      const outcome = topology.step(before, record, { nowMs: Date.now() });
      if (outcome.kind === 'dead-letter') expect.fail(outcome.error);
      if (outcome.kind !== 'next' || outcome.state === null) continue;
      states.set(outcome.state.videoId, outcome.state);
      const bytes = Buffer.from(JSON.stringify(outcome.state));
      await producer.send({ topic: topics('video-state'), key: outcome.state.videoId, value: bytes });
    }
  }
  stop.abort();
  await running;
  clouds.close();

  const seen = videos.map(({ videoId }) => [videoId, states.get(videoId)?.kind, states.get(videoId)?.status]);
  expect(seen).toEqual(videos.map(({ videoId, kind, status }) => [videoId, kind, status]));
  const counted = await metrics.registry.getSingleMetricAsString('live2vod_reconciler_findings_total');
  for (const type of ['AddLiveRecordVideoComplete', 'LiveRecordVideoComposeStart', 'TranscodeComplete']) {
    expect(counted).toContain(`type="${type}"`);
  }
});
