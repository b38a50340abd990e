import { join } from 'node:path';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { hungCalls } from '../../connectors/kafka/index.ts';
import { sessionTopology } from '../../processors/session/index.ts';
import type { Topology } from '../../processors/topology.ts';
import { videoTopology } from '../../processors/video/index.ts';
import {
  Arrivals,
  type Codecs,
  groupWatermark,
  ProcessorStatus,
  processorGroup,
  runProcessor,
  StepWatch,
  type Upstream,
} from '../../runtime/index.ts';
import { requireReadable } from '../compression.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { tombstoneRetention } from '../tombstone-retention.ts';
import type { Role, RoleContext } from './context.ts';
import { processorHooks } from './processor-hooks.ts';

const stuckAfterMs = 60_000;

/** Videos and sessions: two exactly-once processors, each with its own group, producer, loop and stores. */
export const processor: Role<'processor'> = async (context) => {
  const { configuration, topic, platform, signal } = context;
  const { settings, policies } = configuration;
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  const read = ['callbacks', 'video-state', 'stream-facts', 'stream-state'] as const;
  await requireReadable(settings, read.map(topic));
  const codecs: Codecs = {
    'video-state': await registry.codec('video-state'),
    'session-state': await registry.codec('session-state'),
    'stream-facts': await registry.codec('stream-facts'),
    'stream-state': await registry.codec('stream-state'),
    'transcode-jobs': await registry.codec('transcode-jobs'),
    'compose-jobs': await registry.codec('compose-jobs'),
  };
  const statuses = { video: new ProcessorStatus(platform), session: new ProcessorStatus(platform) };
  const arrivals = new Arrivals({
    clock: platform,
    holdMs: settings.TIMER_HOLD_SECONDS * 1_000,
    awayAtMs: () => Math.max(statuses.video.awayAtMs, statuses.session.awayAtMs),
  });
  const video = arrivals.watch(videoTopology({ policies }));
  const session = sessionTopology({ policies });
  const upstream = groupWatermark({
    kafka: kafkaSettingsOf(settings, 'watermark'),
    groupId: processorGroup(topic, video),
    topic: topic(video.input),
    clock: platform,
    arrivals,
  });

  context.liveness(() => Object.values(statuses).every((status) => status.live(stuckAfterMs)));
  const stopTelling = platform.every(100, () => {
    context.metrics.set('live2vod_kafka_hung_calls', {}, hungCalls());
    const waiting = Object.entries(statuses).filter(([, status]) => !status.ready);
    context.waitingFor(
      waiting.length === 0 ? null : waiting.map(([name, status]) => waitingText(name, status)).join(', '),
    );
    context.note(heldText(statuses));
  });
  const steps = new StepWatch({
    topics: [topic(video.input), topic(session.input)],
    file: join(settings.LIVE2VOD_HOME, 'state', 'slow-steps', `processor-${settings.LIVE2VOD_INSTANCE}.json`),
  });
  // One failing takes the other down with it: the supervisor starts both again.
  const both = new AbortController();
  const either = AbortSignal.any([signal, both.signal]);
  try {
    await Promise.all(
      [
        run(context, video, codecs, statuses.video, steps, either),
        run(context, session, codecs, statuses.session, steps, either, upstream),
      ].map((running) => running.finally(() => both.abort())),
    );
  } finally {
    stopTelling();
    upstream.close();
    await steps.close();
  }
};

function run<S>(
  context: RoleContext<'processor'>,
  topology: Topology<S>,
  codecs: Codecs,
  status: ProcessorStatus,
  steps: StepWatch,
  signal: AbortSignal,
  upstream?: Upstream,
): Promise<void> {
  const { settings } = context.configuration;
  return runProcessor({
    topology,
    topics: context.topic,
    kafka: kafkaSettingsOf(settings, topology.name),
    instance: settings.LIVE2VOD_INSTANCE,
    stateFolder: join(settings.LIVE2VOD_HOME, 'state', topology.name, settings.LIVE2VOD_INSTANCE),
    codecs,
    clock: context.platform,
    signal,
    status,
    steps,
    tracing: context.tracing,
    tombstoneRetentionMs: tombstoneRetention(settings, [context.topic(topology.changelog)], (error) =>
      context.log.warn({ err: error }, 'how long the state topic keeps tombstones is not to be had: 24 h are assumed'),
    ),
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    hooks: processorHooks(topology.name, context.metrics, context.log, status, context.platform),
    ...(upstream ? { upstream } : {}),
  });
}

/** A while is normal: what was received has to be worked through before a timer may fire. */
const heldTooLongMs = 60_000;

/** Timers that wait for input that may still come: sessions don't end by time meanwhile. */
export function heldText(statuses: Readonly<Record<string, Pick<ProcessorStatus, 'heldTimers'>>>): string | null {
  const held = Object.entries(statuses).flatMap(
    ([
      name,
      {
        heldTimers: { ms, waitsFor },
      },
    ]) =>
      ms < heldTooLongMs
        ? []
        : [`${name}: timers held back for ${Math.round(ms / 1000)} s, waiting for ${waitsFor ?? 'input'}`],
  );
  return held.length === 0 ? null : held.join('; ');
}

function waitingText(name: string, status: ProcessorStatus): string {
  if (!status.kafkaReachable) return `${name}: Kafka`;
  const heldUp = [...status.tasks].filter(([, phase]) => phase === 'held-up').map(([partition]) => partition);
  if (heldUp.length > 0) return `${name}: a hanging transaction in partition ${heldUp.join(', ')}`;
  const restoring = [...status.tasks].filter(([, phase]) => phase === 'restoring').length;
  return restoring > 0
    ? `${name}: ${restoring} of ${status.tasks.size} partitions to restore`
    : `${name}: its partitions`;
}
