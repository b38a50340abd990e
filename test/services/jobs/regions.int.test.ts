import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { Admin, Consumer, IdempotentProducer } from '../../../connectors/kafka/index.ts';
import { fixedCredentials, regionalClouds } from '../../../connectors/vod/index.ts';
import { templateGroupIds } from '../../../emulator/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { type Order, orderFields } from '../../../processors/video/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { type TopicId, topicName } from '../../../schemas/topics.ts';
import { runJobRunner } from '../../../services/jobs/index.ts';
import { calmEmulator } from '../../emulator/world.ts';

const stack = inject('stack');
const prefix = `test-${randomUUID()}.`;
const topics = (id: TopicId) => topicName(prefix, id);
const kafka = { brokers: stack.brokers, clientId: 'job-regions-test' };
const abroad = 'ap-southeast-1';
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };

beforeAll(async () => {
  const admin = await Admin.connect(kafka);
  const names = (['transcode-jobs', 'compose-jobs', 'callbacks', 'dead-letters'] as const).map(topics);
  await admin.ensureTopics(names.map((name) => ({ name, partitions: 1 })));
  admin.close();
});

// One client served all regions: a job of another region went to the wrong endpoint, which doesn't know its video.
it('a transcode, an audit, a snapshot and a composition are ordered where their videos lie', async () => {
  const emulator = await calmEmulator({ regionPorts: { [abroad]: 0 }, knobs: { searchLagMs: 0 } });
  const [transcoded, checked, pictured, first, second] = Array.from({ length: 5 }, () =>
    emulator.addVideo({ region: abroad }),
  ) as [string, string, string, string, string];
  const home = emulator.addVideo();
  await emulator.whenQuiet();
  const clouds = regionalClouds({
    home: 'cn-shanghai',
    endpoints: new Map([['cn-shanghai', emulator.url], ...Object.entries(emulator.regionUrls)]),
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  });
  // The cloud composes what is transcoded.
  for (const videoId of [first, second])
    await clouds.of(abroad).submitTranscodeJobs({
      ...{ videoId, templateGroupId: templateGroupIds.byHand, sessionId: `before-${videoId}`, priority: null },
    });
  await emulator.whenQuiet();
  const producer = await IdempotentProducer.connect(kafka);
  const consumer = await Consumer.connect(kafka);
  onTestFinished(async () => {
    await consumer.close();
    await producer.close();
    clouds.close();
  });
  consumer.assign([{ topic: topics('callbacks'), partition: 0, offset: -2 }]);

  const order = (videoId: string, region: string | null, what: Order): TranscodeJob => ({
    ...{ token: `token-${videoId}`, videoId, purpose: 'UPLOAD', generation: 0, stream: null },
    ...{ plannedAt: Date.now(), region, ...orderFields(what) },
  });
  const transcode = { kind: 'TRANSCODE', templateGroupId: templateGroupIds.byHand, priority: null } as const;
  const commands = [
    order(transcoded, abroad, transcode),
    order(home, null, transcode),
    order(checked, abroad, { kind: 'AUDIT', templateId: null }),
    order(pictured, abroad, { kind: 'SNAPSHOT', templateId: null, offsetMs: 0 }),
  ];
  const composition: ComposeJob = {
    ...{ token: 'lvc-regions-0', sessionId: 'session-1', stream, videoIds: [first, second] },
    ...{ templateGroupId: null, region: abroad, generation: 0, plannedAt: Date.now(), clip: null },
  };
  const send = async (topic: TopicId, key: string, job: TranscodeJob | ComposeJob) =>
    await producer.send({ topic: topics(topic), key, value: Buffer.from(JSON.stringify(job)) });
  for (const command of commands) await send('transcode-jobs', command.videoId, command);
  await send('compose-jobs', 'play.example.com/live/room-42', composition);

  const stop = new AbortController();
  const running = runJobRunner({
    ...{ kafka, topics, groupId: `${prefix}jobs`, instance: 'regions', platform: systemPlatform },
    codecs: {
      transcodeJob: { decode: (bytes) => JSON.parse(String(bytes)) as TranscodeJob },
      composeJob: { decode: (bytes) => JSON.parse(String(bytes)) as ComposeJob },
    },
    cloudOf: (region) => clouds.of(region),
    log: createLogger('test', 'silent'),
    metrics: metricsOf(new Registry()),
    signal: stop.signal,
    // What stood in the log before the runner came is looked for first.
    stepRules: { settleMs: 200, searchBackoff: { firstMs: 20, longestMs: 100 } },
    composeRules: { settleMs: 200, searchBackoff: { firstMs: 20, longestMs: 100 } },
  });
  const told = new Map<string, { readonly type: string; readonly region: string | undefined }>();
  const deadlineMs = Date.now() + 30_000;
  while (told.size < 5 && Date.now() < deadlineMs) {
    for (const { value, headers } of await consumer.poll(10, 200)) {
      const body = JSON.parse(String(value)) as { EventType: string; Token: string };
      told.set(body.Token, { type: body.EventType, region: headers.region });
    }
  }
  stop.abort();
  await running;

  expect(Object.fromEntries(told)).toEqual({
    [`token-${transcoded}`]: { type: 'TranscodeJobAcknowledged', region: abroad },
    [`token-${home}`]: { type: 'TranscodeJobAcknowledged', region: undefined },
    [`token-${checked}`]: { type: 'StepJobAcknowledged', region: abroad },
    [`token-${pictured}`]: { type: 'StepJobAcknowledged', region: abroad },
    'lvc-regions-0': { type: 'ComposeJobAcknowledged', region: abroad },
  });
  const { jobs, productions } = emulator.ledger();
  expect(new Set(jobs.map(({ videoId }) => videoId))).toEqual(new Set([first, second, transcoded, home]));
  expect(productions.map(({ sourceVideoIds }) => sourceVideoIds)).toEqual([[first, second]]);
});
