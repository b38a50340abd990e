/** The product as it is run, by how many videos it has in its stores, and by its partitions. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Admin, type KafkaSettings, type OutgoingRecord } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { topicName } from '../../schemas/topics.ts';
import { callbacks, streamsOf } from '../callbacks.ts';
import { load } from '../load.ts';
import { newPrefix } from '../prefix.ts';
import { type ProductReport, productTopics, runProduct } from '../product-run.ts';
import { dropStates, nextCallback, type PreparedStates, prepareStates, statesFolder } from '../states.ts';
import { medianBy } from '../statistics.ts';
import { ourProcessor, type Subject } from '../subject.ts';
import { drawn, flat, flatRate, type Grown, pointsOf, rounded } from './curve.ts';
import { bytesIn, leftOut, withRoom } from './disk.ts';

export type ProductGrowthOptions = {
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  /** For states and stores, which are deleted at the end. */
  readonly folder: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  /** Videos of the load: 8,000, and as many callbacks of others. */
  readonly fresh?: number;
};

const defaultFresh = 8_000;
const partitionRounds = 3;
/** In the topics and in the store. */
const bytesPerVideo = 2_500;
const mostRestartSeconds = 5;

/**
 * Throughput and CPU with so many videos in the stores: whole lives of new videos, and among them as many callbacks of
 * videos all over the stores. How long a start takes on intact stores and from the topics alone, and the stores' size.
 */
export async function productByVideos(o: ProductGrowthOptions & { readonly sizes: readonly number[] }): Promise<Grown> {
  await mkdir(o.folder, { recursive: true });
  const rows: (Started & ProductReport & { readonly videos: number })[] = [];
  for (const videos of await withRoom(o.sizes, { ...o, bytesPerVideo })) {
    o.signal.throwIfAborted();
    const place = { ...o, videos, oursOnly: true };
    const prepared = await prepareStates(place);
    try {
      const started = await starts(ourProcessor(place, prepared), join(statesFolder(place), 'live2vod'));
      o.print(`${videos} videos: ${describedStart(started)}`);
      const records = await load(o.kafka, mixed(prepared, Math.min(o.fresh ?? defaultFresh, videos)));
      const folder = join(statesFolder(place), 'live2vod');
      const partitions = await partitionsOf(o.kafka, topicName(prepared.prefix, 'callbacks'));
      const report = await runProduct({ ...o, prefix: prepared.prefix, partitions, processes: 1, folder, records });
      rows.push({ videos, ...started, ...report });
      o.print(`${videos} videos: ${described(report)}`);
    } finally {
      await dropStates(place, prepared);
    }
  }
  const cpu = {
    name: 'product, µs of CPU per callback',
    points: pointsOf(rows.map(({ videos, cpuUs }) => [videos, cpuUs])),
  };
  const rate = {
    name: 'product, callbacks/s',
    points: pointsOf(rows.map(({ videos, recordsPerSecond }) => [videos, recordsPerSecond])),
  };
  const restart = {
    name: 'restart, seconds',
    points: pointsOf(rows.map(({ videos, restartSeconds }) => [videos, restartSeconds])),
  };
  const disk = {
    name: 'bytes on disk per video',
    points: pointsOf(rows.map(({ videos, diskBytes }) => [videos, diskBytes / videos])),
  };
  const slowest = Math.max(Number.NEGATIVE_INFINITY, ...rows.map(({ restartSeconds }) => restartSeconds));
  return {
    curves: [cpu, rate, restart, disk],
    budgets: [
      flat(cpu),
      flatRate(rate),
      flat(disk),
      {
        name: 'restart with intact stores',
        value: rows.length > 0 ? slowest : Number.NaN,
        unit: 's',
        most: mostRestartSeconds,
      },
      ...leftOut(
        o.sizes,
        rows.map(({ videos }) => videos),
      ),
    ],
    figures: rows.map(({ videos, recordsPerSecond, cpuUs, anonMb, ...started }) => ({
      videos,
      'callbacks/s': recordsPerSecond,
      'µs of CPU per callback': cpuUs,
      'private MB': Math.round(anonMb),
      'seconds to restart': started.restartSeconds,
      'seconds to restore from the topics': started.restoreSeconds,
      'MB on disk': rounded(started.diskBytes / 1e6),
    })),
    svg: {
      '': drawn('live2vod run processor, by the videos in its stores', 'videos', 'callbacks/s', [rate]),
      cpu: drawn('live2vod run processor, by the videos in its stores', 'videos', 'µs of CPU', [cpu]),
      restart: drawn('Until it works again, with its stores', 'videos', 'seconds', [restart]),
      disk: drawn('Its stores on disk', 'videos', 'bytes per video', [disk]),
    },
  };
}

type Started = { readonly restoreSeconds: number; readonly restartSeconds: number; readonly diskBytes: number };

