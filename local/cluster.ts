import { join } from 'node:path';
import { type Broker, type BrokerOptions, newClusterId, startBroker } from './broker.ts';
import { liveBrokers } from './broker-probe.ts';
import { until } from './clock.ts';
import { StackError } from './errors.ts';
import type { Jvm } from './jvm.ts';

export type ClusterOptions = Pick<BrokerOptions, 'jars' | 'config' | 'heapMb' | 'java' | 'signal'> & {
  /** Each node keeps its data in `<folder>/<node id>`. */
  readonly folder: string;
  /** One pair of ports per node; node ids count from 1. Three nodes give replication 3, min in-sync 2. */
  readonly nodes: readonly { readonly port: number; readonly controllerPort: number }[];
};

export type Cluster = {
  readonly brokers: string;
  readonly nodes: readonly Broker[];
  /** Stops all nodes, also those that were frozen or restarted meanwhile. */
  stop(): Promise<void>;
};

/** Starts several brokers as one KRaft cluster; resolves when each knows all the others. For fault tests. */
export async function startCluster({ folder, nodes, ...options }: ClusterOptions): Promise<Cluster> {
  const clusterId = newClusterId();
  const voters = nodes.map(({ controllerPort }, index) => ({ nodeId: index + 1, controllerPort }));
  /** By node; a restarted one takes the place of the one before. */
  const running = new Map<number, Jvm>();
  const starts = nodes.map(({ port, controllerPort }, index) =>
    startBroker({
      ...options,
      folder: join(folder, String(index + 1)),
      nodeId: index + 1,
      port,
      controllerPort,
      voters,
      clusterId,
      onSpawn: async (jvm) => void running.set(index, jvm),
    }),
  );
  const settled = await Promise.allSettled(starts);
  const started = settled.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async () => {
    for (const jvm of running.values()) jvm.thaw();
    await Promise.all([...running.values()].map((jvm) => jvm.stop()));
  };
  const failure = settled.find((start) => start.status === 'rejected');
  const complete = async () =>
    (await Promise.all(nodes.map(({ port }) => liveBrokers('127.0.0.1', port)))).every((n) => n === nodes.length);
  if (failure === undefined && (await until(complete, { timeoutMs: 30_000, intervalMs: 100 }))) {
    return { brokers: started.map((broker) => broker.brokers).join(','), nodes: started, stop };
  }
  await stop();
  throw (
    failure?.reason ??
    new StackError('START_TIMEOUT', 'The brokers did not find each other within 30 s.', { retryable: true })
  );
}
