/** The processors under test as whole processes on prepared states: ours, and the same job in Kafka Streams. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { privateBytesOf } from '../platform/host/index.ts';
import { processorGroup } from '../runtime/index.ts';
import { topicName } from '../schemas/topics.ts';
import { policyRules } from './callbacks.ts';
import { changelogOf, startPeer, type Tuning } from './peers/streams.ts';
import { type Running, type RunningRole, startRole } from './role-process.ts';
import { type PreparedStates, type StatesPlace, statesFolder } from './states.ts';

/** The sides with one process or thread are called so; with more of them, their name begins so. */
export const [oursName, theirsName] = ['live2vod', 'Kafka Streams'] as const;

export type Subject = {
  readonly name: string;
  /** Where its callbacks go. */
  readonly input: string;
  /** By which it reads them. */
  readonly group: string;
  /** Where its states show up. */
  readonly states: string;
  start(): Promise<Running>;
  /** Deletes its local stores. Only while it doesn't run. */
  wipe(): Promise<void>;
};

/** `live2vod run processor`, started as a user starts it: both processors, all flags of the wrapper. Default: one process. */
export function ourProcessor(place: StatesPlace, prepared: PreparedStates, processes = 1): Subject {
  const folder = join(statesFolder(place), 'live2vod');
  return {
    name: processes === 1 ? oursName : `${oursName}, ${processes} processes`,
    input: topicName(prepared.prefix, 'callbacks'),
    group: processorGroup((id) => topicName(prepared.prefix, id), { name: 'video', input: 'callbacks' }),
    states: topicName(prepared.prefix, 'video-state'),
    wipe: () => rm(folder, { recursive: true, force: true }),
    start: () => startOurs(folder, { ...place, prefix: prepared.prefix, processes }),
  };
}

export type OursPlace = Pick<StatesPlace, 'kafka' | 'registryUrl'> & {
  readonly prefix: string;
  /** Default 1. */
  readonly processes?: number;
};

/** Starts `live2vod run processor` with its stores and its log in the folder. */
export function startOurs(folder: string, o: OursPlace): Promise<RunningRole> {
  const { kafka, registryUrl, prefix, processes = 1 } = o;
  return startRole('processor', {
    brokers: kafka.brokers,
    registryUrl,
    prefix,
    folder,
    configuration: { policies: policyRules },
    settings: { PROCESSOR_PROCESSES: String(processes) },
  });
}

/** The Kafka Streams peer with the given tuning. `classPath` as `buildPeer` gives it. */
export function streamsPeer(place: StatesPlace, prepared: PreparedStates, classPath: string, tuning: Tuning): Subject {
  const threads = tuning.streams['num.stream.threads'];
  const folder = join(statesFolder(place), 'streams');
  const registry = connectRegistry({ url: place.registryUrl, prefix: prepared.prefix });
  return {
    name: threads === 1 ? theirsName : `${theirsName}, ${threads} threads`,
    input: topicName(prepared.peerPrefix, 'callbacks'),
    group: prepared.applicationId,
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

/** Private memory of a process, MB (10^6 bytes); 0 of one that is gone. */
export const privateMb = (pid: number): number => (privateBytesOf(pid) ?? 0) / 1e6;

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
    anonMb: privateMb(pid),
  });
}

const nothing = { cpuUs: 0, anonMb: 0 };
/** Linux tells of times in hundredths of a second, whatever its clock does. */
const microsecondsPerTick = 10_000;

/** Time of all cores so far, and what of it they were busy, whoever had them. */
export function coreTimes(): { readonly busyMs: number; readonly allMs: number } {
  const cores = cpus().map(({ times }) => times);
  const allMs = cores.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busyMs: allMs - cores.reduce((sum, { idle }) => sum + idle, 0), allMs };
}
