import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { liveBrokers } from './broker-probe.ts';
import { brokerProperties, type ExtraListener, propertiesText } from './broker-properties.ts';
import { javaEnvironment } from './environment.ts';
import { StackError } from './errors.ts';
import { rulesArgument } from './java-agent.ts';
import { type Jvm, startJvm, startTimeoutMs, whenReady } from './jvm.ts';
import { reachable, requireFreePort } from './ports.ts';
import { linkIn } from './work-folder.ts';

export type BrokerOptions = {
  /** Folder with Kafka's jars. */
  readonly jars: string;
  /** Where this broker keeps `server.properties`, `data/` and `broker.log`. Made when missing; kept when stopped. */
  readonly folder: string;
  /** Address to listen on and to advertise; of a wildcard 127.0.0.1 is advertised. Default 127.0.0.1. */
  readonly host?: string;
  /** Port of the plaintext listener. */
  readonly port: number;
  /** Port of the controller's listener. Default `port` + 1. */
  readonly controllerPort?: number;
  /** Listeners besides the plaintext one; their keys and passwords go into `config`. */
  readonly extraListeners?: readonly ExtraListener[];
  /** Settings of server.properties that override ours. */
  readonly config?: Readonly<Record<string, string | number>>;
  /** More arguments of `kafka-storage format`, such as `--add-scram`. Used when the folder is new. */
  readonly formatArguments?: readonly string[];
  /** This node among `voters`. Default 1. */
  readonly nodeId?: number;
  /** All nodes of the cluster, this one included. Default: this one alone. */
  readonly voters?: readonly { readonly nodeId: number; readonly controllerPort: number }[];
  /** The same for all nodes of a cluster, 16 bytes in base64url. Default: a new one. Used when the folder is new. */
  readonly clusterId?: string;
  /** Java heap in MB. Default 512. */
  readonly heapMb?: number;
  /** See `JvmOptions.detached`. Default false. */
  readonly detached?: boolean;
  readonly java?: string;
  /** How long it may take to serve. Default `startTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Aborts the start; a broker that already runs isn't touched. */
  readonly signal?: AbortSignal;
  /** Called once the process exists, before it serves: the moment to write down whom to end after a crash. */
  readonly onSpawn?: (jvm: Jvm) => Promise<void>;
};

export type Broker = Jvm & {
  /** `host:port` of the plaintext listener. */
  readonly brokers: string;
  /** Starts the same broker again on its data, after `stop` or `kill9`. */
  restart(): Promise<Broker>;
};

/** Starts a Kafka node (KRaft, broker and controller in one); resolves when the broker serves. Data survives. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { host = '127.0.0.1', port, timeoutMs = startTimeoutMs, signal } = options;
  const folder = resolve(options.folder);
  const controllerPort = options.controllerPort ?? port + 1;
  await requireFreePort(host, port, 'the broker', 'KAFKA_PORT');
  await requireFreePort(host, controllerPort, "the broker's controller (KAFKA_PORT + 1)", 'KAFKA_PORT');
  for (const extra of options.extraListeners ?? []) {
    await requireFreePort(host, extra.port, `the broker's ${extra.protocol} listener`, 'KAFKA_PORT');
  }

  await mkdir(folder, { recursive: true });
  const data = join(folder, 'data');
  await linkIn(folder, jarsLink, resolve(options.jars));
  if (!existsSync(data)) await format(options, data);
  const properties = brokerProperties({ ...options, host, controllerPort, data: 'data' });
  await writeFile(join(folder, 'server.properties'), propertiesText(properties));

  const jvm = await startJvm({
    what: 'broker',
    folder,
    javaArguments: [
      await rulesArgument(folder, options.jars, 'leaderless-partition.btm'),
      ...javaFlags(options),
      'kafka.Kafka',
      'server.properties',
    ],
    logFile: join(folder, 'broker.log'),
    ...(options.java !== undefined && { java: options.java }),
    ...(options.detached !== undefined && { detached: options.detached }),
  });
  await options.onSpawn?.(jvm);
  await whenReady(jvm, 'broker', async () => (await liveBrokers(reachable(host), port)) > 0, { timeoutMs, signal });
  return { ...jvm, brokers: `${reachable(host)}:${port}`, restart: () => startBroker(options) };
}

export const newClusterId = (): string => {
  // A leading dash would be read as an option by Kafka's own tools.
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
};

/** Formats a folder beside and moves it in, so that a crash in between never leaves half a format. */
async function format(options: BrokerOptions & { readonly host?: string }, data: string): Promise<void> {
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  const file = 'format.properties';
  const host = options.host ?? '127.0.0.1';
  const controllerPort = options.controllerPort ?? options.port + 1;
  const properties = brokerProperties({ ...options, host, controllerPort, data: 'data.new' });
  await writeFile(join(options.folder, file), propertiesText(properties));
  const clusterId = options.clusterId ?? newClusterId();
  const command = ['format', `--cluster-id=${clusterId}`, `--config=${file}`, ...(options.formatArguments ?? [])];
  try {
    await promisify(execFile)(
      options.java ?? 'java',
      ['-XX:TieredStopAtLevel=1', ...classPath, 'kafka.tools.StorageTool', ...command],
      { cwd: options.folder, env: javaEnvironment(), ...(options.signal && { signal: options.signal }) },
    );
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new StackError('JAVA_MISSING', 'java could not be started. Install Java 17 or newer.', { cause });
    }
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').slice(-3).join(' | ') ?? '';
    throw new StackError('START_FAILED', `Kafka could not format ${data}: ${said}`, { cause });
  }
  await rm(join(options.folder, file));
  await rename(fresh, data);
}

function javaFlags(options: BrokerOptions): string[] {
  return [
    `-Xmx${options.heapMb ?? 512}m`,
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
    ...classPath,
  ];
}

const jarsLink = 'jars';
const classPath = ['-cp', `${jarsLink}/*`];
