import type { Codec } from '../../connectors/avro/index.ts';
import { groupMember, IdempotentProducer, type KafkaSettings } from '../../connectors/kafka/index.ts';
import type { CloudFault, VodCloud } from '../../connectors/vod/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { Logger, Metrics, Tracing } from '../../platform/telemetry/index.ts';
import { Waits } from '../../platform/waits.ts';
import { whenAvailable } from '../../platform/when-available.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { TopicId } from '../../schemas/topics.ts';
import { callRates } from './call-rates.ts';
import { type ComposeRules, defaultComposeRules } from './compose-attempt.ts';
import { composeJobs } from './compose-jobs.ts';
import type { JobReader } from './job-kind.ts';
import { orderedJobs } from './ordered-jobs.ts';
import { runJobs } from './run-jobs.ts';
import { defaultStepRules, stepJobs } from './step-jobs.ts';
import { transcodeJobs } from './transcode-jobs.ts';
import { type AttemptRules, defaultAttemptRules } from './transcode-plan.ts';
import { workflowJobs } from './workflow-jobs.ts';

export type JobRunnerOptions = {
  readonly kafka: KafkaSettings;
  readonly topics: (id: TopicId) => string;
  /** Consumer group of all runners of this pipeline. Two groups would do every job twice. */
  readonly groupId: string;
  /** Static member name: a restarted runner gets its partitions back at once. */
  readonly instance: string;
  readonly codecs: {
    readonly transcodeJob: Pick<Codec<TranscodeJob>, 'decode'>;
    readonly composeJob: Pick<Codec<ComposeJob>, 'decode'>;
  };
  /** The client of a region; null is the home region. */
  readonly cloudOf: (region: string | null) => VodCloud;
  readonly platform: Platform;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** Called with what keeps jobs from being taken, in words; null once nothing does. */
  readonly waitingFor?: (what: string | null) => void;
  /** A span for every job, from its command to its result. */
  readonly tracing?: Tracing | undefined;
  /**
   * Submissions a second over all videos. Default 25, below the account's documented 30; with several runners give
   * each its part, they don't know of one another.
   */
  readonly submissionsPerSecond?: number;
  /** Questions (ListTranscodeTask, GetTranscodeTask) a second. Default 50 of the documented 100; 12 at most about steps. */
  readonly questionsPerSecond?: number;
  /** Concurrent submissions, and concurrent questions. Default 16. */
  readonly callsAtOnce?: number;
  /** Jobs that are worked on at most; ten times as many may wait. Default 1,000. */
  readonly maxJobs?: number;
  readonly rules?: Partial<AttemptRules>;
  readonly composeRules?: Partial<ComposeRules>;
  readonly stepRules?: Partial<ComposeRules>;
  /** A region's bucket for composed videos, null for its own choice; the cloud requires one outside Shanghai. Default: null. */
  readonly storageLocationOf?: (region: string | null) => string | null;
};

/**
 * Starts the jobs of `transcode-jobs` (audits and snapshots too) and `compose-jobs`, each exactly once, and tells `callbacks`
 * what became of them. Two consumer groups, `<groupId>` and `<groupId>-compose`, so that neither topic waits for the other.
 * @throws Abandoned when it is told to stop before Kafka has answered
 */
export async function runJobRunner(options: JobRunnerOptions): Promise<void> {
  const { platform, topics, log, metrics, codecs, cloudOf } = options;
  const { submitting, asking, askingOfSteps } = callRates(options, platform, loggerOfFaults(log, platform));
  const shared = { cloudOf, submitting, asking, platform };
  const transcode = transcodeJobs({
    ...shared,
    rules: { ...defaultAttemptRules, ...options.rules },
  });
  const stepRules = { ...defaultStepRules, ...options.stepRules };
  const workflow = workflowJobs({ ...shared, rules: stepRules });
  const step = stepJobs({ ...shared, asking: askingOfSteps, rules: stepRules });
  const compose = composeJobs({
    ...shared,
    codec: codecs.composeJob,
    storageLocationOf: options.storageLocationOf ?? (() => null),
    rules: { ...defaultComposeRules, ...options.composeRules },
  });

  const waits = new Waits((what) => options.waitingFor?.(what));
  const waitsOf = (topic: string) => ({
    waitingFor: waits.part(topic, 'Kafka'),
    waitingForRegistry: waits.part(`registry for ${topic}`, null),
  });
  const waiting = { 'transcode-jobs': waitsOf('transcode-jobs'), 'compose-jobs': waitsOf('compose-jobs') };
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const producer = await whenAvailable(
    { platform, log, signal, waitingFor: waits.part('producer', 'Kafka') },
    'Kafka',
    () => IdempotentProducer.connect(options.kafka, { signal }),
  );

  async function follow(reader: JobReader, topic: keyof typeof waiting, groupId: string): Promise<void> {
    try {
      await runJobs({
        reader,
        topic: topics(topic),
        connect: groupMember(options.kafka, { groupId, instance: options.instance, topics: [topics(topic)], signal }),
        ...waiting[topic],
        jobEvents: producer,
        topics,
        platform,
        log,
        metrics,
        signal,
        tracing: options.tracing,
        ...(options.maxJobs === undefined ? {} : { maxJobs: options.maxJobs }),
      });
    } finally {
      // Where one topic's runner fails both end: the process is restarted as a whole.
      failed.abort();
    }
  }

  const ends = await Promise.allSettled([
    follow(orderedJobs({ codec: codecs.transcodeJob, transcode, workflow, step }), 'transcode-jobs', options.groupId),
    follow(compose, 'compose-jobs', `${options.groupId}-compose`),
  ]);
  await producer.close();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

const quietMs = 60_000;

/** Logs what the cloud refuses, each code at most once a minute: a fault of the account comes with every call. */
function loggerOfFaults(log: Logger, clock: Platform): (fault: CloudFault) => void {
  const loggedAtMs = new Map<string, number>();
  return ({ code, kind, action, accountWide, detail, requestId }) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - (loggedAtMs.get(code) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    loggedAtMs.set(code, nowMs);
    const text = accountWide
      ? 'the cloud refuses this account: check its credentials, rights and balance; jobs wait meanwhile'
      : 'a call of the cloud failed';
    log.warn({ code, kind, action, detail, requestId }, text);
  };
}
