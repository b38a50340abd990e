/** Runs one role in this process: signals, the supervisor's channel, health, exit code. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Abandoned } from '../../platform/abandoned.ts';
import { type ExitCode, exitCode, exitCodeOf } from '../../platform/exit-code.ts';
import { Fault } from '../../platform/faults.ts';
import { lastResort, systemPlatform } from '../../platform/host/index.ts';
import type { RoleMessage, SupervisorMessage } from '../../platform/role-messages.ts';
import {
  createLogger,
  type Logger,
  measureMemory,
  metricsOf,
  startAdmin,
  startTracing,
} from '../../platform/telemetry/index.ts';
import type { AnyRoleSettings, SettingsOf } from '../../schemas/role-settings.ts';
import { kafkaSettingsOf, topicNamer } from '../endpoints.ts';
import type { RoleConfiguration } from '../environment.ts';
import { CommandFault, namingPort, PortTaken } from '../exit.ts';
import { aliveEveryMs } from '../liveness.ts';
import { endBudget } from '../stopping.ts';
import type { Role, RoleName } from './context.ts';
import { hostClock } from './host-clock.ts';
import { metricsPortOf } from './metrics-port.ts';
import { processGroup } from './process-group.ts';
import { requireOwnInstance } from './processes.ts';

const roles: { readonly [R in RoleName]: () => Promise<Role<R>> } = {
  ingress: async () => (await import('./ingress.ts')).ingress,
  processor: async () => (await import('./processor.ts')).processor,
  jobs: async () => (await import('./jobs.ts')).jobs,
  sink: async () => (await import('./sink.ts')).sink,
  console: async () => (await import('./console.ts')).consoleRole,
  reconciler: async () => (await import('./reconciler.ts')).reconciler,
  clickhouse: async () => (await import('./clickhouse.ts')).clickhouse,
  mns: async () => (await import('./mns.ts')).mns,
};

/** `only`: all of the role, in this process. `one`: one of its processes. `all`: those processes, supervised by this one. */
export type Share =
  | { readonly kind: 'only' }
  | { readonly kind: 'one'; readonly process: number }
  | { readonly kind: 'all'; readonly processes: number };

