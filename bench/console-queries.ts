/**
 * `live2vod bench console-queries`: how long the console's lists take, and what they need, with 1,000,000 videos in its view.
 * The view is filled without Kafka; the questions go over HTTP to a console in a process of its own, one after another.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import examples from '../schemas/examples/video-state.json' with { type: 'json' };
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { StateView } from '../services/console/index.ts';
import { type Judged, judged, type Outcome } from './budgets.ts';
import { codecs, identity } from './console-target.ts';
import { measuredEnvironment } from './environment.ts';
import { percentile } from './statistics.ts';
import { privateMb, takenBy } from './subject.ts';

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
  /** What the console's process takes for an answer: says more than the time does where others use the machine. */
  readonly cpuMs: number;
};

export type ConsoleQueriesResult = Outcome & {
  readonly videos: number;
  readonly writtenPerSecond: number;
  /** From the start of the process with the filled view until it listens. */
  readonly readyMs: number;
  readonly queries: readonly QueryFigures[];
  /** Most private memory of the console seen after a question, MB (10^6 bytes). */
  readonly memoryMostMb: number;
  readonly budgets: readonly Judged[];
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
    jobs: example.jobs.map((job) => ({ ...job, state: n % rarelyFailed === 1 ? 'IN_DOUBT' : 'DONE' })),
    stream: n % 10 === 9 ? null : streamOf(n),
    timeline: example.timeline.map((entry) => ({ ...entry, eventTime: at })),
  };
}

/** Another name at every turn, so that no two questions read the same. */
const questions: readonly ((turn: number) => string)[] = [
  () => 'videos?source=live',
  (turn) => `videos?domain=d${turn % 20}.example.com`,
  () => 'videos?domain=rare.example.com',
  (turn) => `videos?app=${turn % 2 === 0 ? 'live' : 'sport'}`,
  (turn) => `videos?streamName=room-${turn}`,
  (turn) => `videos?domain=d${turn % 20}.example.com&app=live`,
  (turn) => `videos?domain=d${turn % 20}.example.com&app=live&streamName=room-${turn}`,
  () => 'videos?domain=rare.example.com&app=sport&source=live',
  (turn) => `videos?from=${startMs + turn * 3_600_000}&to=${startMs + (turn + 1) * 3_600_000}&source=live`,
  () => 'videos?status=FAILED',
  (turn) => `videos?domain=d${turn % 20}.example.com&status=FAILED`,
  () => 'videos?domain=d1.example.com&streamName=room-2',
  () => 'videos?text=no-such-video',
  () => 'videos?status=TRANSCODED&text=no-such-video',
  () => 'jobs?state=IN_DOUBT',
  () => 'jobs?text=no-such-job',
];

export async function benchConsoleQueries(options: ConsoleQueriesOptions): Promise<ConsoleQueriesResult> {
  const { videos = 1_000_000, print } = options;
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  try {
    const writtenPerSecond = await fill(folder, videos);
    print(`${videos} videos in the view, ${writtenPerSecond} a second`);
    const startedMs = performance.now();
    const child = fork(script, [folder], { env: measuredEnvironment() });
    const exited = once(child, 'exit');
    try {
      const url = await Promise.race([
        once(child, 'message').then(([address]) => String(address)),
        exited.then(([code]): never => {
          throw new Error(`the console ended with exit code ${code}`);
        }),
      ]);
      const readyMs = Math.round(performance.now() - startedMs);
      print(`ready after ${readyMs} ms`);
      const { pid = 0 } = child;
      let memoryMostMb = 0;
      const queries: QueryFigures[] = [];
      for (const question of questions) {
        const { cpuUs } = await takenBy(pid);
        const found = await ask(url, question);
        const cpuMs = Math.round(((await takenBy(pid)).cpuUs - cpuUs) / 100 / asked) / 10;
        memoryMostMb = Math.max(memoryMostMb, Math.round(privateMb(pid)));
        const { query, items, p50Ms, p99Ms, longestMs } = found;
        queries.push({ ...found, cpuMs });
        print(
          `${query}: ${items} items, p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${longestMs} ms, ${cpuMs} ms of CPU each`,
        );
      }
      print(`private memory ${memoryMostMb} MB at most`);
      const slowest = queries.toSorted((a, b) => b.p99Ms - a.p99Ms)[0];
      const verdict = judged(
        [
          { name: 'ready with its view', value: readyMs, unit: 'ms', most: 5_000 },
          { name: 'private memory while asked', value: memoryMostMb, unit: 'MB', most: 400 },
          { name: `p99 of ${slowest?.query}`, value: slowest?.p99Ms ?? Number.NaN, unit: 'ms', most: 50 },
        ],
        print,
      );
      return { videos, writtenPerSecond, readyMs, queries, memoryMostMb, ...verdict };
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const script = fileURLToPath(new URL('console-target.ts', import.meta.url));

/** @returns videos written a second */
async function fill(folder: string, videos: number): Promise<number> {
  const view = await StateView.open(folder, codecs, identity, Date.now());
  try {
    const sinceMs = performance.now();
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
    return Math.round(videos / ((performance.now() - sinceMs) / 1_000));
  } finally {
    await view.close();
  }
}

async function ask(url: string, question: (turn: number) => string): Promise<Omit<QueryFigures, 'cpuMs'>> {
  const tookMs: number[] = [];
  let items = 0;
  for (let turn = 0; turn < asked; turn += 1) {
    const sentMs = performance.now();
    const answer = await fetch(`${url}/api/${question(turn)}&limit=50`);
    const page = (await answer.json()) as { readonly items: readonly unknown[] };
    tookMs.push(performance.now() - sentMs);
    if (!answer.ok) throw new Error(`${question(turn)} was answered ${answer.status}`);
    items += page.items.length;
  }
  const at = (p: number) => Math.round(percentile(tookMs, p) * 10) / 10;
  return { query: question(0), items, p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
}
