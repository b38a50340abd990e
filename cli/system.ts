/** Starts the whole pipeline: embedded parts that nothing else supplies, topics, roles. Stops all of it in order. */

import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { Admin } from '../connectors/kafka/index.ts';
import { type Stack, startStack } from '../local/index.ts';
import { counted } from '../platform/counted.ts';
import { systemClock } from '../platform/host/index.ts';
import { topics } from '../schemas/topics.ts';
import { endpointsOf, kafkaSettingsOf } from './endpoints.ts';
import { type Configuration, readConfiguration } from './environment.ts';
import { keepPrivate } from './private-home.ts';
import { readTokensOf } from './roles/console-tokens.ts';
import type { RoleName } from './roles/context.ts';
import { metricsPortUnderUp } from './roles/metrics-port.ts';
import { type PortUse, portsOfRoles, portsOfStack, refuseSharedPorts } from './shared-ports.ts';
import { type RoleSpec, type Supervisor, startSupervisor } from './supervisor.ts';
import { applyTopics } from './topic-plan.ts';

export type SystemOptions = {
  /** Settings that win over the environment, for this process and for every role. */
  readonly overrides?: Readonly<Record<string, string | undefined>>;
  /** Whether roles log into files under LIVE2VOD_HOME/logs instead of standard error. */
  readonly quiet: boolean;
  /** Default: all. */
  readonly roles?: readonly RoleName[];
  readonly say: (line: string) => void;
  /** What else of this process listens. */
  readonly ports?: readonly PortUse[];
  readonly signal: AbortSignal;
};

export type System = {
  readonly configuration: Configuration;
  readonly supervisor: Supervisor;
  /** The embedded parts, null where brokers and registry are set. */
  readonly stack: Stack | null;
  /** Resolves when every role is ready. */
  ready(): Promise<void>;
  stop(): Promise<void>;
};

/** Every role but the emulator, which stands for the cloud. */
const pipelineRoles: readonly RoleName[] = [
  'clickhouse',
  'processor',
  'jobs',
  'sink',
  'reconciler',
  'console',
  'mns',
  'ingress',
];

export async function startSystem(options: SystemOptions): Promise<System> {
  const configuration = readConfiguration(options.overrides);
  const { settings } = configuration;
  const endpoints = endpointsOf(settings);
  const { say, signal } = options;
  // Before anything is started: the console would refuse it only once all the rest runs.
  readTokensOf(settings);
  const roles = (options.roles ?? pipelineRoles)
    .filter((role) => role !== 'clickhouse' || endpoints.embedded.clickhouse)
    .filter((role) => role !== 'mns' || configuration.callbacks.queues.length > 0);
  refuseSharedPorts([
    ...portsOfStack(settings, endpoints.embedded),
    ...portsOfRoles(settings, roles),
    ...(options.ports ?? []),
  ]);
  keepPrivate(settings.LIVE2VOD_HOME);

  const stack =
    endpoints.embedded.kafka || endpoints.embedded.registry
      ? await startStack({
          home: settings.LIVE2VOD_HOME,
          kafkaPort: settings.KAFKA_PORT,
          registryPort: settings.REGISTRY_PORT,
          parts: [
            ...(endpoints.embedded.kafka ? (['broker'] as const) : []),
            ...(endpoints.embedded.registry ? (['registry'] as const) : []),
          ],
          onProgress: say,
          signal,
        })
      : null;
  let supervisor: Supervisor | null = null;
  const stop = async () => {
    await supervisor?.stop();
    await stack?.stop();
  };
  try {
    signal.throwIfAborted();
    const admin = await Admin.connect(kafkaSettingsOf(settings, 'system'));
    try {
      const plan = await applyTopics(admin, settings);
      for (const difference of plan.differences) say(difference);
      if (plan.create.length > 0)
        say(`created ${counted(plan.create.length, 'topic')} ${settings.LIVE2VOD_TOPIC_PREFIX}*`);
    } finally {
      admin.close();
    }
    signal.throwIfAborted();
    const registry = connectRegistry({ url: endpoints.registryUrl, prefix: settings.LIVE2VOD_TOPIC_PREFIX });
    for (const { id, value } of Object.values(topics)) if (value !== 'bytes') await registry.register(id);
    signal.throwIfAborted();
    const specs: RoleSpec[] = roles.map((role) => ({
      role,
      environment: {
        ...options.overrides,
        ...(settings.METRICS_PORT === undefined
          ? {}
          : { METRICS_PORT: String(metricsPortUnderUp(role, settings.METRICS_PORT)) }),
      },
    }));
    supervisor = startSupervisor({
      roles: specs,
      logFolder: options.quiet ? join(settings.LIVE2VOD_HOME, 'logs') : null,
      clock: systemClock,
      say,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const supervising = supervisor;
  return {
    configuration,
    supervisor: supervising,
    stack,
    stop,
    async ready() {
      let said: string | null = null;
      for (;;) {
        const waiting = supervising.waitingFor();
        if (waiting === null || signal.aborted) return;
        if (waiting !== said) say(`waiting for ${waiting}`);
        said = waiting;
        await Promise.race([systemClock.sleep(250, signal), supervising.failed]);
      }
    },
  };
}
