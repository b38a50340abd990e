import { join } from 'node:path';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { Pulses, pulseStopsMs } from '../../connectors/kafka/index.ts';
import { collectSeldom } from '../../platform/host/index.ts';
import { StepWatch } from '../../runtime/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { runSink } from '../../services/sink/index.ts';
import { requireReadable } from '../compression.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { clickhouseSettingsOf } from './analytics.ts';
import type { Role } from './context.ts';
import { needed, schemaRegistry } from './needed.ts';

/** Topics into ClickHouse. */
export const sink: Role<'sink'> = async (context) => {
  const { configuration, topic, log, metrics, platform, signal, waitingFor, liveness } = context;
  collectSeldom();
  const pulses = new Pulses(platform);
  liveness(() => pulses.live(pulseStopsMs));
  const { settings, policies } = configuration;
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  await requireReadable(settings, (['callbacks', 'video-state', 'session-state'] as const).map(topic));
  const codecs = await needed(context, schemaRegistry, async () => ({
    videoState: await registry.codec<VideoState>('video-state'),
    sessionState: await registry.codec<SessionState>('session-state'),
  }));
  const steps = new StepWatch({
    topics: [topic('callbacks'), topic('video-state'), topic('session-state')],
    file: join(settings.LIVE2VOD_HOME, 'state', 'slow-steps', `sink-${settings.LIVE2VOD_INSTANCE}.json`),
  });
  await runSink({
    steps,
    codecs,
    disconnectDelaySeconds: (stream) => policies.policyFor(stream).recording.disconnectDelaySeconds,
    kafka: { ...kafkaSettingsOf(settings, 'sink'), pulses },
    topics: topic,
    clickhouse: clickhouseSettingsOf(settings),
    groupId: `${settings.LIVE2VOD_TOPIC_PREFIX}sink`,
    instance: settings.LIVE2VOD_INSTANCE,
    platform,
    log,
    metrics,
    signal,
    waitingFor,
  }).finally(() => steps.close());
};
