import { reachable } from './ports.ts';

export type ExtraListener = {
  /** Kafka's listener name, such as `SECURE`. */
  readonly name: string;
  readonly port: number;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
};

export type BrokerProperties = {
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly data: string;
  readonly nodeId?: number;
  readonly voters?: readonly { readonly nodeId: number; readonly controllerPort: number }[];
  readonly extraListeners?: readonly ExtraListener[];
  readonly config?: Readonly<Record<string, string | number>>;
};

/** server.properties of one KRaft node, tuned for a small machine: few internal partitions, quick answers to crashes. */
export function brokerProperties(options: BrokerProperties): Record<string, string | number> {
  const { host, port, controllerPort, nodeId = 1, extraListeners = [] } = options;
  const voters = options.voters ?? [{ nodeId, controllerPort }];
  const replication = Math.min(3, voters.length);
  const minInSync = Math.max(1, replication - 1);
  const served = [{ name: 'PLAINTEXT', port, protocol: 'PLAINTEXT' }, ...extraListeners];
  const address = (name: string, at: number) => `${name}://${host.includes(':') ? `[${host}]` : host}:${at}`;
  // Kafka refuses to advertise a wildcard, and only this host needs the controller.
  const local = reachable(host);
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': voters.map((voter) => `${voter.nodeId}@${local}:${voter.controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: [...served.map((l) => address(l.name, l.port)), `CONTROLLER://${local}:${controllerPort}`].join(','),
    'advertised.listeners': served.map((l) => `${l.name}://${local}:${l.port}`).join(','),
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...served.map((l) => `${l.name}:${l.protocol}`)].join(
      ',',
    ),
    'log.dirs': options.data,
    'num.network.threads': 2,
    'num.io.threads': 4,
    // A misspelt topic must fail, not appear with one partition.
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replication,
    'min.insync.replicas': minInSync,
    'offsets.topic.num.partitions': 10,
    'offsets.topic.replication.factor': replication,
    'transaction.state.log.num.partitions': 10,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': minInSync,
    'group.initial.rebalance.delay.ms': 0,
    // A killed producer's transaction holds up every read_committed reader until it is swept (default: each 10 s).
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1_000,
    // A killed broker may come back only when its last session is over (default: 9 s).
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500,
    // The default, 128 MB, is a quarter of the heap.
    'log.cleaner.dedupe.buffer.size': 33_554_432,
    ...options.config,
  };
}

export const propertiesText = (properties: Readonly<Record<string, string | number>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
