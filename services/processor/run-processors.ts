import { join } from 'node:path';
import { hungCalls, type KafkaSettings } from '../../connectors/kafka/index.ts';
import { type Platform, sha256 } from '../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../platform/retry.ts';
import type { Logger, Metrics, Tracing } from '../../platform/telemetry/index.ts';
import type { PolicyBook } from '../../processors/policy/index.ts';
import { sessionTopology } from '../../processors/session/index.ts';
import type { Topology } from '../../processors/topology.ts';
import { videoTopology } from '../../processors/video/index.ts';
import {
  type Codecs,
  groupWatermark,
  LateArrivalGuard,
  ProcessorFault,
  ProcessorStatus,
  processorGroup,
  runProcessor,
  StepWatch,
  type Upstream,
} from '../../runtime/index.ts';
import type { TopicId } from '../../schemas/topics.ts';
import { heldTimersText, waitingText } from './readiness.ts';
import { processorTelemetry } from './telemetry.ts';

export type ProcessorServiceOptions = {
  readonly policies: PolicyBook;
  /** For each topic of `topicsWithCodec`. */
  readonly codecs: Codecs;
  readonly topics: (id: TopicId) => string;
  /** Settings of a Kafka client that bears this name in the broker's logs. */
  readonly kafka: (client: string) => KafkaSettings;
  readonly instance: string;
  /** Stores and slow steps of all processors and instances on this machine. */
  readonly stateFolder: string;
  readonly sessionTimeoutMs: number;
  /** See `LateArrivalGuardOptions.holdMs`. */
  readonly timerHoldMs: number;
  /** The actual `delete.retention.ms` of a changelog. */
  readonly tombstoneRetentionMs: (changelog: string) => () => Promise<number>;
  readonly platform: Platform;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing?: Tracing | undefined;
  readonly signal: AbortSignal;
  /** What keeps the processors from being ready, in words; null once they are. */
  readonly waitingFor: (what: string | null) => void;
  /** A detail of readiness, in words; null for none. */
  readonly note: (text: string | null) => void;
  readonly liveness: (check: () => boolean) => void;
};

/** Topics that the processors read, state topics included. */
export const topicsRead = ['callbacks', 'video-state', 'stream-facts', 'stream-state'] as const;

/** Topics of the processors that carry Avro; the others carry plain bytes. */
export const topicsWithCodec = [
  'video-state',
  'session-state',
  'stream-facts',
  'stream-state',
  'transcode-jobs',
  'compose-jobs',
] as const;

/** Videos and sessions: two exactly-once processors, each with its own group, producer, loop and stores. */
export async function runProcessors(o: ProcessorServiceOptions): Promise<void> {
  const { platform, policies, topics } = o;
  const statuses = { video: new ProcessorStatus(platform), session: new ProcessorStatus(platform) };
  const lateArrivals = new LateArrivalGuard({
    clock: platform,
    holdMs: o.timerHoldMs,
    kafkaLastUnreachableMs: () =>
      Math.max(statuses.video.kafkaLastUnreachableMs, statuses.session.kafkaLastUnreachableMs),
  });
  const video = lateArrivals.watch(videoTopology({ policies, sha256 }));
  const session = sessionTopology({ policies });
  const upstream = groupWatermark({
    kafka: o.kafka('watermark'),
    groupId: processorGroup(topics, video),
    topic: topics(video.input),
    clock: platform,
    lateArrivals,
  });
  o.liveness(() => Object.values(statuses).every((status) => status.live(stuckAfterMs)));
  const stopReporting = platform.every(100, () => {
    o.metrics.set('live2vod_kafka_hung_calls', {}, hungCalls());
    o.waitingFor(waitingText(statuses));
    o.note(heldTimersText(statuses));
  });
  const steps = new StepWatch({
    topics: [topics(video.input), topics(session.input)],
    file: join(o.stateFolder, 'slow-steps', `processor-${o.instance}.json`),
  });
  // If one fails, the other stops too: the supervisor starts both again.
  const oneEnded = new AbortController();
  const shared = { service: o, steps, signal: AbortSignal.any([o.signal, oneEnded.signal]) };
  try {
    await Promise.all(
      [
        run({ ...shared, topology: video, status: statuses.video }),
        run({ ...shared, topology: session, status: statuses.session, upstream }),
      ].map((running) => running.finally(() => oneEnded.abort())),
    );
  } finally {
    stopReporting();
    upstream.close();
    await steps.close();
  }
}

const stuckAfterMs = 60_000;

type RunOptions<S> = {
  readonly service: ProcessorServiceOptions;
  readonly topology: Topology<S>;
  readonly status: ProcessorStatus;
  readonly steps: StepWatch;
  readonly signal: AbortSignal;
  readonly upstream?: Upstream;
};

/** A processor that is told that its topics don't exist yet begins again: they are waited for like a broker. */
async function run<S>(options: RunOptions<S>): Promise<void> {
  const { service, signal } = options;
  const topicMissing = (error: unknown) => error instanceof ProcessorFault && error.code === 'TOPIC_MISSING';
  try {
    await retryWhileUnavailable(() => runOnce(options), {
      platform: service.platform,
      signal,
      isRetryable: topicMissing,
      onRetry: (error) => {
        const { message } = error as ProcessorFault;
        service.log.warn({ processor: options.topology.name, err: message }, 'waiting for topics');
      },
    });
  } catch (error) {
    if (!(signal.aborted && topicMissing(error))) throw error;
  }
}

function runOnce<S>({ service, topology, status, steps, signal, upstream }: RunOptions<S>): Promise<void> {
  const { name } = topology;
  return runProcessor({
    topology,
    topics: service.topics,
    kafka: service.kafka(name),
    instance: service.instance,
    stateFolder: join(service.stateFolder, name, service.instance),
    codecs: service.codecs,
    clock: service.platform,
    signal,
    status,
    steps,
    tracing: service.tracing,
    tombstoneRetentionMs: service.tombstoneRetentionMs(service.topics(topology.changelog)),
    sessionTimeoutMs: service.sessionTimeoutMs,
    hooks: processorTelemetry({
      processor: name,
      metrics: service.metrics,
      log: service.log,
      status,
      clock: service.platform,
    }),
    ...(upstream ? { upstream } : {}),
  });
}
