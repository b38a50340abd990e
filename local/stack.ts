import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Broker, type BrokerOptions, startBroker } from './broker.ts';
import { type Claim, claimHome, type PartRecord } from './home.ts';
import { ensureJars, type Jars } from './jars.ts';
import type { Jvm } from './jvm.ts';
import { reachable } from './ports.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';
import { confluentApi, type Registry, startRegistry } from './registry.ts';
import { endParts, type PartStatus, stackStatus } from './stack-status.ts';

export type StackOptions = {
  /** LIVE2VOD_HOME: data goes into `<home>/kafka` and `<home>/registry`, jars into `<home>/jars`. Made when missing. */
  readonly home: string;
  /** Address to listen on; 0.0.0.0 for all, of which 127.0.0.1 is advertised. Default 127.0.0.1. */
  readonly host?: string;
  /** KAFKA_PORT; the controller listens on the next one. Default 9092. */
  readonly kafkaPort?: number;
  /** REGISTRY_PORT. Default 8085. */
  readonly registryPort?: number;
  /** What to start. Default both; leave one out where KAFKA_BROKERS or SCHEMA_REGISTRY_URL names another. */
  readonly parts?: readonly ('broker' | 'registry')[];
  /** True: the stack goes on when this process ends, until `stopStack`. Default false: it ends with this process. */
  readonly detached?: boolean;
  /** Folder of the jars. Default `<home>/jars`. */
  readonly jars?: string;
  /** More for the broker: listeners, server.properties, heap. */
  readonly broker?: Pick<BrokerOptions, 'extraListeners' | 'config' | 'formatArguments' | 'heapMb' | 'controllerPort'>;
  /** Called with one line per step. */
  readonly onProgress?: (line: string) => void;
  /** Aborting ends the start, and what it started. */
  readonly signal?: AbortSignal;
};

export type Stack = {
  /** Kafka bootstrap servers; empty if the broker was left out. */
  readonly brokers: string;
  /** Base of the registry's Confluent API; empty if the registry was left out. */
  readonly registryUrl: string;
  /** True when a stack that `stack start` left running serves; then `stop` leaves it running. */
  readonly reused: boolean;
  /** Handles for fault tests; absent when reused or left out. */
  readonly broker?: Broker;
  readonly registry?: Registry;
  /** Stops what this call started; data stays. Resolves when all of it is gone. */
  stop(): Promise<void>;
};

/**
 * Starts broker and registry on a home and waits until both serve. Where `stack start` left a whole stack running on
 * this home, that one is used. What a crashed command left behind is cleaned up first.
 * @throws StackError PORT_TAKEN, HOME_IN_USE, HOME_UNUSABLE, JAVA_MISSING, JARS_FAILED, START_FAILED, START_TIMEOUT
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { parts = ['broker', 'registry'], detached = false, onProgress = () => {} } = options;
  const home = resolve(options.home);
  const running = await stackStatus({ home });
  if (running.state === 'detached' && parts.every((name) => running.parts.some((p) => p.name === name && p.serves))) {
    onProgress(`Using the stack that runs on ${home}.`);
    return reuse(running.parts);
  }
  if (running.state === 'detached' || running.state === 'leftover') await endParts(running.parts);

  const owner = identityOf(process.pid);
  if (owner === undefined) throw new Error('This process has no identity.');
  const claim = await claimHome(home, { owner, detached, parts: [] });
  const keepRecord = recorder(claim, detached, owner);
  try {
    const jars = await ensureJars({
      folder: options.jars ?? join(home, 'jars'),
      onProgress,
      signal: options.signal,
    });
    await mkdir(home, { recursive: true });
    return await launch({ ...options, home, parts, detached, onProgress }, keepRecord, jars);
  } catch (error) {
    await keepRecord.giveUp();
    throw error;
  }
}

type Launch = StackOptions & Required<Pick<StackOptions, 'parts' | 'detached' | 'onProgress'>>;

async function launch(options: Launch, keepRecord: Recorder, jars: Jars): Promise<Stack> {
  const { home, host = '127.0.0.1', parts, detached, onProgress, signal } = options;
  const { kafkaPort = 9092, registryPort = 8085 } = options;
  const failed = new AbortController();
  const common = { host, detached, signal: signal ? AbortSignal.any([signal, failed.signal]) : failed.signal };
  const ready = <T>(what: string, start: Promise<T>) =>
    start.then(
      (part) => {
        onProgress(`${what} is ready.`);
        return part;
      },
      (error: unknown) => {
        // The other part's start ends too, and with it what it has started.
        failed.abort(error);
        throw error;
      },
    );
  const broker = () =>
    startBroker({
      ...options.broker,
      ...common,
      jars: jars.kafka,
      folder: join(home, 'kafka'),
      port: kafkaPort,
      onSpawn: (jvm) => keepRecord.of('broker', jvm, `${reachable(host)}:${kafkaPort}`),
    });
  const registry = () =>
    startRegistry({
      ...common,
      jars: jars.registry,
      byteman: jars.kafka,
      folder: join(home, 'registry'),
      port: registryPort,
      onSpawn: (jvm) => keepRecord.of('registry', jvm, confluentApi(host, registryPort)),
    });

  onProgress(`Starting ${parts.join(' and ')} on ${home} …`);
  const [kafka, schemas] = await Promise.allSettled([
    parts.includes('broker') ? ready(`Kafka on ${host}:${kafkaPort}`, broker()) : undefined,
    parts.includes('registry') ? ready(`The schema registry on ${host}:${registryPort}`, registry()) : undefined,
  ]);
  if (kafka.status === 'rejected' || schemas.status === 'rejected') {
    for (const part of [kafka, schemas]) if (part.status === 'fulfilled') await part.value?.kill9();
    throw failed.signal.reason;
  }
  if (detached) await keepRecord.giveUp();
  return {
    brokers: kafka.value?.brokers ?? '',
    registryUrl: schemas.value?.registryUrl ?? '',
    reused: false,
    ...(kafka.value && { broker: kafka.value }),
    ...(schemas.value && { registry: schemas.value }),
    stop: async () => {
      await endParts(keepRecord.parts());
      await keepRecord.giveUp();
    },
  };
}

type Recorder = ReturnType<typeof recorder>;

/** Keeps the home's record true to what runs, also when a part is started again. */
function recorder(claim: Claim, detached: boolean, self: ProcessIdentity) {
  const parts = new Map<PartRecord['name'], PartRecord>();
  let owner: ProcessIdentity | null = self;
  let written: Promise<void> = Promise.resolve();
  const write = () => {
    const record = { owner, detached, parts: [...parts.values()] };
    written = written.then(() => claim.update(record));
    return written;
  };
  return {
    parts: () => [...parts.values()],
    of: (name: PartRecord['name'], { identity, logFile }: Jvm, address: string) => {
      parts.set(name, { name, identity, logFile, address });
      return write();
    },
    /** From now on another command may take the home. */
    giveUp: () => {
      owner = null;
      return write();
    },
  };
}

function reuse(parts: readonly PartStatus[]): Stack {
  const address = (name: string) => parts.find((part) => part.name === name)?.address ?? '';
  return { brokers: address('broker'), registryUrl: address('registry'), reused: true, stop: async () => {} };
}
