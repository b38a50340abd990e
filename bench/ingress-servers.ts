/** The servers of the ingress benchmark in one process or in several on one port. */
import { readFile } from 'node:fs/promises';
import { freePorts } from '../local/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { type Addressee, endpoint, startTarget, type Workplace } from './ingress-load.ts';
import type { ServerName } from './ingress-target.ts';
import { startRole } from './role-process.ts';
import { takenBy } from './subject.ts';

export type Servers = Addressee & {
  readonly processes: number;
  /** CPU of all their processes so far, microseconds. */
  spentUs(): Promise<number>;
  stop(): Promise<void>;
};

/** Of each server's name what is printed. */
export const titles = { bare: 'bare Fastify', delivered: 'bare Fastify and client', durable: 'durable' } as const;
export const titleOf = (name: ServerName, processes: number): string =>
  processes === 1 ? titles[name] : `${titles[name]} ×${processes}`;

/** Resolves once they take load: an ingress once it has Kafka. */
export async function startServers(name: ServerName, processes: number, place: Workplace): Promise<Servers> {
  const title = titleOf(name, processes);
  if (name === 'durable') return await startIngress(title, processes, place);
  const [port = 0] = processes === 1 ? [] : await freePorts(1);
  const settings = processes === 1 ? place.settings : { ...place.settings, port };
  const targets = await Promise.all(Array.from({ length: processes }, () => startTarget(name, settings)));
  return {
    name: title,
    processes,
    address: targets[0]?.address ?? '',
    async spentUs() {
      const taken = await Promise.all(targets.map(({ pid }) => takenBy(pid)));
      return taken.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
    },
    async stop() {
      await Promise.all(targets.map((target) => target.stop()));
    },
  };
}

const lookEveryMs = 100;
const connectedWithinMs = 60_000;

/** `INGRESS_PROCESSES=n live2vod run ingress`, as a user runs it, one process as well as several. Its rate limits stay. */
async function startIngress(title: string, processes: number, { folder, settings }: Workplace): Promise<Servers> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const role = await startRole('ingress', {
    ...{ brokers: settings.kafka.brokers, prefix: settings.prefix, folder },
    settings: {
      ...{ INGRESS_PROCESSES: String(processes), INGRESS_BIND: '127.0.0.1', INGRESS_PORT: String(port) },
      ...{ INGRESS_LAME_DUCK_SECONDS: '0', METRICS_PORT: String(metricsPort), LOG_LEVEL: 'info' },
      ...{ VOD_CALLBACK_URL: endpoint.url, VOD_CALLBACK_KEYS: endpoint.keys.join(), VOD_REGION: endpoint.region },
    },
  });
  const stop = async () => void (await role.stop('SIGTERM'));
  try {
    await role.ready;
    // Ready, it takes callbacks into its spool; what comes before it has Kafka would go through there, and so would all of a
    // full load after it.
    const until = systemClock.monotonicMs() + connectedWithinMs;
    while (connectedIn(await readFile(role.logFile, 'utf8')) < processes) {
      role.requireAlive();
      if (systemClock.monotonicMs() > until)
        throw new Error(`the ingress had no Kafka within ${connectedWithinMs / 1_000} s: see ${role.logFile}`);
      await systemClock.sleep(lookEveryMs);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: title,
    processes,
    address: `http://127.0.0.1:${port}`,
    spentUs: async () => (await takenBy(role.pid)).cpuUs,
    stop,
  };
}

/** How many of its processes have said that they have Kafka. */
export const connectedIn = (log: string): number => log.split('"msg":"connected to Kafka"').length - 1;
