/** What the ingress benchmark and soak share: topics of their own, a server in a child process, signed load. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { Admin, type KafkaSettings, scanTopic } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { topicName } from '../schemas/topics.ts';
import { type CallbackEndpoint, signatureOf } from '../services/intake/http/index.ts';
import { measuredEnvironment } from './environment.ts';
import type { ServerName, TargetMessage, TargetSettings } from './ingress-target.ts';
import { percentile } from './statistics.ts';

const endpoint: CallbackEndpoint = {
  path: '/callbacks/vod',
  url: 'https://ingress.example.com/callbacks/vod',
  keys: ['Abc123Def456'],
  region: 'cn-shanghai',
};

/** A typical callback; every request gets an id of its own. */
const body = JSON.stringify({
  EventType: 'StreamTranscodeComplete',
  EventTime: '2026-03-01T10:03:00Z',
  VideoId: '[<id>]',
  Status: 'success',
  Bitrate: '925',
  Definition: 'LD',
  Duration: 1800.04,
  Encrypt: false,
  FileUrl: 'http://vod.example.com/a/b.mp4',
  Format: 'mp4',
  Fps: '25',
  Height: 540,
  Width: 960,
  Size: 208153210,
  JobId: '11112222333344445555666677778888',
});

export type Workplace = {
  readonly settings: TargetSettings;
  /** Different callbacks in `callbacks`: one that is there twice makes up for none that isn't there. */
  published(): Promise<number>;
  remove(): Promise<void>;
};

/** Topics and a spool folder of the run's own, removed at its end. */
export async function openWorkplace(brokers: string, partitions = 6): Promise<Workplace> {
  const prefix = `bench-${randomUUID()}.`;
  const kafka: KafkaSettings = { brokers, clientId: 'live2vod-bench' };
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const names = (['callbacks', 'dead-letters'] as const).map((id) => topicName(prefix, id));
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(names.map((name) => ({ name, partitions })));
  return {
    settings: { kafka, prefix, spool: { folder }, endpoints: [endpoint] },
    async published() {
      const ids = new Set<string | null>();
      for await (const { key } of scanTopic(kafka, topicName(prefix, 'callbacks'))) ids.add(key);
      return ids.size;
    },
    async remove() {
      for (const name of names) await admin.deleteTopic(name);
      admin.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Memory = Extract<TargetMessage, { kind: 'memory' }>;
export type Target = {
  readonly pid: number;
  readonly address: string;
  readonly memory: readonly Memory[];
  stop(): Promise<void>;
};

const entry = fileURLToPath(new URL('ingress-target.ts', import.meta.url));

export async function startTarget(mode: ServerName, settings: TargetSettings): Promise<Target> {
  const child = fork(entry, [mode, JSON.stringify(settings)], { env: measuredEnvironment() });
  const memory: Memory[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: TargetMessage) => {
      if (message.kind === 'listening') resolve(message.address);
      else memory.push(message);
    });
    child.once('exit', (code) => reject(new Error(`the ${mode} server ended with ${code} before it listened`)));
  });
  return {
    pid: child.pid ?? 0,
    address,
    memory,
    async stop() {
      const gone = once(child, 'exit');
      child.send('stop');
      await gone;
    },
  };
}

export type Load = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly answered200: number;
  readonly others: number;
};

/** How many generators share a given rate. */
const pacers = 32;

/** Signed callbacks, each with its own id, as fast as `connections` allow or `perSecond` in all, evenly over time. */
export async function load(
  address: string,
  o: { seconds: number; connections: number; perSecond?: number },
): Promise<Load> {
  const { perSecond, ...rest } = o;
  const startedAtMs = systemClock.monotonicMs();
  // autocannon sends a second's requests in one burst at the second's start. Many small ones, each at a phase of its
  // own, make an even load of it.
  const shares =
    perSecond === undefined
      ? [generate(address, rest)]
      : Array.from({ length: pacers }, async (_, phase) => {
          await systemClock.sleep((phase * 1_000) / pacers);
          const connections = Math.max(1, Math.floor(rest.connections / pacers));
          return generate(address, { ...rest, connections, perSecond: Math.ceil(perSecond / pacers) });
        });
  const parts = await Promise.all(shares);
  const latencies = parts.flatMap((part) => part.latencies);
  const answered200 = parts.reduce((sum, part) => sum + part.answered200, 0);
  const elapsedSeconds = (systemClock.monotonicMs() - startedAtMs) / 1_000;
  return {
    perSecond: Math.round(answered200 / elapsedSeconds),
    p50Ms: Math.round(percentile(latencies, 0.5)),
    p99Ms: Math.round(percentile(latencies, 0.99)),
    maxMs: Math.round(percentile(latencies, 1)),
    answered200,
    others: parts.reduce((sum, part) => sum + part.others, 0),
  };
}

type Share = { readonly latencies: readonly number[]; readonly answered200: number; readonly others: number };

async function generate(
  address: string,
  o: { seconds: number; connections: number; perSecond?: number },
): Promise<Share> {
  const timestamp = String(Math.floor(systemClock.now() / 1000));
  const latencies: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url: `${address}${endpoint.path}`,
        method: 'POST',
        connections: o.connections,
        duration: o.seconds,
        headers: {
          'content-type': 'application/json',
          'x-vod-timestamp': timestamp,
          'x-vod-signature': signatureOf(endpoint.url, timestamp, endpoint.keys[0] ?? ''),
        },
        body,
        idReplacement: true,
        ...(o.perSecond !== undefined && { overallRate: o.perSecond }),
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
    running.on('response', (_client, _status, _bytes, tookMs) => latencies.push(tookMs));
  });
  return { latencies, answered200: result['2xx'], others: result.non2xx + result.errors + result.timeouts };
}
