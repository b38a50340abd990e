import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { Admin, type ConsumedRecord, Consumer, IdempotentProducer } from '../../../connectors/kafka/index.ts';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { orderFields } from '../../../processors/video/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { type TopicId, topicName } from '../../../schemas/topics.ts';
import { runJobRunner } from '../../../services/jobs/index.ts';
import {
  type ReceivedCall,
  type Reply,
  refusal,
  type ScriptedCloud,
  scriptedCloud,
} from '../../connectors/vod/scripted-cloud.ts';
import { eventually } from '../../support/eventually.ts';

const stack = inject('stack');
const prefix = `test-${randomUUID()}.`;
const topics = (id: TopicId) => topicName(prefix, id);
const kafka = { brokers: stack.brokers, clientId: 'job-runner-test' };
const partitions = 3;
const plannedAt = Date.now();

let producer: IdempotentProducer;
let server: ScriptedCloud;
beforeAll(async () => {
  const admin = await Admin.connect(kafka);
  const names = (['transcode-jobs', 'compose-jobs', 'callbacks', 'dead-letters'] as const).map(topics);
  await admin.ensureTopics(names.map((name) => ({ name, partitions })));
  admin.close();
  producer = await IdempotentProducer.connect(kafka);
});
afterAll(() => producer.close());
afterEach(() => server.close());

const plan = (videoId: string): TranscodeJob => ({
  token: `token-${videoId}`,
  videoId,
  purpose: 'COMPOSED',
  generation: 0,
  ...orderFields({ kind: 'TRANSCODE', templateGroupId: 'group-1', priority: 7 }),
  stream: null,
  plannedAt,
  region: 'cn-shanghai',
});

async function publish(jobs: readonly TranscodeJob[]): Promise<void> {
  const value = (job: TranscodeJob) => Buffer.from(JSON.stringify(job));
  await Promise.all(
    jobs.map((job) => producer.send({ topic: topics('transcode-jobs'), key: job.videoId, value: value(job) })),
  );
}

/** Starts a runner; the returned function stops it and waits for its end. */
function start(instance: string): () => Promise<void> {
  const stop = new AbortController();
  const cloud = cloudClient({
    vodEndpoint: server.url,
    liveEndpoint: server.url,
    credentials: fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' }),
    timeoutMs: 300,
  });
  const running = runJobRunner({
    kafka,
    topics,
    groupId: `${prefix}jobs`,
    instance,
    codecs: {
      transcodeJob: { decode: (bytes) => JSON.parse(String(bytes)) as TranscodeJob },
      composeJob: { decode: (bytes) => JSON.parse(String(bytes)) as ComposeJob },
    },
    cloudOf: () => cloud,
    platform: systemPlatform,
    log: createLogger('test', 'silent'),
    metrics: metricsOf(new Registry()),
    signal: stop.signal,
    submissionsPerSecond: 200,
    questionsPerSecond: 200,
    rules: { backoff: { firstMs: 20, longestMs: 200 }, lookBackoff: { firstMs: 20, longestMs: 200 } },
  });
  return async () => {
    stop.abort();
    await running;
    cloud.close();
  };
}

/** Everything in a topic so far. */
async function contentOf(id: TopicId): Promise<readonly ConsumedRecord[]> {
  const reader = await Consumer.connect(kafka);
  try {
    const content: ConsumedRecord[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const { low, high } = await reader.watermarks(topics(id), partition, 10_000);
      reader.assign([{ topic: topics(id), partition, offset: low }]);
      for (let left = high - low; left > 0; ) {
        const batch = await reader.poll(left, 5_000);
        content.push(...batch);
        left -= batch.length;
      }
    }
    return content;
  } finally {
    await reader.close();
  }
}

const eventOf = (record: ConsumedRecord) => JSON.parse(String(record.value)) as Record<string, unknown>;
const commitsReached = async (count: number) => {
  const group = await Consumer.connect(kafka, { groupId: `${prefix}jobs` });
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: topics('transcode-jobs'), partition }));
  const offsets = await group.committed(all, 5_000).finally(() => group.close());
  return offsets.reduce((sum, { offset }) => sum + (offset ?? 0), 0) === count;
};

