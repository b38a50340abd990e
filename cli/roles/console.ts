import { join } from 'node:path';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { Pulses, pulseStopsMs } from '../../connectors/kafka/index.ts';
import { callLimiter } from '../../connectors/vod/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { playReader, runConsole } from '../../services/console/index.ts';
import { routeOf } from '../dead-letters.ts';
import { kafkaSettingsOf, registryUrlOf } from '../endpoints.ts';
import { tombstoneRetention } from '../tombstone-retention.ts';
import { latencyReader } from './analytics.ts';
import { cloudsOf } from './cloud.ts';
import { readTokensOf } from './console-tokens.ts';
import type { Role } from './context.ts';
import { needed, schemaRegistry } from './needed.ts';

/** Shorter than one who asks waits: an answer that comes later is nobody's. */
const playTimeoutMs = 4_000;
const playsAtOnce = 8;

/** Page, query API and live events. */
export const consoleRole: Role<'console'> = async (context) => {
  const { configuration, topic, log, metrics, platform, signal, waitingFor, systemWaitingFor, liveness } = context;
  const pulses = new Pulses(platform);
  liveness(() => pulses.live(pulseStopsMs));
  const { settings, policies } = configuration;
  const readTokens = readTokensOf(settings);
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  const codecs = await needed(context, schemaRegistry, async () => ({
    'video-state': await registry.codec<VideoState>('video-state'),
    'session-state': await registry.codec<SessionState>('session-state'),
  }));
  const routeLetter = await needed(context, schemaRegistry, () => routeOf(settings));
  const clouds = cloudsOf(settings, { metrics, log, timeoutMs: playTimeoutMs });
  const cloudOf = (region: string | null) => clouds.of(region);
  const { CONSOLE_PLAY_SECONDS: playSeconds, CONSOLE_PLAYS_PER_SECOND: perSecond } = settings;
  const limiter = callLimiter({ perSecond, atOnce: playsAtOnce }, platform, ({ action, code }) =>
    log.debug({ action, code }, 'the cloud gives no play addresses'),
  );
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
    codecs,
    routeLetter,
    readPlay: playReader({
      getPlayInfo: ({ videoId, region }) =>
        cloudOf(region).getPlayInfo({ videoId, validSeconds: playSeconds, newestOnly: true }),
      limiter,
      clock: platform,
    }),
    playSeconds,
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
  }).finally(() => clouds.close());
};
