import { join } from 'node:path';
import { runIngress } from '../../services/intake/http/index.ts';
import { callbackEndpointsOf } from '../callback-endpoints.ts';
import { kafkaSettingsOf } from '../endpoints.ts';
import { CommandFault, exitCode } from '../exit.ts';
import type { Role } from './context.ts';

/** Callbacks over HTTP, durable before 200. */
export const ingress: Role<'ingress'> = async ({
  configuration,
  topic,
  log,
  metrics,
  platform,
  clockTrouble,
  signal,
  tracing,
  waitingFor,
}) => {
  const { settings } = configuration;
  const endpoints = callbackEndpointsOf(settings, configuration.callbacks);
  if (endpoints.length === 0) {
    throw new CommandFault(
      'VOD_CALLBACK_KEYS: the keys that callbacks are signed with are needed (or VOD_CALLBACK_AUTH=off)',
      exitCode.configuration,
    );
  }
  await runIngress({
    endpoints,
    reusePort: settings.INGRESS_REUSE_PORT === 'on',
    host: settings.INGRESS_BIND,
    port: settings.INGRESS_PORT,
    kafka: kafkaSettingsOf(settings, 'ingress'),
    topics: topic,
    spool: { folder: join(settings.LIVE2VOD_HOME, 'spool'), limitBytes: settings.INGRESS_SPOOL_MB * 1024 * 1024 },
    lameDuckMs: settings.INGRESS_LAME_DUCK_SECONDS * 1_000,
    clock: platform,
    log,
    metrics,
    signal,
    tracing,
    hostTrouble: clockTrouble,
    onWaitingFor: waitingFor,
  });
};
