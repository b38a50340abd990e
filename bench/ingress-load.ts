/** What the ingress benchmark and soak share: topics of their own, a server in a child process, signed load. */
import { fork } from 'node:child_process';
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
import { newPrefix } from './prefix.ts';
import { percentile } from './statistics.ts';

export const endpoint = {
  path: '/callbacks/vod',
  url: 'https://ingress.example.com/callbacks/vod',
  keys: ['Abc123Def456'],
  region: 'cn-shanghai',
} as const satisfies CallbackEndpoint;

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
  /** Home of a role; the spool of every ingress of the run is in it, as a role has it. */
  readonly folder: string;
  readonly settings: TargetSettings;
  /** Different callbacks in `callbacks`: one that is there twice makes up for none that isn't there. */
  published(): Promise<number>;
  remove(): Promise<void>;
};

/** Topics and a spool folder of the run's own, removed at its end. */
export async function openWorkplace(brokers: string, partitions = 6): Promise<Workplace> {
  const prefix = newPrefix();
  const kafka: KafkaSettings = { brokers, clientId: 'live2vod-bench' };
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const names = (['callbacks', 'dead-letters'] as const).map((id) => topicName(prefix, id));
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(names.map((name) => ({ name, partitions })));
  return {
    folder,
    settings: { kafka, prefix, spool: { folder: join(folder, 'spool') }, endpoints: [endpoint] },
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

/** Whom a load is for. `name` as it is printed. */
export type Addressee = { readonly name: string; readonly address: string };
export type Memory = Extract<TargetMessage, { kind: 'memory' }>;
export type Target = Addressee & {
  readonly pid: number;
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
    name: mode,
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

/**
 * Where the connections come from, in turns: an ingress limits what one address may send, which isn't what is measured. Linux
 * has all of 127.0.0.0/8 on its loopback.
 */
const senders = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;

export type Rate = {
  readonly seconds: number;
  readonly connections: number;
  /** In all, evenly over time. Default: as many as the connections allow. */
  readonly perSecond?: number;
};

/** What a process serves until V8 has compiled what is hot: the first ten thousand take twice the CPU of later ones. */
const warmAfter = 30_000;
const warmUpSeconds = 3;
/** On a machine that is too busy for that many. */
const warmWithinSeconds = 30;

/** Warms up each process of a server by the same number of callbacks, however quick it is. Gives how many were answered with 200. */
export async function warmUp(
  to: Addressee & { readonly processes: number },
  connections: number,
  by: (to: Addressee, rate: Rate) => Promise<Pick<Load, 'perSecond' | 'answered200'>> = load,
): Promise<number> {
  const first = await by(to, { seconds: warmUpSeconds, connections });
  const missing = warmAfter * to.processes - first.answered200;
  if (missing <= 0) return first.answered200;
  // At once: when a load ends, what is on its way then is in Kafka and not counted here.
  const seconds = Math.min(warmWithinSeconds - warmUpSeconds, Math.ceil(missing / Math.max(1, first.perSecond)));
  const second = await by(to, { seconds, connections });
  return first.answered200 + second.answered200;
}

/**
 * Signed callbacks, each with its own id. Throws where none was answered with 200: what that measured would be nothing.
 */
export async function load({ name, address }: Addressee, rate: Rate): Promise<Load> {
  const { perSecond, ...rest } = rate;
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
  return summed(parts, { name, address, ...rest, elapsedSeconds: (systemClock.monotonicMs() - startedAtMs) / 1_000 });
}

export type Share = {
  /** Milliseconds of each answer, whichever it was. */
  readonly latencies: readonly number[];
  readonly answered200: number;
  readonly others: number;
};

/** @throws Error where nothing was answered with 200 */
export function summed(parts: readonly Share[], of: Addressee & Rate & { readonly elapsedSeconds: number }): Load {
  const latencies = parts.flatMap((part) => part.latencies);
  const answered200 = parts.reduce((sum, part) => sum + part.answered200, 0);
  const others = parts.reduce((sum, part) => sum + part.others, 0);
  if (answered200 === 0) {
    const answers = latencies.length === 0 ? 'nothing' : `${latencies.length} times, never with 200`;
    throw new Error(
      `${of.name} at ${of.address} answered ${answers} in ${of.seconds} s on ${of.connections} connections (${others} requests failed): ` +
        'its own lines above say what it lacks; where there are none the machine or the broker is too busy, so measure again when less else is at work, or for longer (--size SECONDS)',
    );
  }
  return {
    perSecond: Math.round(answered200 / of.elapsedSeconds),
    p50Ms: Math.round(percentile(latencies, 0.5)),
    p99Ms: Math.round(percentile(latencies, 0.99)),
    maxMs: Math.round(percentile(latencies, 1)),
    answered200,
    others,
  };
}

let opened = 0;

/**
 * Has a connection come from the next of the senders. autocannon has no option for that, but hands what it takes for a local
 * socket's path to `net.connect`, which takes options too.
 */
function fromNextSender(client: object, to: URL): void {
  const localAddress = senders[opened % senders.length];
  opened += 1;
  const internals = client as { ipc: boolean; opts: { socketPath?: unknown } };
  internals.opts.socketPath = { host: to.hostname, port: Number(to.port), localAddress };
  internals.ipc = true;
}

async function generate(address: string, o: Rate): Promise<Share> {
  const to = new URL(address);
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
        setupClient: (client) => fromNextSender(client, to),
        ...(o.perSecond !== undefined && { overallRate: o.perSecond }),
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
    running.on('response', (_client, _status, _bytes, tookMs) => latencies.push(tookMs));
  });
  return { latencies, answered200: result['2xx'], others: result.non2xx + result.errors + result.timeouts };
}
