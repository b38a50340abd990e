import { Registry } from 'prom-client';
import type { ConsumedRecord, GroupClient, OutgoingRecord } from '../../../connectors/kafka/index.ts';
import type { Rng } from '../../../emulator/random.ts';
import { type Platform, systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import type { JobReader } from '../../../services/jobs/job-kind.ts';
import { type RunJobsOptions, runJobs } from '../../../services/jobs/run-jobs.ts';

/**
 * A runner's surroundings without Kafka: a topic of one partition, a committed offset, a list of what was published.
 * They outlive the runner, as the broker would; the runner's own state goes with every crash.
 */
export type CrashWorld = {
  /** What was published, in order. */
  readonly published: readonly OutgoingRecord[];
  committed(): number;
  /**
   * Runs a runner until all jobs are committed, it crashed or it was told to stop and did. A crash is a point at which
   * nothing of this runner is ever heard again: what it waited for stays pending, what it wanted to send or commit is
   * dropped.
   */
  live(options: LifeOptions): Promise<'done' | 'crashed' | 'stopped'>;
};

export type LifeOptions = {
  readonly reader: (crashPoint: CrashPoint) => JobReader;
  readonly platform: Platform;
  /** The crash comes when the runner passes its n-th point; Infinity: never. */
  readonly crashAt: number;
  /** SIGTERM comes when the runner passes its n-th point; default: never. */
  readonly stopAt?: number;
  readonly maxJobs?: number;
};

/** How a life that isn't the last one ends: half of them crash, the others are told to stop, at a random point. */
export function randomEnd(rng: Rng, mostPoints: number): Pick<LifeOptions, 'crashAt' | 'stopAt'> {
  const point = rng.int(1, mostPoints);
  const never = Number.POSITIVE_INFINITY;
  return rng.chance(0.5) ? { crashAt: point, stopAt: never } : { crashAt: never, stopAt: point };
}

/** The last life: nothing ends it before its work is done. */
export const untilDone = { crashAt: Number.POSITIVE_INFINITY } as const;

/** Marks a place where a crash makes a difference. Never resolves once the runner has crashed. */
export type CrashPoint = () => Promise<void>;

const topic = 'transcode-jobs';

/** @param writtenAtMs when each job is written, in order; by default all were long before the first life */
export function crashWorld<J>(
  jobs: readonly { readonly key: string; readonly value: J }[],
  writtenAtMs: readonly number[] = [],
): CrashWorld {
  const records = jobs.map(
    ({ key, value }, offset): ConsumedRecord => ({
      topic,
      partition: 0,
      offset,
      key,
      value: Buffer.from(JSON.stringify(value)),
      headers: {},
      timestampMs: writtenAtMs[offset] ?? 0,
    }),
  );
  const published: OutgoingRecord[] = [];
  let committed = 0;
  let end = 0;

  return {
    published,
    committed: () => committed,
    async live({ reader, platform, crashAt, stopAt = Number.POSITIVE_INFINITY, maxJobs }) {
      if (committed === records.length) return 'done';
      const over = new AbortController();
      let passed = 0;
      let dead = false;
      let died: () => void = () => {};
      const death = new Promise<'crashed'>((resolve) => {
        died = () => resolve('crashed');
      });
      const point: CrashPoint = async () => {
        passed++;
        if (passed >= stopAt) over.abort();
        if (!dead && passed >= crashAt) {
          dead = true;
          died();
        }
        if (dead) await new Promise<never>(() => {});
      };
      let position = committed;
      let paused = false;
      const endNow = () => {
        while (end < records.length && (records[end]?.timestampMs ?? 0) <= platform.now()) end++;
        return end;
      };
      const source: GroupClient = {
        async poll(maxRecords, timeoutMs) {
          await platform.sleep(paused || position === endNow() ? timeoutMs : 1);
          await point();
          const batch = paused ? [] : records.slice(position, Math.min(position + maxRecords, endNow()));
          position += batch.length;
          return batch;
        },
        pause: () => {
          paused = true;
        },
        resume: () => {
          paused = false;
        },
        async commit(offsets) {
          await point();
          committed = offsets[0]?.offset ?? committed;
          await point();
          if (committed === records.length) over.abort();
        },
        async watermarks() {
          await point();
          return { low: 0, high: endNow() };
        },
        committed: () => Promise.resolve([]),
        close: () => Promise.resolve(),
      };
      const options: RunJobsOptions = {
        reader: reader(point),
        topic,
        connect(onRebalance) {
          onRebalance({ kind: 'assign', partitions: [{ topic, partition: 0 }] });
          return Promise.resolve(source);
        },
        jobEvents: {
          async send(record) {
            await point();
            published.push(record);
            await point();
          },
        },
        topics: (id) => id,
        platform,
        log: createLogger('test', 'silent'),
        metrics: metricsOf(new Registry()),
        signal: over.signal,
        ...(maxJobs === undefined ? {} : { maxJobs }),
      };
      const ended = runJobs(options).then(() =>
        committed === records.length ? ('done' as const) : ('stopped' as const),
      );
      return await Promise.race([ended, death]);
    },
  };
}

/**
 * A platform whose time runs only as fast as its sleepers allow: when nothing else is left to do in this turn of the
 * event loop, the clock jumps to the next one that wants to wake. Hours of back-off pass in milliseconds.
 */
export function jumpingPlatform(random: () => number, startMs: number): Platform {
  let nowMs = startMs;
  let jumping = false;
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  function jump(): void {
    jumping = false;
    const next = sleepers.shift();
    if (!next) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    schedule();
  }
  function schedule(): void {
    if (jumping || sleepers.length === 0) return;
    jumping = true;
    setImmediate(jump);
  }

  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    random,
    fetch: () => Promise.reject(new Error('no network in this test')),
    every: () => () => {},
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        const at = sleepers.findIndex((other) => other.atMs > sleeper.atMs);
        sleepers.splice(at < 0 ? sleepers.length : at, 0, sleeper);
        signal?.addEventListener('abort', () => resolve(), { once: true });
        schedule();
      }),
  };
}

/** Real time, faster: for tests with real sockets, whose answers take their own time. */
export function quickPlatform(random: () => number, speed: number): Platform {
  const startedAtMs = Date.now();
  const now = () => startedAtMs + (Date.now() - startedAtMs) * speed;
  return {
    ...systemPlatform,
    now,
    monotonicMs: now,
    random,
    sleep: (ms, signal) => systemPlatform.sleep(ms / speed, signal),
  };
}

/**
 * Which schedules to play: `quickRuns` of them, or `LIVE2VOD_PROPERTY_RUNS` in the slow lane, up to `mostRuns`.
 * `LIVE2VOD_PROPERTY_SEED` repeats a run.
 */
export function schedulesToPlay(quickRuns: number, mostRuns = 2_000): { readonly runs: number; readonly seed: number } {
  return {
    runs: Math.min(mostRuns, Number(process.env.LIVE2VOD_PROPERTY_RUNS ?? quickRuns)),
    seed: Number(process.env.LIVE2VOD_PROPERTY_SEED ?? Math.floor(Math.random() * 0x7fff_ffff)),
  };
}
