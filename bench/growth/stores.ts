/**
 * A callback's way through decoding, step, encoding and the store, by how many videos the store has; how long such a store
 * takes to open, and its size on disk. One store in this process, no Kafka.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, systemClock } from '../../platform/host/index.ts';
import { policyBook } from '../../processors/policy/index.ts';
import { type VideoRecord, videoTopology } from '../../processors/video/index.ts';
import { StateStore } from '../../runtime/index.ts';
import { readPolicies } from '../../schemas/policies.ts';
import { callback, policyRules } from '../callbacks.ts';
import { codecOf } from '../domain/workload.ts';
import { statesOf, strideFor } from '../states.ts';
import { percentile } from '../statistics.ts';
import { costsOf, drawn, flat, type Grown, pointsOf, rounded } from './curve.ts';
import { bytesIn, leftOut, withRoom } from './disk.ts';

export type StoresOptions = {
  readonly sizes: readonly number[];
  /** For the stores, which are deleted at the end. */
  readonly folder: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
};

const rounds = 10;
/** With those that don't count; each callback is of another video, also in the smallest store. */
const warmUp = 3;
const runs = rounds + warmUp;
const mostInRun = 750;
const batchRecords = 2_000;
const bytesPerVideo = 1_500;
/** Progress, in videos. */
const tellEvery = 500_000;
const opens = 5;
const mostSettleSeconds = 60;
const idleUs = 20_000;
const codec = codecOf<VideoRecord>('VideoState');

export async function storesByVideos(o: StoresOptions): Promise<Grown> {
  await mkdir(o.folder, { recursive: true });
  const folder = await mkdtemp(join(o.folder, 'stores-'));
  const open = new Set<StateStore>();
  try {
    const endMs = systemClock.now();
    const sizes = await withRoom(o.sizes, { ...o, bytesPerVideo });
    const perRun = Math.min(mostInRun, Math.floor(Math.min(...sizes) / runs));
    const sides = [];
    for (const videos of sizes) {
      const store = await StateStore.open(join(folder, String(videos)));
      open.add(store);
      await fill(store, videos, endMs, o);
      sides.push({ at: videos, run: working(store, videos, endMs, perRun) });
    }
    await settled();
    o.print(`${perRun} callbacks of as many videos each in turns, ${rounds} rounds`);
    const costs = await costsOf(sides, rounds, warmUp);
    const figures = [];
    for (const [index, store] of [...open].entries()) {
      await store.close();
      open.delete(store);
      const videos = sizes[index] ?? 0;
      figures.push({ videos, openSeconds: await secondsToOpen(store.folder), bytes: await bytesIn(store.folder) });
    }
    const cpu = { name: 'µs of CPU per callback', points: costs };
    const disk = {
      name: 'bytes on disk per video',
      points: pointsOf(figures.map(({ videos, bytes }) => [videos, bytes / videos] as const)),
    };
    const slowest = Math.max(...figures.map(({ openSeconds }) => openSeconds));
    return {
      curves: [cpu, disk],
      budgets: [
        flat(cpu),
        flat(disk),
        { name: 'store opened, seconds', value: slowest, unit: 's', most: 5 },
        ...leftOut(o.sizes, sizes),
      ],
      figures: figures.map(({ videos, openSeconds, bytes }, index) => ({
        videos,
        'µs per callback': rounded(costs[index]?.value ?? Number.NaN),
        'callbacks/s': costs[index]?.perSecond ?? Number.NaN,
        'ratio of CPU': rounded(costs[index]?.ratio ?? Number.NaN, 2),
        'seconds to open': rounded(openSeconds, 3),
        'MB on disk': rounded(bytes / 1e6),
        'bytes per video': Math.round(bytes / videos),
      })),
      svg: {
        '': drawn('A callback through step and store, by the videos in the store', 'videos', 'µs of CPU', [cpu]),
        disk: drawn('A store on disk', 'videos', 'bytes per video', [disk]),
      },
    };
  } finally {
    for (const store of open) await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(store: StateStore, videos: number, endMs: number, o: StoresOptions): Promise<void> {
  const beganMs = systemClock.monotonicMs();
  let batch: { key: string; bytes: Uint8Array; dueAtMs: number | null }[] = [];
  let written = 0;
  const flush = async () => {
    await store.write(batch, null);
    written += batch.length;
    batch = [];
    o.signal.throwIfAborted();
    if (written % tellEvery === 0 && written < videos) o.print(`${written} of ${videos} videos are in their store`);
  };
  for (const { state, dueAtMs } of statesOf({ videos, endMs })) {
    batch.push({ key: state.videoId, bytes: codec.encode(state), dueAtMs });
    if (batch.length === batchRecords) await flush();
  }
  await flush();
  const seconds = (systemClock.monotonicMs() - beganMs) / 1_000;
  o.print(`${videos} videos are in their store, after ${seconds.toFixed(0)} s`);
}

/** The fourth callback of videos all over the store, of others in each run. */
function working(store: StateStore, videos: number, endMs: number, perRun: number): () => Promise<number> {
  const policies = readPolicies(policyRules);
  if (!policies.ok) throw new Error('the rules of the benchmark are no policies');
  const topology = videoTopology({ policies: policyBook(policies.rules), sha256 });
  const stride = strideFor(videos);
  let sent = 0;
  return async () => {
    const changes = [];
    for (let n = 0; n < perRun; n += 1, sent += 1) {
      const { key, value, headers = {} } = callback({ videos, topic: '', endMs }, (sent * stride) % videos, 3);
      const bytes = store.get(key ?? '');
      if (bytes === undefined) throw new Error(`video ${key} of the benchmark is not in its store`);
      const before = await codec.decode(bytes);
      const record = { key: key ?? '', value, headers, timestampMs: endMs };
      const outcome = topology.step(before, record, { nowMs: endMs });
      if (outcome.kind !== 'next' || outcome.state === null) throw new Error(`a callback is a ${outcome.kind}`);
      const { state } = outcome;
      const dueAtMs = topology.timer?.dueAtMs(state) ?? null;
      changes.push({ key: state.videoId, bytes: codec.encode(state), dueAtMs });
    }
    await store.write(changes, null);
    return perRun;
  };
}

/** LevelDB goes on compacting what was written: until this process does hardly anything for a second, or a minute is over. */
async function settled(): Promise<void> {
  for (let second = 0; second < mostSettleSeconds; second += 1) {
    const begun = process.cpuUsage();
    await systemClock.sleep(1_000);
    const { user, system } = process.cpuUsage(begun);
    if (user + system < idleUs) return;
  }
}

async function secondsToOpen(folder: string): Promise<number> {
  const seconds: number[] = [];
  for (let turn = 0; turn < opens; turn += 1) {
    const beganMs = systemClock.monotonicMs();
    const store = await StateStore.open(folder);
    seconds.push((systemClock.monotonicMs() - beganMs) / 1_000);
    await store.close();
  }
  return percentile(seconds, 0.5);
}
