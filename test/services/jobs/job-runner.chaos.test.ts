import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Admin, Consumer, IdempotentProducer } from '../../../connectors/kafka/index.ts';
import { type Emulator, startEmulator, templateGroupIds } from '../../../emulator/index.ts';
import { orderFields } from '../../../processors/video/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { type TopicId, topicName } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';

const stack = inject('stack');
const prefix = `test-${randomUUID()}.`;
const topics = (id: TopicId) => topicName(prefix, id);
const kafka = { brokers: stack.brokers, clientId: 'job-runner-chaos' };
const partitions = 3;
const videoCount = 180;
const composeEvery = 10;
const script = fileURLToPath(new URL('runner-process.ts', import.meta.url));

let emulator: Emulator;
let producer: IdempotentProducer;
let child: ChildProcess | undefined;

beforeAll(async () => {
  emulator = await startEmulator({
    port: 0,
    seed: 9,
    knobs: {
      jobCompression: 1e9,
      // A quarter of what the runner tries.
      submitPerSecond: 15,
      queryPerSecond: null,
      statusLagMs: 8_000,
      silenceMs: 2_000,
      searchLagMs: 1_000,
    },
  });
  emulator.play({ practices: ['2'], shows: videoCount, showSeconds: 600, compression: 1e9 });
  await emulator.whenQuiet();
  emulator.turn({ errorRate: 0.05, lateErrorRate: 0.05, silenceRate: 0.01, lostAnswerRate: 0.02 });
  const admin = await Admin.connect(kafka);
  const names = (['transcode-jobs', 'compose-jobs', 'callbacks', 'dead-letters'] as const).map(topics);
  await admin.ensureTopics(names.map((name) => ({ name, partitions })));
  admin.close();
  producer = await IdempotentProducer.connect(kafka);
});

afterAll(async () => {
  child?.kill('SIGKILL');
  await producer.close();
  await emulator.stop();
});

async function publish(topic: TopicId, key: string, job: TranscodeJob | ComposeJob): Promise<void> {
  await producer.send({ topic: topics(topic), key, value: Buffer.from(JSON.stringify(job)) });
}

function start(): ChildProcess {
  return spawn(process.execPath, [script, stack.brokers, prefix, emulator.url], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function ended(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => process.once('close', resolve));
  process.kill(signal);
  await gone;
}

/** All bodies on `callbacks` so far. */
async function told(): Promise<readonly Record<string, unknown>[]> {
  const reader = await Consumer.connect(kafka);
  const bodies: Record<string, unknown>[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const { low, high } = await reader.watermarks(topics('callbacks'), partition, 10_000);
    reader.assign([{ topic: topics('callbacks'), partition, offset: low }]);
    for (let left = high - low; left > 0; ) {
      const batch = await reader.poll(left, 5_000);
      bodies.push(...batch.map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>));
      left -= batch.length;
    }
  }
  await reader.close();
  return bodies;
}

it('a runner that is killed again and again starts every job exactly once', async () => {
  const videoIds = emulator.ledger().videos.map((video) => video.videoId);
  const common = { generation: 0, plannedAt: Date.now() };
  const compositions = videoIds.filter((_id, index) => index % composeEvery === 0);
  await Promise.all([
    ...videoIds.map((videoId) =>
      publish('transcode-jobs', videoId, {
        ...common,
        token: `token-${videoId}`,
        videoId,
        purpose: 'SEGMENT',
        ...orderFields({ kind: 'TRANSCODE', templateGroupId: templateGroupIds.byHand, priority: null }),
        stream: null,
        region: null,
      }),
    ),
    ...compositions.map((videoId) =>
      publish('compose-jobs', videoId, {
        ...common,
        clip: null,
        token: `lvc-${videoId}-0`,
        sessionId: `session-${videoId}`,
        stream: { domainName: 'play.example.com', appName: 'live', streamName: videoId },
        videoIds: [videoId],
        templateGroupId: null,
        region: null,
      }),
    ),
  ]);

  for (let kill = 1; kill <= 4; kill++) {
    child = start();
    const before = emulator.ledger().jobs.length;
    const wanted = Math.min(videoCount, before + 35);
    await eventually(() => emulator.ledger().jobs.length >= wanted, { timeoutMs: 30_000, intervalMs: 5 });
    await ended(child, 'SIGKILL');
  }
  child = start();
  const outcomes = /^(Transcode|Compose)Job(Acknowledged|Failed|InDoubt)$/;
  const isEnd = (event: Record<string, unknown>) => outcomes.test(String(event.EventType));
  await eventually(
    async () =>
      new Set((await told()).filter(isEnd).map((event) => event.Token)).size === videoCount + compositions.length,
    { timeoutMs: 90_000, intervalMs: 500 },
  );
  await ended(child, 'SIGTERM');

  const { jobs, productions, calls } = emulator.ledger();
  expect(calls.map((call) => call.outcome)).toContain('Throttling.User');
  expect(jobs.length).toBe(videoCount);
  expect(new Set(jobs.map((job) => job.videoId))).toEqual(new Set(videoIds));
  const taskOf = new Map(jobs.map((job) => [`token-${job.videoId}`, job.transcodeTaskId]));
  for (const event of (await told()).filter(isEnd)) {
    const token = String(event.Token);
    if (taskOf.has(token)) {
      expect(event).toMatchObject({ EventType: 'TranscodeJobAcknowledged', TranscodeTaskId: taskOf.get(token) });
      continue;
    }
    const made = productions.filter((one) => one.title.includes(`[${token}]`));
    expect(made.length, token).toBeLessThanOrEqual(1);
    if (made[0]) expect(event).toMatchObject({ EventType: 'ComposeJobAcknowledged', VideoId: made[0].videoId });
    else expect(event).toMatchObject({ EventType: 'ComposeJobInDoubt' });
  }
});