export async function runRole<R extends RoleName>(
  name: R,
  configuration: RoleConfiguration<R>,
  share: Share = { kind: 'only' },
): Promise<void> {
  const settings: AnyRoleSettings = configuration.settings;
  const registry = new Registry();
  const metrics = metricsOf(registry);
  const group = share.kind === 'all' ? processGroup(name, share.processes, registry, tell) : null;
  const lost = () => metrics.count('live2vod_log_lines_lost_total', {});
  const log = createLogger(name, settings.LOG_LEVEL, lost, share.kind === 'one' ? share.process : undefined);
  collectDefaultMetrics({ register: registry });
  measureMemory(registry, 'live2vod_process_private_memory_bytes', () => [process.pid]);
  // Of several processes, the one that supervises them says it.
  if (share.kind === 'only') measureMemory(registry, 'live2vod_role_private_memory_bytes', () => [process.pid]);
  const watcher = lastResort({
    // Started by `up`, which is our parent; by hand, a shell may end before us.
    ...(process.connected ? { afterParentMs: endBudget.orphanMs } : {}),
    onLost: (error) => log.error({ err: error }, 'nothing ends this process any more if it hangs'),
  });
  const stopping = new AbortController();
  const stop = (why: string) => {
    if (stopping.signal.aborted) return;
    log.info({ why }, 'stopping');
    watcher.endWithin(endBudget.stopMs(lameDuckSecondsOf(configuration.settings)));
    stopping.abort();
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  // Nothing outlives the command that started it.
  process.once('disconnect', () => stop('the supervisor is gone'));

  let waiting: string | null = 'start';
  let wasReady = false;
  let live = () => true;
  let note: string | null = null;
  const isLive = () => {
    try {
      return live();
    } catch (error) {
      log.error({ err: error }, 'the liveness check failed');
      return false;
    }
  };
  let system: string | null = null;
  const stopTelling = systemPlatform.every(aliveEveryMs, () => void tell({ kind: 'alive', live: isLive() }));
  process.on('message', (message: SupervisorMessage) => {
    if (message.kind === 'system') system = message.waitingFor;
    else void registry.metrics().then((text) => tell({ kind: 'metrics', question: message.question, text }));
  });
  const clock = hostClock({
    ...{ role: name, log, metrics },
    // Its processes ask, each for itself.
    ...(group ? {} : brokerTimeOf(name, configuration.settings)),
  });
  let ownWait: string | null = 'start';
  const waitingFor = (own: string | null) => {
    ownWait = own;
    const all = [own, clock.trouble()].filter((wait) => wait !== null);
    const what = all.length === 0 ? null : all.join('; ');
    if (what === waiting) return;
    waiting = what;
    wasReady ||= what === null;
    log.info(what === null ? 'ready' : { waitingFor: what }, what === null ? 'ready' : 'not ready');
    void tell({ kind: 'waiting', for: what });
  };
  const stopReporting = systemPlatform.every(reportEveryMs, () => {
    waitingFor(ownWait);
    metrics.set('live2vod_role_live', {}, isLive() ? 1 : 0);
    metrics.set('live2vod_role_ready', {}, waiting === null ? 1 : 0);
  });
  // The console answers for all roles.
  const health = { live: isLive, waitingFor: () => waiting ?? (name === 'console' ? system : null), note: () => note };
  const ending: (() => Promise<void>)[] = [];
  try {
    // The one that supervises them answers for all processes.
    if (share.kind !== 'one') {
      requireOwnInstance(settings.LIVE2VOD_INSTANCE);
      const close = await serve(name, settings, log, { registry: group?.source ?? registry, health });
      ending.push(close);
    }
    const tracing = group ? undefined : await tracingOf(name, settings);
    if (tracing) ending.push(() => tracing.close().catch(() => {}));
    const role: Role<R> = group ? (context) => group.run(context) : await roles[name]();
    await role({
      configuration,
      topic: topicNamer(settings),
      log,
      metrics,
      platform: clock.platform,
      clockTrouble: clock.trouble,
      tracing,
      signal: stopping.signal,
      waitingFor,
      liveness: (check) => {
        live = check;
      },
      note: (text) => {
        note = text;
      },
      systemWaitingFor: () => [system, clock.trouble()].filter((wait) => wait !== null).join('; ') || null,
    }).catch(namingPort(portSetting[name]));
    log.info('stopped');
  } catch (error) {
    // Told to stop while it still waited for what it needs.
    if (error instanceof Abandoned && stopping.signal.aborted) {
      log.info('stopped');
      return;
    }
    log.fatal({ err: error }, 'the role can not go on');
    const fault = error instanceof CommandFault ? error : roleFault(name, error, wasReady);
    await tell({ kind: 'fault', line: fault.message, portTaken: fault instanceof PortTaken });
    throw fault;
  } finally {
    // A role that ends by itself may hang as well: on a native call, before or in the exit of the process.
    watcher.endWithin(endBudget.exitMs);
    stopTelling();
    stopReporting();
    await clock.close();
    for (const end of ending.toReversed()) await end();
    if (process.connected) process.disconnect();
  }
}

/** The role's own server, unless its default port is taken. Gives what closes it. */
async function serve(
  name: RoleName,
  settings: AnyRoleSettings,
  log: Logger,
  served: Pick<Parameters<typeof startAdmin>[0], 'registry' | 'health'>,
): Promise<() => Promise<void>> {
  const { port, mustBeFree } = metricsPortOf(name, settings);
  const at = { host: settings.METRICS_BIND, port };
  const admin = await startAdmin({ ...at, ...served })
    .catch(namingPort('METRICS_PORT'))
    .catch((error: unknown) => {
      if (mustBeFree || !(error instanceof PortTaken)) throw error;
      log.warn(at, 'no metrics: their default port is taken, set METRICS_PORT to another');
      return null;
    });
  return async () => void (await admin?.close());
}

/** Asks a broker for the time, in a role that has brokers. */
function brokerTimeOf(role: RoleName, settings: object) {
  if (!hasKafka(settings)) return {};
  const kafka = kafkaSettingsOf(settings, 'clock');
  const topic = topicNamer(settings)('callbacks');
  const group = `${settings.LIVE2VOD_TOPIC_PREFIX}clock-${role}-${settings.LIVE2VOD_INSTANCE}`;
  const ask = async (signal: AbortSignal) => {
    // Loaded once it is needed: the native client is most of what a start would cost.
    const { askBrokerTime } = await import('../../connectors/kafka/index.ts');
    return await askBrokerTime(kafka, { group, topic, clock: systemPlatform, signal });
  };
  return { kafka: { brokers: kafka.brokers, ask } };
}

const hasKafka = (settings: object): settings is SettingsOf<'processor'> => 'KAFKA_PORT' in settings;

/** Between two looks at what changes by itself. */
const reportEveryMs = 1_000;

/** Of the ingress, which has such a setting. */
const lameDuckSecondsOf = (settings: object): number | undefined =>
  'INGRESS_LAME_DUCK_SECONDS' in settings ? Number(settings.INGRESS_LAME_DUCK_SECONDS) : undefined;

/** Says something to the supervisor, where there is one that still listens. */
function tell(message: RoleMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });
}

/** Of the roles whose work is part of a trace. */
async function tracingOf(name: RoleName, settings: AnyRoleSettings) {
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  return startTracing({
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    role: name,
    instance: settings.LIVE2VOD_INSTANCE,
    ratio: settings.OTEL_TRACES_SAMPLER_ARG ?? 1,
  });
}

/** One line for standard error, with an exit code that tells whether starting again may help. */
export function roleFault(name: RoleName, error: unknown, wasReady: boolean): CommandFault {
  const message = error instanceof Error ? error.message : String(error);
  return new CommandFault(`${name}: ${message}`, exitCodeOfRole(error, wasReady), error);
}

/** A role that ended without having to is started again: what it met may be gone by then. */
function exitCodeOfRole(error: unknown, wasReady: boolean): ExitCode {
  const bySystem = error instanceof Error && !(error instanceof Fault) && 'code' in error;
  return bySystem ? exitCode.unavailable : exitCodeOf(error, { wasReady, otherwise: exitCode.unavailable });
}

const portSetting: Readonly<Record<RoleName, string>> = {
  ingress: 'INGRESS_PORT',
  console: 'CONSOLE_PORT',
  clickhouse: 'CLICKHOUSE_PORT',
  processor: 'METRICS_PORT',
  jobs: 'METRICS_PORT',
  sink: 'METRICS_PORT',
  reconciler: 'METRICS_PORT',
  mns: 'METRICS_PORT',
};
