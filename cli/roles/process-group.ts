/**
 * A role in several processes: this one supervises them and works at nothing itself. To whoever started it, it is the role: one
 * health, one page of metrics, one end. Each process is a member of its own, under an instance and with stores of its own.
 */
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { systemClock } from '../../platform/host/index.ts';
import type { RoleMessage } from '../../platform/role-messages.ts';
import { type MetricsSource, measureMemory, mergedMetrics } from '../../platform/telemetry/index.ts';
import type { AnyRoleSettings } from '../../schemas/role-settings.ts';
import { aborted } from '../stopping.ts';
import { type Supervisor, startSupervisor, stopBudgetMs } from '../supervisor.ts';
import type { RoleContext, RoleName } from './context.ts';
import { instanceOf, surplusOf } from './processes.ts';

/** A process that doesn't answer a scrape in time is left out of it. */
const metricsWithinMs = 2_000;
const lookEveryMs = 250;
/** Under `up` the whole role is killed after its budget, so its processes have to be gone before. */
const marginMs = 2_000;

export type ProcessGroup = {
  /** The metrics of all processes, of this one as `supervisor`, and what they take together. */
  readonly source: MetricsSource;
  run(context: GroupContext): Promise<void>;
};

type GroupContext = Pick<RoleContext<RoleName>, 'log' | 'signal' | 'waitingFor'> & {
  readonly configuration: { readonly settings: AnyRoleSettings };
};

/** `tell` reaches the supervisor of this process, where there is one. */
export function processGroup(
  role: RoleName,
  processes: number,
  own: Registry,
  tell: (message: RoleMessage) => Promise<void>,
): ProcessGroup {
  let supervisor: Supervisor | null = null;
  const together = new Registry();
  measureMemory(together, 'live2vod_role_private_memory_bytes', () => [
    process.pid,
    ...(supervisor?.pids().values() ?? []),
  ]);
  return {
    source: {
      contentType: own.contentType,
      async metrics() {
        const pages = (await supervisor?.metrics(metricsWithinMs)) ?? [];
        return mergedMetrics([
          { process: 'supervisor', text: await own.metrics() },
          ...pages,
          { process: null, text: await together.metrics() },
        ]);
      },
    },
    async run({ configuration: { settings }, log, signal, waitingFor }) {
      const surplus = sharesOut(settings) ? surplusOf(role, processes, settings.LIVE2VOD_PARTITIONS) : null;
      if (surplus !== null) log.warn(surplus);
      const numbers = Array.from({ length: processes }, (_, index) => index + 1);
      const shared = await sharedPort(settings);
      const started = startSupervisor({
        roles: numbers.map((number) => ({
          role,
          process: number,
          environment: { ...shared, LIVE2VOD_INSTANCE: instanceOf(settings.LIVE2VOD_INSTANCE, number) },
        })),
        logFolder: null,
        clock: systemClock,
        say: (line) => log.warn(line),
        stopTogether: true,
        stopWithinMs: process.connected ? stopBudgetMs - marginMs : stopBudgetMs + lameDuckMsOf(settings),
      });
      supervisor = started;
      log.info({ processes }, 'in several processes');
      let told = '';
      const stopLooking = systemClock.every(lookEveryMs, () => {
        waitingFor(started.waitingFor());
        const pids = [...started.pids().values()];
        if (told !== pids.join()) void tell({ kind: 'processes', pids });
        told = pids.join();
      });
      try {
        await Promise.race([aborted(signal), started.failed]);
      } finally {
        stopLooking();
        await started.stop();
      }
    },
  };
}

/**
 * What lets the processes of an ingress listen on one port. A port that something else listens on would then be no error any
 * more, so that is looked at before.
 */
async function sharedPort(settings: object): Promise<Readonly<Record<string, string>>> {
  if (!isIngress(settings)) return {};
  if (settings.INGRESS_REUSE_PORT === 'off') {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: settings.INGRESS_BIND, port: settings.INGRESS_PORT }, resolve);
    });
    await new Promise((closed) => server.close(closed));
  }
  return { INGRESS_REUSE_PORT: 'on' };
}

type IngressSettings = RoleContext<'ingress'>['configuration']['settings'];
const isIngress = (settings: object): settings is IngressSettings => 'INGRESS_REUSE_PORT' in settings;

const sharesOut = (settings: object): settings is RoleContext<'sink' | 'processor'>['configuration']['settings'] =>
  'LIVE2VOD_PARTITIONS' in settings;

const lameDuckMsOf = (settings: object): number =>
  isIngress(settings) ? settings.INGRESS_LAME_DUCK_SECONDS * 1_000 : 0;
