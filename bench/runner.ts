/**
 * `live2vod bench runner`: how near the job runner comes to the cloud's limit of submissions, and whether it starts each
 * job once. Planned jobs wait in a real topic; the emulated cloud throttles at the documented 30 a second and keeps the
 * ledger that judges. Once at the rate that is set by default, once at twice the limit, where throttling has to steer.
 */
import avsc from 'avsc';
import { Registry } from 'prom-client';
import { avroCodec, type Codec } from '../connectors/avro/index.ts';
import { Admin, IdempotentProducer, type KafkaSettings } from '../connectors/kafka/index.ts';
import { cloudClient, fixedCredentials } from '../connectors/vod/index.ts';
import { type Emulator, type Ledger, startEmulator, templateGroupIds } from '../emulator/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { createLogger, metricsOf } from '../platform/telemetry/index.ts';
import { orderFields } from '../processors/video/index.ts';
import { type AvroSchemaName, avroSchema } from '../schemas/avro.ts';
import type { ComposeJob } from '../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../schemas/generated/TranscodeJob.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { runJobRunner } from '../services/jobs/index.ts';
import { newPrefix } from './prefix.ts';

export type RunnerBenchOptions = {
  readonly brokers: string;
  /** Planned jobs. Default 600. */
  readonly jobs?: number;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
};

export type RunnerReport = {
  readonly submissionsPerSecond: number;
  /** From the first job that the cloud started to the last. */
  readonly jobsPerSecond: number;
  /** Of the cloud's limit. */
  readonly ratio: number;
  readonly throttledAnswers: number;
  /** By the cloud's ledger. */
  readonly startedOnce: number;
  readonly startedAgain: number;
  readonly neverStarted: number;
};

export type RunnerBenchResult = {
  readonly jobs: number;
  readonly limitPerSecond: number;
  readonly sides: Readonly<Record<'by default' | 'too fast', RunnerReport>>;
  /** Every job was started exactly once, on both sides. */
  readonly passed: boolean;
};

const limitPerSecond = 30;
const partitions = 6;
const key = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };
const checkEveryMs = 250;
/** A runner that starts nothing new for so long won't any more. */
const stuckAfterMs = 60_000;

export async function benchRunner(options: RunnerBenchOptions): Promise<RunnerBenchResult> {
  const { jobs = 600, print } = options;
  const sides = {
    'by default': await measure(options, jobs, 25),
    'too fast': await measure(options, jobs, 2 * limitPerSecond),
  };
  for (const [name, side] of Object.entries(sides)) {
    print(
      `${name} (${side.submissionsPerSecond}/s): ${side.jobsPerSecond} jobs/s, ${side.ratio} of the limit of ${limitPerSecond}; ` +
        `${side.throttledAnswers} throttled; of ${jobs} jobs ${side.startedOnce} started once, ` +
        `${side.startedAgain} again, ${side.neverStarted} never`,
    );
  }
  return { jobs, limitPerSecond, sides, passed: Object.values(sides).every((side) => side.startedOnce === jobs) };
}

/** On topics of its own, which it takes away again. */
async function measure(options: RunnerBenchOptions, jobs: number, submissionsPerSecond: number): Promise<RunnerReport> {
  const kafka = { brokers: options.brokers, clientId: 'bench-runner' };
  const prefix = newPrefix();
  const names = (['transcode-jobs', 'compose-jobs', 'callbacks', 'dead-letters'] as const).map((id) =>
    topicName(prefix, id),
  );
  const admin = await Admin.connect(kafka);
  try {
    await admin.ensureTopics(names.map((name) => ({ name, partitions })));
    return await submitAll(kafka, prefix, jobs, submissionsPerSecond, options.signal);
  } finally {
    for (const name of names) await admin.deleteTopic(name).catch(() => {});
    admin.close();
  }
}