/** Once from the topics alone, once with the stores that this left. */
async function starts(subject: Subject, folder: string): Promise<Started> {
  await subject.wipe();
  const timed = async () => {
    const beganMs = systemClock.monotonicMs();
    const running = await subject.start();
    await running.ready.catch(async (error: unknown) => {
      await running.stop('SIGKILL');
      throw error;
    });
    const seconds = Math.round(systemClock.monotonicMs() - beganMs) / 1_000;
    await running.stop('SIGTERM');
    return seconds;
  };
  return { restoreSeconds: await timed(), restartSeconds: await timed(), diskBytes: await bytesIn(folder) };
}

/** Five callbacks of a new video, now and then one twice, for one of a video that is in the stores. */
function* mixed(prepared: PreparedStates, fresh: number): Generator<OutgoingRecord> {
  const topic = topicName(prepared.prefix, 'callbacks');
  const streams = streamsOf(fresh);
  let sent = 0;
  let index = 0;
  for (const record of callbacks({ videos: fresh, topic, endMs: systemClock.now(), streams, series: 'new-' })) {
    yield record;
    index += 1;
    if (index % 5 !== 0 || sent === fresh) continue;
    const stored = nextCallback(prepared, topic, sent);
    sent += 1;
    if (stored !== null) yield stored;
  }
}

/** The same load on topics with so many partitions each. */
export async function productByPartitions(
  o: ProductGrowthOptions & { readonly counts: readonly number[] },
): Promise<Grown> {
  await mkdir(o.folder, { recursive: true });
  const reports = new Map(o.counts.map((count): [number, ProductReport[]] => [count, []]));
  for (let round = 1; round <= partitionRounds; round += 1)
    for (const partitions of o.counts) {
      o.signal.throwIfAborted();
      const report = await onPartitions(partitions, o);
      reports.get(partitions)?.push(report);
      o.print(`round ${round}, ${partitions} partitions: ${described(report)}`);
    }
  const rows = [...reports].map(([partitions, all]) => ({
    partitions,
    ...medianBy(all, ({ recordsPerSecond }) => recordsPerSecond),
    cpuUs: medianBy(all, ({ cpuUs }) => cpuUs).cpuUs,
  }));
  const cpu = {
    name: 'µs of CPU per callback, by partitions',
    points: pointsOf(rows.map(({ partitions, cpuUs }) => [partitions, cpuUs])),
  };
  const rate = {
    name: 'callbacks/s, by partitions',
    points: pointsOf(rows.map(({ partitions, recordsPerSecond }) => [partitions, recordsPerSecond])),
  };
  return {
    curves: [cpu, rate],
    budgets: [flat(cpu), flatRate(rate)],
    figures: rows.map(({ partitions, recordsPerSecond, cpuUs, anonMb }) => ({
      partitions,
      'callbacks/s': recordsPerSecond,
      'µs of CPU per callback': cpuUs,
      'private MB': Math.round(anonMb),
    })),
    svg: {
      '': drawn('live2vod run processor, by partitions', 'partitions', 'callbacks/s', [rate]),
      cpu: drawn('live2vod run processor, by partitions', 'partitions', 'µs of CPU', [cpu]),
    },
  };
}

async function onPartitions(partitions: number, o: ProductGrowthOptions): Promise<ProductReport> {
  const prefix = newPrefix();
  const folder = await mkdtemp(join(o.folder, 'partitions-'));
  const admin = await Admin.connect(o.kafka);
  try {
    await admin.ensureTopics(productTopics.map((id) => ({ name: topicName(prefix, id), partitions })));
    const videos = o.fresh ?? defaultFresh;
    const topic = topicName(prefix, 'callbacks');
    const workload = { videos, topic, endMs: systemClock.now(), streams: streamsOf(videos) };
    const records = await load(o.kafka, callbacks(workload));
    return await runProduct({ ...o, prefix, partitions, processes: 1, folder, records });
  } finally {
    for (const name of await admin.listTopics()) if (name.startsWith(prefix)) await admin.deleteTopic(name);
    admin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function partitionsOf(kafka: KafkaSettings, topic: string): Promise<number> {
  const admin = await Admin.connect(kafka);
  try {
    const [found] = await admin.describe([topic]);
    if (!found) throw new Error(`${topic} is not there`);
    return found.partitions;
  } finally {
    admin.close();
  }
}

const described = ({ recordsPerSecond, cpuUs, anonMb }: ProductReport): string =>
  `${recordsPerSecond} callbacks/s, ${cpuUs} µs of CPU each, ${Math.round(anonMb)} MB private`;

const describedStart = ({ restoreSeconds, restartSeconds, diskBytes }: Started): string =>
  `restored in ${restoreSeconds.toFixed(1)} s, restarted in ${restartSeconds.toFixed(1)} s, ${rounded(diskBytes / 1e6)} MB on disk`;
