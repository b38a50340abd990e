import { join } from 'node:path';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { keepHeapSmall } from '../../platform/host/index.ts';
import { runProcessors, topicsRead, topicsWithCodec } from '../../services/processor/index.ts';
import { requireReadable } from '../compression.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { tombstoneRetention } from '../tombstone-retention.ts';
import type { Role } from './context.ts';
import { needed, schemaRegistry } from './needed.ts';

/** Callbacks into the states of videos and sessions. */
export const processor: Role<'processor'> = async (context) => {
  const { configuration, topic, log, metrics, tracing, platform, signal, waitingFor, note, liveness } = context;
  keepHeapSmall();
  const { settings, policies } = configuration;
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  await requireReadable(settings, topicsRead.map(topic));
  const codecs = await needed(context, schemaRegistry, () =>
    Promise.all(topicsWithCodec.map(async (id) => [id, await registry.codec(id)] as const)),
  );
  await runProcessors({
    policies,
    codecs: Object.fromEntries(codecs),
    topics: topic,
    kafka: (client) => kafkaSettingsOf(settings, client),
    instance: settings.LIVE2VOD_INSTANCE,
    stateFolder: join(settings.LIVE2VOD_HOME, 'state'),
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    timerHoldMs: settings.TIMER_HOLD_SECONDS * 1_000,
    tombstoneRetentionMs: (changelog) =>
      tombstoneRetention(settings, [changelog], (error) =>
        log.warn({ err: error }, 'how long the state topic keeps tombstones can not be read: 24 h are assumed'),
      ),
    platform,
    log,
    metrics,
    tracing,
    signal,
    waitingFor,
    note,
    liveness,
  });
};
