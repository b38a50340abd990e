import { connectRegistry } from '../../connectors/avro/index.ts';
import { Pulses, pulseStopsMs } from '../../connectors/kafka/index.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import { runJobRunner } from '../../services/jobs/index.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { cloudsOf, perRegion } from './cloud.ts';
import type { Role } from './context.ts';
import { needed, schemaRegistry } from './needed.ts';

/** Starts the planned jobs at the cloud, each once. */
export const jobs: Role<'jobs'> = async (context) => {
  const pulses = new Pulses(context.platform);
  context.liveness(() => pulses.live(pulseStopsMs));
  const { configuration, topic, log, metrics, platform, signal, tracing, waitingFor } = context;
  const { settings } = configuration;
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  const transcodeJob = await needed(context, schemaRegistry, () => registry.codec<TranscodeJob>('transcode-jobs'));
  const composeJob = await needed(context, schemaRegistry, () => registry.codec<ComposeJob>('compose-jobs'));
  const clouds = cloudsOf(settings, { metrics, log });
  const buckets = perRegion(settings.VOD_REGION_STORAGE_LOCATIONS);
  try {
    await runJobRunner({
      kafka: { ...kafkaSettingsOf(settings, 'jobs'), pulses },
      topics: topic,
      groupId: `${settings.LIVE2VOD_TOPIC_PREFIX}jobs`,
      instance: settings.LIVE2VOD_INSTANCE,
      codecs: { transcodeJob, composeJob },
      cloudOf: (region) => clouds.of(region),
      platform,
      log,
      metrics,
      signal,
      waitingFor,
      tracing,
      submissionsPerSecond: settings.VOD_SUBMISSIONS_PER_SECOND,
      composeRules: { settleMs: settings.COMPOSE_SEARCH_SECONDS * 1_000 },
      storageLocationOf: (region) =>
        (region === null || region === settings.VOD_REGION ? settings.VOD_STORAGE_LOCATION : buckets.get(region)) ??
        null,
    });
  } finally {
    clouds.close();
  }
};
