import { join } from 'node:path';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { Pulses, pulseStopsMs } from '../../connectors/kafka/index.ts';
import { runConsole } from '../../services/console/index.ts';
import { routeOf } from '../dead-letters.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { tombstoneRetention } from '../tombstone-retention.ts';
import { latencyReader } from './analytics.ts';
import { readTokensOf } from './console-door.ts';
import type { Role } from './context.ts';

/** Page, query API and live events. */
export const consoleRole: Role<'console'> = async ({
  configuration,
  topic,
  log,
  metrics,
  platform,
  signal,
  waitingFor,
  systemWaitingFor,
  liveness,
}) => {
  const pulses = new Pulses(platform);
  liveness(() => pulses.live(pulseStopsMs));
  const { settings, policies } = configuration;
  const readTokens = readTokensOf(settings);
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  await runConsole({
    host: settings.CONSOLE_BIND,
    port: settings.CONSOLE_PORT,
    folder: join(settings.LIVE2VOD_HOME, 'state', 'console', settings.LIVE2VOD_INSTANCE),
    kafka: { ...kafkaSettingsOf(settings, 'console'), pulses },
    topicNames: {
      callbacks: topic('callbacks'),
      'dead-letters': topic('dead-letters'),
      'video-state': topic('video-state'),
      'session-state': topic('session-state'),
    },
    tombstoneRetentionMs: tombstoneRetention(settings, [topic('video-state'), topic('session-state')], (error) =>
      log.warn({ err: error }, 'how long the state topics keep tombstones is not to be had: 24 h are assumed'),
    ),
    codecs: {
      'video-state': await registry.codec('video-state'),
      'session-state': await registry.codec('session-state'),
    },
    routeLetter: await routeOf(settings),
    readLatency: latencyReader(settings),
    token: settings.CONSOLE_TOKEN,
    readTokens,
    hosts: settings.CONSOLE_HOSTS?.split(',') ?? [],
    maxEventReadersOfAddress: settings.CONSOLE_READERS_PER_ADDRESS,
    trustedProxies: settings.CONSOLE_TRUSTED_PROXIES?.split(',') ?? [],
    unknownStream: policies.unknownStream,
    region: settings.VOD_REGION,
    clock: platform,
    log,
    metrics,
    signal,
    systemWaitingFor,
    onWaiting: waitingFor,
  });
};