it('starts each job once over a cloud that throttles, lags, loses answers and forgets nothing', async () => {
  const videoIds = Array.from({ length: 60 }, (_, n) => `video-${n}`);
  const started: string[] = [];
  const firstTime = new Set(videoIds);
  const task = (videoId: string) => ({
    TranscodeTaskId: `task-${videoId}`,
    VideoId: videoId,
    TaskStatus: 'Processing',
    TranscodeTemplateGroupId: 'group-1',
    Trigger: 'Manual',
    CreationTime: new Date(plannedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  function answer({ params }: ReceivedCall): Reply {
    const videoId = params.VideoId ?? params.TranscodeTaskId?.slice('task-'.length) ?? '';
    if (params.Action === 'ListTranscodeTask') {
      return { status: 200, body: { TranscodeTaskList: started.includes(videoId) ? [task(videoId)] : [] } };
    }
    if (params.Action === 'GetTranscodeTask') {
      const jobs = [{ TranscodeJobId: `job-${videoId}` }];
      return { status: 200, body: { TranscodeTask: { ...task(videoId), TranscodeJobInfoList: jobs } } };
    }
    if (videoId === 'video-7') return refusal(404, 'InvalidVideo.NotFound', 'no such video');
    const number = Number(videoId.split('-')[1]);
    if (firstTime.delete(videoId)) {
      if (number % 15 === 0) return refusal(400, 'Throttling.User');
      if (number % 5 === 1) return refusal(400, 'Forbidden.IllegalStatus');
    }
    if (started.includes(videoId)) return refusal(400, 'SessionId.Repeated');
    started.push(videoId);
    if (number % 5 === 2) return number % 2 === 0 ? 'cut' : 'hang';
    return {
      status: 200,
      body: { TranscodeTaskId: `task-${videoId}`, TranscodeJobs: { TranscodeJob: [{ JobId: `job-${videoId}` }] } },
    };
  }
  server = await scriptedCloud(answer);
  await publish(videoIds.map(plan));

  const stop = start('runner-1');
  await eventually(() => started.length >= 20, { timeoutMs: 30_000 });
  await stop();
  const stopAgain = start('runner-1');
  await eventually(() => commitsReached(60), { timeoutMs: 60_000 });
  await stopAgain();

  const expected = videoIds.filter((videoId) => videoId !== 'video-7');
  expect(started.length).toBe(expected.length);
  expect(new Set(started)).toEqual(new Set(expected));

  const events = await contentOf('callbacks');
  for (const record of events) {
    expect(record.headers).toMatchObject({ source: 'job-runner', region: 'cn-shanghai' });
    expect(record.key).toBe(eventOf(record).VideoId);
  }
  const ended = events.map(eventOf).filter((event) => event.EventType !== 'TranscodeJobSubmitted');
  expect(new Set(ended.map((event) => event.VideoId))).toEqual(new Set(videoIds));
  for (const event of ended.filter((one) => one.VideoId !== 'video-7')) {
    const { VideoId, Token } = event as { VideoId: string; Token: string };
    expect(event).toMatchObject({
      EventType: 'TranscodeJobAcknowledged',
      TranscodeTaskId: `task-${VideoId}`,
      JobIds: [`job-${VideoId}`],
    });
    expect(Token).toBe(`token-${VideoId}`);
  }
  expect(ended.find((event) => event.VideoId === 'video-7')).toMatchObject({
    EventType: 'TranscodeJobFailed',
    ErrorCode: 'InvalidVideo.NotFound',
  });
  const [letter] = await contentOf('dead-letters');
  expect(letter?.headers).toMatchObject({
    reason: 'job-failed',
    stage: 'job-runner',
    'origin-topic': topics('transcode-jobs'),
  });
  expect(eventOf(letter ?? expect.fail('no dead letter'))).toEqual(plan('video-7'));
});
