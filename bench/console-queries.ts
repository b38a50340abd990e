/**
 * `live2vod bench console-queries`: how long the console's lists take, and what they need, with 1,000,000 videos in its view.
 * The view is filled without Kafka; the questions go over HTTP to a console in the same process, one after another.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { Registry } from 'prom-client';
import { avroCodec, type Codec } from '../connectors/avro/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { createLogger, metricsOf } from '../platform/telemetry/index.ts';
import { defaultPolicy } from '../processors/policy/index.ts';
import { type AvroSchemaName, avroSchema } from '../schemas/avro.ts';
import examples from '../schemas/examples/video-state.json' with { type: 'json' };
import type { SessionState } from '../schemas/generated/SessionState.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { buildConsole, StateView } from '../services/console/index.ts';
import { percentile } from './statistics.ts';

export type ConsoleQueriesOptions = {
  /** Default 1,000,000. */
  readonly videos?: number;
  readonly print: (line: string) => void;
};

export type QueryFigures = {
  readonly query: string;
  /** Items of all answers together. */
  readonly items: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
};

export type ConsoleQueriesResult = {
  readonly videos: number;
  readonly writtenPerSecond: number;
  readonly queries: readonly QueryFigures[];
  /** Private memory of the process before the first question, and the most seen after one. */
  readonly memoryBeforeMb: number;
  readonly memoryMostMb: number;
};

const batch = 2_000;
const asked = 100;
const startMs = Date.UTC(2026, 0, 1);
/** A video a second: 1,000,000 are eleven days. */
const everyMs = 1_000;
const rarelyFailed = 9_973;

const domainOf = (n: number) => (n % 50_000 === 7 ? 'rare.example.com' : `d${n % 20}.example.com`);
const streamOf = (n: number) => ({
  domainName: domainOf(n),
  appName: n % 3 === 0 ? 'sport' : 'live',
  streamName: `room-${n % 10_000}`,
});

const kinds = ['SEGMENT', 'SEGMENT', 'SEGMENT', 'COMPOSED'] as const;

function videoAt(n: number): VideoState {
  const example = examples[0]?.value as unknown as VideoState;
  const at = startMs + n * everyMs;
  return {
    ...example,
    videoId: `video-${String(n).padStart(8, '0')}`,
    kind: n % 10 === 9 ? 'UPLOAD' : (kinds[n % 4] ?? 'SEGMENT'),
    status: n % rarelyFailed === 0 ? 'FAILED' : 'TRANSCODED',
    stream: n % 10 === 9 ? null : streamOf(n),
    timeline: example.timeline.map((entry) => ({ ...entry, eventTime: at })),
  };
}

/** Another name at every turn, so that no two questions read the same. */
const questions: readonly ((turn: number) => string)[] = [
  () => 'source=live',
  (turn) => `domain=d${turn % 20}.example.com`,
  () => 'domain=rare.example.com',
  (turn) => `app=${turn % 2 === 0 ? 'live' : 'sport'}`,
  (turn) => `streamName=room-${turn}`,
  (turn) => `domain=d${turn % 20}.example.com&app=live`,
  (turn) => `domain=d${turn % 20}.example.com&app=live&streamName=room-${turn}`,
  () => 'domain=rare.example.com&app=sport&source=live',
  (turn) => `from=${startMs + turn * 3_600_000}&to=${startMs + (turn + 1) * 3_600_000}&source=live`,
  () => 'status=FAILED',
  () => 'domain=d1.example.com&streamName=room-2',
  () => 'text=no-such-video',
];

export async function benchConsoleQueries(options: ConsoleQueriesOptions): Promise<ConsoleQueriesResult> {
  const { videos = 1_000_000, print } = options;
  const codecs = {
    'video-state': codecOf<VideoState>('VideoState'),
    'session-state': codecOf<SessionState>('SessionState'),
  };
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const identity = {
    topicIds: { 'video-state': 'a', 'session-state': 'b' },
    partitions: { 'video-state': 1, 'session-state': 1 },
  };
  const view = await StateView.open(folder, codecs, identity, Date.now());
  const stopping = new AbortController();
  const app = await buildConsole({
    view,
    follower: {
      freshness: () => ({ caughtUp: true, lagRecords: 0, asOfMs: null }),
      waitingFor: () => null,
      reaches: async () => true,
      onChange: () => () => undefined,
      done: Promise.resolve(),
    },
    clock: systemPlatform,
    metrics: metricsOf(new Registry()),
    log: createLogger('bench', 'warn'),
    health: { live: () => true, waitingFor: () => null },
    epoch: 'bench',
    maxPositionAgeMs: 60_000,
    token: undefined,
    unknownStream: defaultPolicy,
    publish: async () => undefined,
    readPlay: async () => ({ kind: 'busy' }),
    playSeconds: 60,
    readLatency: async () => ({ stages: [] }),
    deadLetters: { page: async () => ({ items: [], next: null }), find: async () => null, redrive: async () => 'sent' },
    signal: stopping.signal,
  });
  try {
    const writingSince = performance.now();
    for (let from = 0; from < videos; from += batch) {
      const count = Math.min(batch, videos - from);
      await view.apply(
        Array.from({ length: count }, (_, index) => {
          const state = videoAt(from + index);
          return {
            ...{ topic: 'video-state' as const, partition: 0, offset: from + index, key: state.videoId },
            ...{ value: codecs['video-state'].encode(state), timestampMs: startMs },
          };
        }),
      );
    }
    const writtenPerSecond = Math.round(videos / ((performance.now() - writingSince) / 1_000));
    print(`${videos} videos in the view, ${writtenPerSecond} a second`);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    globalThis.gc?.();
    const memoryBeforeMb = memoryMb();
    let memoryMostMb = memoryBeforeMb;
    const queries: QueryFigures[] = [];
    for (const question of questions) {
      const tookMs: number[] = [];
      let items = 0;
      for (let turn = 0; turn < asked; turn += 1) {
        const sentMs = performance.now();
        const answer = await fetch(`${url}/api/videos?limit=50&${question(turn)}`);
        const page = (await answer.json()) as { readonly items: readonly unknown[] };
        tookMs.push(performance.now() - sentMs);
        if (!answer.ok) throw new Error(`${question(turn)} was answered ${answer.status}`);
        items += page.items.length;
        memoryMostMb = Math.max(memoryMostMb, memoryMb());
      }
      const at = (p: number) => Math.round(percentile(tookMs, p) * 10) / 10;
      const figures = { query: question(0), items, p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
      print(
        `${figures.query}: ${items} items, p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms, longest ${figures.longestMs} ms`,
      );
      queries.push(figures);
    }
    print(`memory ${memoryBeforeMb} MB before, ${memoryMostMb} MB at most`);
    return { videos, writtenPerSecond, queries, memoryBeforeMb, memoryMostMb };
  } finally {
    stopping.abort();
    await app.close();
    await view.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const memoryMb = () => Math.round(process.memoryUsage.rss() / 1_048_576);

const codecOf = <T>(name: AvroSchemaName): Codec<T> =>
  avroCodec<T>(name, 1, avsc.Type.forSchema(avroSchema(name) as avsc.Schema), () =>
    Promise.reject(new Error('no other schema is written here')),
  );
