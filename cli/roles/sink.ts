import { runSink } from '../../connectors/clickhouse/index.ts';
import { connectRegistry } from '../../connectors/registry/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { clickhouseSettingsOf } from './analytics.ts';
import type { Role } from './context.ts';

/** Topics into ClickHouse. */
export const sink: Role<'sink'> = async ({ configuration, topic, log, metrics, platform, signal, waitingFor }) => {
  const { settings, policies } = configuration;
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  await runSink({
    codecs: {
      videoState: await registry.codec<VideoState>('video-state'),
      sessionState: await registry.codec<SessionState>('session-state'),
    },
    disconnectDelaySeconds: (stream) => policies.policyFor(stream).recording.disconnectDelaySeconds,
    kafka: kafkaSettingsOf(settings, 'sink'),
    topics: topic,
    clickhouse: clickhouseSettingsOf(settings),
    groupId: `${settings.LIVE2VOD_TOPIC_PREFIX}sink`,
    instance: settings.LIVE2VOD_INSTANCE,
    platform,
    log,
    metrics,
    signal,
    waitingFor,
  });
};
