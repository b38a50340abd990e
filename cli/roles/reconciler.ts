import { connectRegistry } from '../../connectors/avro/index.ts';
import { Pulses, pulseStopsMs } from '../../connectors/kafka/index.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { runReconciler } from '../../services/reconciler/index.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { cloudsOf } from './cloud.ts';
import type { Role } from './context.ts';
import { needed, schemaRegistry } from './needed.ts';

/** Asks the cloud about what stayed silent, and supplies what it learns. */
export const reconciler: Role<'reconciler'> = async (context) => {
  const pulses = new Pulses(context.platform);
  context.liveness(() => pulses.live(pulseStopsMs));
  const { configuration, topic, log, metrics, platform, signal, waitingFor } = context;
  const { settings, policies, recording } = configuration;
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  const videoState = await needed(context, schemaRegistry, () => registry.codec<VideoState>('video-state'));
  const clouds = cloudsOf(settings, { metrics, log });
  try {
    await runReconciler({
      kafka: { ...kafkaSettingsOf(settings, 'reconciler'), pulses },
      topics: topic,
      codecs: { videoState },
      cloudOf: (region) => clouds.of(region),
      policies,
      targets: recording.configs.map(({ domainName, appName, streamName }) => ({
        domainName,
        ...(appName === '*' ? {} : { appName }),
        ...(streamName === null ? {} : { streamName }),
      })),
      regions: configuration.regions,
      lookbackMs: settings.RECONCILER_LOOKBACK_HOURS * 60 * 60_000,
      platform,
      log,
      metrics,
      signal,
      waitingFor,
    });
  } finally {
    clouds.close();
  }
};
