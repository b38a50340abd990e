import { join } from 'node:path';
import { type Broker, freePorts, startBroker, startCluster } from '../../local/index.ts';
import { type KafkaProxy, startProxy } from './proxy.ts';

/** One broker behind a proxy, or three without one; each can be killed, restarted, frozen and thawed. */
export type ChaosCluster = {
  /** For those that the faults of the network don't concern: publisher and oracle. */
  readonly brokers: string;
  /** For the processors: through the proxy where there is one. */
  readonly processorBrokers: string;
  readonly proxy: KafkaProxy | null;
  readonly nodes: number;
  kill9(node: number): Promise<void>;
  restart(node: number): Promise<void>;
  freeze(node: number): void;
  thaw(node: number): void;
  stop(): Promise<void>;
};

export type ChaosClusterOptions = { readonly jars: string; readonly folder: string; readonly nodes: 1 | 3 };

/** So that a test's short session time-outs are accepted. */
const shortSessions = { 'group.min.session.timeout.ms': 500 };

export async function startChaosCluster(options: ChaosClusterOptions): Promise<ChaosCluster> {
  const { brokers, proxyPort, innerPort } = options.nodes === 1 ? await single(options) : await three(options);
  const proxy = proxyPort === undefined || innerPort === undefined ? null : await startProxy(proxyPort, innerPort);
  const node = (index: number): Broker => {
    const broker = brokers[index];
    if (!broker) throw new RangeError(`there is no broker ${index}`);
    return broker;
  };
  const addresses = brokers.map((broker) => broker.brokers).join(',');
  return {
    brokers: addresses,
    processorBrokers: proxyPort === undefined ? addresses : `127.0.0.1:${proxyPort}`,
    proxy,
    nodes: brokers.length,
    kill9: (index) => node(index).kill9(),
    async restart(index) {
      brokers[index] = await node(index).restart();
    },
    freeze: (index) => node(index).freeze(),
    thaw: (index) => node(index).thaw(),
    async stop() {
      for (const broker of brokers) broker.thaw();
      await Promise.all(brokers.map((broker) => broker.stop()));
      await proxy?.stop();
    },
  };
}

type Started = { brokers: Broker[]; proxyPort?: number; innerPort?: number };

async function single({ jars, folder }: ChaosClusterOptions): Promise<Started> {
  const [port = 0, controllerPort = 0, innerPort = 0, proxyPort = 0] = await freePorts(4);
  const broker = await startBroker({
    jars,
    folder: join(folder, 'broker'),
    port,
    controllerPort,
    extraListeners: [{ name: 'PROXIED', port: innerPort, protocol: 'PLAINTEXT' }],
    config: {
      ...shortSessions,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxyPort}`,
    },
  });
  return { brokers: [broker], proxyPort, innerPort };
}

async function three({ jars, folder }: ChaosClusterOptions): Promise<Started> {
  const ports = await freePorts(6);
  const nodes = [0, 1, 2].map((n) => ({ port: ports[2 * n] ?? 0, controllerPort: ports[2 * n + 1] ?? 0 }));
  const cluster = await startCluster({ jars, folder, nodes, heapMb: 320, config: shortSessions });
  return { brokers: [...cluster.nodes] };
}
