/** The processors under test as whole processes on prepared states: ours, and the same job in Kafka Streams. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { connectRegistry } from '../connectors/avro/index.ts';
import type { RoleMessage } from '../platform/role-messages.ts';
import { environmentOf } from '../schemas/role-settings.ts';
import { topicName } from '../schemas/topics.ts';
import { policyRules } from './callbacks.ts';
import { changelogOf, startPeer, type Tuning } from './peers/streams.ts';
import { type PreparedStates, type StatesPlace, statesFolder } from './states.ts';

export type Running = {
  readonly pid: number;
  /** Resolves once all states are restored and it works; rejects when the process ends before. */
  readonly ready: Promise<void>;
  /** SIGTERM closes the stores, SIGKILL doesn't. Resolves once the process is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

export type Subject = {
  readonly name: string;
  /** Where its callbacks go. */
  readonly input: string;
  /** Where its states show up. */
  readonly states: string;
  start(): Promise<Running>;
  /** Deletes its local stores. Only while it doesn't run. */
  wipe(): Promise<void>;
};

const root = fileURLToPath(new URL('..', import.meta.url));

/** `live2vod run processor`, started as a user starts it: both processors, all flags of the wrapper. */
export function ourProcessor(place: StatesPlace, prepared: PreparedStates): Subject {
  const folder = join(statesFolder(place), 'live2vod');
  return {
    name: 'live2vod',
    input: topicName(prepared.prefix, 'callbacks'),
    states: topicName(prepared.prefix, 'video-state'),
    wipe: () => rm(folder, { recursive: true, force: true }),
    start: () => startOurs(folder, { ...place, prefix: prepared.prefix }),
  };
}

export type OursPlace = Pick<StatesPlace, 'kafka' | 'registryUrl'> & {
  readonly prefix: string;
  /** Default 1. */
  readonly processes?: number;
};

/** Starts `live2vod run processor` with its stores and its log in the folder. */
export async function startOurs(
  folder: string,
  { kafka, registryUrl, prefix, processes = 1 }: OursPlace,
): Promise<Running> {
  await mkdir(folder, { recursive: true });
  const configuration = join(folder, 'live2vod.yaml');
  await writeFile(configuration, stringify({ policies: policyRules }));
  const child = spawn(join(root, 'live2vod'), ['run', 'processor'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...environmentOf('processor', process.env),
      KAFKA_BROKERS: kafka.brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      LIVE2VOD_TOPIC_PREFIX: prefix,
      LIVE2VOD_HOME: folder,
      LIVE2VOD_CONFIG: configuration,
      PROCESSOR_PROCESSES: String(processes),
    },
  });
  const log = createWriteStream(join(folder, 'processor.log'), { flags: 'a' });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const ended = once(child, 'exit');
  return { pid: child.pid ?? 0, ready: readyOf(child, ended, folder), stop: stopper(child, ended) };
}

/** The Kafka Streams peer with the given tuning. `classPath` as `buildPeer` gives it. */
export function streamsPeer(place: StatesPlace, prepared: PreparedStates, classPath: string, tuning: Tuning): Subject {
  const folder = join(statesFolder(place), 'streams');
  const registry = connectRegistry({ url: place.registryUrl, prefix: prepared.prefix });
  return {
    name: 'Kafka Streams',
    input: topicName(prepared.peerPrefix, 'callbacks'),
    states: changelogOf(prepared.applicationId),
    wipe: () => rm(folder, { recursive: true, force: true }),
    async start() {
      await mkdir(folder, { recursive: true });
      const peer = await startPeer({
        classPath,
        brokers: place.kafka.brokers,
        applicationId: prepared.applicationId,
        input: topicName(prepared.peerPrefix, 'callbacks'),
        outputPrefix: prepared.peerPrefix,
        schemaIds: {
          'video-state': await registry.register('video-state'),
          'stream-facts': await registry.register('stream-facts'),
          'transcode-jobs': await registry.register('transcode-jobs'),
        },
        folder,
        tuning,
      });
      const ready = peer.next('running').then(() => {});
      ready.catch(() => {});
      return { pid: peer.pid, ready, stop: peer.stop };
    },
  };
}

/** Private memory of a process, MB (10^6 bytes). */
export async function privateMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}

/** What a process and all that it started have taken: CPU in microseconds, and their private memory. */
export async function takenBy(pid: number): Promise<{ readonly cpuUs: number; readonly anonMb: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name before them, in brackets, may have spaces.
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
  const taken = await Promise.all(children.map((child) => takenBy(Number(child)).catch(() => nothing)));
  return taken.reduce((sum, one) => ({ cpuUs: sum.cpuUs + one.cpuUs, anonMb: sum.anonMb + one.anonMb }), {
    cpuUs: (user + system) * microsecondsPerTick,
    anonMb: await privateMb(pid),
  });
}

const nothing = { cpuUs: 0, anonMb: 0 };
/** Linux tells of times in hundredths of a second, whatever its clock does. */
const microsecondsPerTick = 10_000;

function readyOf(child: ChildProcess, ended: Promise<unknown>, folder: string): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: RoleMessage) => {
      if (message.kind === 'waiting' && message.for === null) resolve();
    });
    child.once('error', reject);
    ended.then(
      () => reject(new Error(`the processor ended before it was ready: see ${join(folder, 'processor.log')}`)),
      reject,
    );
  });
  ready.catch(() => {});
  return ready;
}

function stopper(child: ChildProcess, ended: Promise<unknown>): Running['stop'] {
  return async (signal) => {
    child.kill(signal);
    await ended;
  };
}