async function submitAll(
  kafka: KafkaSettings,
  prefix: string,
  jobs: number,
  submissionsPerSecond: number,
  signal: AbortSignal,
): Promise<RunnerReport> {
  const topics = (id: TopicId) => topicName(prefix, id);
  const codecs = { transcodeJob: codecOf<TranscodeJob>('TranscodeJob'), composeJob: codecOf<ComposeJob>('ComposeJob') };
  const knobs = { submitPerSecond: limitPerSecond, renditionFailureRate: 0, jobCompression: 1e9 };
  const emulator = await startEmulator({ port: 0, knobs });
  const cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials(key),
  });
  const producer = await IdempotentProducer.connect(kafka);
  const stopping = new AbortController();
  try {
    const videoIds = Array.from({ length: jobs }, () => emulator.addVideo());
    await Promise.all(
      videoIds.map((videoId) => {
        const value = codecs.transcodeJob.encode(planned(videoId));
        return producer.send({ topic: topics('transcode-jobs'), key: videoId, value });
      }),
    );
    const until = AbortSignal.any([signal, stopping.signal]);
    const running = runJobRunner({
      kafka,
      topics,
      groupId: `${prefix}jobs`,
      instance: 'bench',
      codecs,
      cloudOf: () => cloud,
      platform: systemPlatform,
      log: createLogger('bench', 'error'),
      metrics: metricsOf(new Registry()),
      signal: until,
      submissionsPerSecond,
    });
    await Promise.race([allStarted(emulator, jobs, until), running]);
    // What is under way then is finished: a job that is started again still shows.
    stopping.abort();
    await running;
    return reportOf(emulator.ledger(), videoIds, submissionsPerSecond);
  } finally {
    stopping.abort();
    await producer.close();
    cloud.close();
    await emulator.stop();
  }
}

/** Resolves once as many jobs were started, or none has been for long. */
async function allStarted(emulator: Emulator, jobs: number, signal: AbortSignal): Promise<void> {
  let started = 0;
  let sinceMs = systemPlatform.monotonicMs();
  while (started < jobs && !signal.aborted && systemPlatform.monotonicMs() - sinceMs < stuckAfterMs) {
    await systemPlatform.sleep(checkEveryMs, signal);
    const now = emulator.ledger().jobs.length;
    if (now > started) sinceMs = systemPlatform.monotonicMs();
    started = now;
  }
}

function reportOf(ledger: Ledger, videoIds: readonly string[], submissionsPerSecond: number): RunnerReport {
  const submissions = ledger.calls.filter((call) => call.action === 'SubmitTranscodeJobs');
  const startsMs = submissions.filter((call) => call.outcome === 'OK').map((call) => call.atMs);
  const seconds = (Math.max(...startsMs) - Math.min(...startsMs)) / 1000;
  const jobsPerSecond = (startsMs.length - 1) / seconds;
  const starts = Map.groupBy(ledger.jobs, (job) => job.videoId);
  const timesOf = (videoId: string) => starts.get(videoId)?.length ?? 0;
  return {
    submissionsPerSecond,
    jobsPerSecond: Number(jobsPerSecond.toFixed(2)),
    ratio: Number((jobsPerSecond / limitPerSecond).toFixed(3)),
    throttledAnswers: submissions.filter((call) => call.outcome === 'Throttling.User').length,
    startedOnce: videoIds.filter((videoId) => timesOf(videoId) === 1).length,
    startedAgain: videoIds.filter((videoId) => timesOf(videoId) > 1).length,
    neverStarted: videoIds.filter((videoId) => timesOf(videoId) === 0).length,
  };
}

function planned(videoId: string): TranscodeJob {
  return {
    token: `bench-${videoId}`,
    videoId,
    purpose: 'UPLOAD',
    generation: 0,
    ...orderFields({ kind: 'TRANSCODE', templateGroupId: templateGroupIds.byHand, priority: null }),
    stream: null,
    plannedAt: systemPlatform.now(),
    region: null,
  };
}

const codecOf = <T>(name: AvroSchemaName): Codec<T> =>
  avroCodec<T>(name, 1, avsc.Type.forSchema(avroSchema(name) as avsc.Schema), () =>
    Promise.reject(new Error('no other schema is written here')),
  );
