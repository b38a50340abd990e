/** The embedded stack: Apache Kafka and Apicurio Registry from Maven Central, run by the local Java. */
export { type Broker, type BrokerOptions, newClusterId, startBroker } from './broker.ts';
export type { ExtraListener } from './broker-properties.ts';
export {
  embeddedAccess,
  type SpawnedClickhouse,
  spawnClickhouseRole,
  startClickhouseRole,
} from './clickhouse/index.ts';
export { type Cluster, type ClusterOptions, startCluster } from './cluster.ts';
export { StackError, type StackErrorCode } from './errors.ts';
export { holdFolder, unusable } from './home.ts';
export { ensureJars, type Jars, type JarsOptions } from './jars.ts';
export type { Jvm } from './jvm.ts';
export { freePorts, reachable } from './ports.ts';
export { identityOf, isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';
export { type Registry, type RegistryOptions, startRegistry } from './registry.ts';
export { type Stack, type StackOptions, startStack } from './stack.ts';
export { type PartStatus, type StackStatus, stackStatus, stopStack } from './stack-status.ts';
export { startScript } from './start.ts';
export { watchScript } from './watch.ts';
