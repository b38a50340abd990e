/** Runs the Kafka Streams peer in a JVM of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TopicId } from '../../schemas/topics.ts';
import { policyRules } from '../callbacks.ts';
import { measuredEnvironment } from '../environment.ts';

export type StreamsSettings = {
  readonly classPath: string;
  readonly brokers: string;
  /** Names the group and, with `-video-state-changelog`, the state topic. */
  readonly applicationId: string;
  readonly input: string;
  readonly outputPrefix: string;
  readonly schemaIds: Readonly<Record<'video-state' | 'stream-facts' | 'transcode-jobs', number>>;
  /** For settings, log and stores. */
  readonly folder: string;
  /** It tells what that took once so many records are committed. */
  readonly records?: number;
  readonly tuning: Tuning;
};

export type Tuning = {
  readonly jvm: readonly string[];
  /** Kafka Streams' own keys. */
  readonly streams: Readonly<Record<string, string | number>>;
  /** Whether Streams' record cache is in front of RocksDB. */
  readonly cache: boolean;
};

/** What the peer tells: `running` once all its stores are restored, `done` with its figures. */
export type StreamsEvent =
  | { readonly event: 'running'; readonly restored: number }
  | {
      readonly event: 'done';
      readonly recordsPerSecond: number;
      readonly cpuUs: number;
      readonly transactions: number;
      readonly anonMb: number;
    };

export type RunningPeer = {
  readonly pid: number;
  /** Resolves with the next such event; rejects when the process ends before it. */
  next<K extends StreamsEvent['event']>(kind: K): Promise<Extract<StreamsEvent, { event: K }>>;
  /** SIGTERM: it closes its stores; SIGKILL doesn't. Resolves once it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

/** The topic that holds the peer's states, as `video-state` holds ours. */
export const changelogOf = (applicationId: string): string => `${applicationId}-video-state-changelog`;

export async function startPeer(settings: StreamsSettings): Promise<RunningPeer> {
  const file = join(settings.folder, 'peer.properties');
  await writeFile(file, propertiesOf(settings));
  const child = spawn('java', [...settings.tuning.jvm, '-cp', settings.classPath, 'live2vod.peer.Main', file], {
    env: measuredEnvironment(),
    // The peer ends when its standard input does, so also when this process is killed.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const logFile = join(settings.folder, 'peer.log');
  child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
  const ended = once(child, 'exit');
  await Promise.race([
    once(child, 'spawn'),
    once(child, 'error').then(([cause]) => {
      throw new Error('the Kafka Streams peer needs Java 17 or newer: install it, or leave the peer out (--no-peer)', {
        cause,
      });
    }),
  ]);
  return running(child, ended, logFile);
}

function running(child: ChildProcess, ended: Promise<unknown>, logFile: string): RunningPeer {
  const told: StreamsEvent[] = [];
  let heard: () => void = () => {};
  let over = false;
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{"event"')) return;
      told.push(JSON.parse(line) as StreamsEvent);
      heard();
    });
  void ended.then(() => {
    over = true;
    heard();
  });
  return {
    pid: child.pid ?? 0,
    async next<K extends StreamsEvent['event']>(kind: K) {
      for (;;) {
        const at = told.findIndex(({ event }) => event === kind);
        if (at >= 0) return told.splice(at, 1)[0] as Extract<StreamsEvent, { event: K }>;
        if (over) throw new Error(`the Kafka Streams peer ended before it was ${kind}: see ${logFile}`);
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
    async stop(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Java's format: only these characters need care in what we write. */
const escaped = (value: string): string => value.replace(/[\\:=#!]/g, (character) => `\\${character}`);

function propertiesOf(settings: StreamsSettings): string {
  const { tuning, schemaIds } = settings;
  const entries: Record<string, string | number> = {
    input: settings.input,
    outputPrefix: settings.outputPrefix,
    cache: String(tuning.cache),
    'streams.application.id': settings.applicationId,
    'streams.bootstrap.servers': settings.brokers,
    'streams.state.dir': join(settings.folder, 'streams-state'),
  };
  if (settings.records !== undefined) entries.records = settings.records;
  for (const [topic, id] of Object.entries(schemaIds) as [TopicId, number][]) entries[`schema.${topic}`] = id;
  for (const [key, value] of Object.entries(tuning.streams)) entries[`streams.${key}`] = value;
  entries.policies = policyRules.length;
  policyRules.forEach(({ match, segments, maxActAgeSeconds }, index) => {
    const at = `policy.${index}`;
    entries[`${at}.name`] = `policies[${index}] ${match.domain}/${match.app}/${match.stream}`;
    entries[`${at}.stream`] = match.stream;
    entries[`${at}.maxActAgeSeconds`] = maxActAgeSeconds;
    for (const [key, value] of Object.entries(segments)) entries[`${at}.${key}`] = value;
  });
  return Object.entries(entries)
    .map(([key, value]) => `${escaped(key)}=${escaped(String(value))}\n`)
    .join('');
}
