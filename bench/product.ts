/**
 * The part of `live2vod bench processor` that measures the product as it is run: `live2vod run processor` from callbacks to
 * `video-state` and `session-state`, in one process and in two, on streams that have had one show each and on streams that
 * have had many; against the video processor alone on the same callbacks.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin, Consumer, type KafkaSettings } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { processorGroup } from '../runtime/index.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { callbacks } from './callbacks.ts';
import { load } from './load.ts';
import { startOurs, takenBy } from './subject.ts';
import { target } from './target.ts';

export type ProductOptions = {
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  /** Default 24,000. */
  readonly videos?: number;
  readonly batchRecords: number;
  readonly print: (line: string) => void;
};

export type ProductReport = { readonly recordsPerSecond: number; readonly cpuUs: number; readonly anonMb: number };

export type ProductResult = {
  /** By what it is, `2 processes, 120 shows`. */
  readonly sides: Readonly<Record<string, ProductReport>>;
  readonly ratios: Readonly<Record<string, { readonly ratio: number; readonly least: number }>>;
  readonly withinBudget: boolean;
};

const partitions = 6;
const showsPerStream = [1, 120] as const;
const read: readonly TopicId[] = ['callbacks', 'video-state', 'stream-facts', 'stream-state'];
const written: readonly TopicId[] = ['session-state', 'transcode-jobs', 'compose-jobs', 'dead-letters'];
const lookEveryMs = 100;
const withinMs = 600_000;

export async function measureProduct(o: ProductOptions): Promise<ProductResult> {
  const { kafka, videos = 24_000, print } = o;
  const admin = await Admin.connect(kafka);
  const sides: Record<string, ProductReport> = {};
  const rate = (side: string) => sides[side]?.recordsPerSecond ?? Number.NaN;
  try {
    for (const shows of showsPerStream) {
      for (const processes of [0, 1, 2]) {
        const prefix = `bench-${randomUUID()}.`;
        const side = `${processes === 0 ? 'video processor alone' : nameOf(processes)}, ${showsText(shows)}`;
        try {
          await admin.ensureTopics([...read, ...written].map((id) => ({ name: topicName(prefix, id), partitions })));
          const streams = Math.ceil(videos / shows);
          const topic = topicName(prefix, 'callbacks');
          const records = await load(kafka, callbacks({ videos, topic, endMs: systemClock.now(), streams }));
          const report =
            processes === 0 ? await alone(o, prefix, records) : await asRun(o, admin, prefix, records, processes);
          sides[side] = report;
          const { recordsPerSecond, cpuUs, anonMb } = report;
          print(
            `${side.padEnd(38)} ${recordsPerSecond} callbacks/s, ${cpuUs} µs CPU each, ${Math.round(anonMb)} MB private`,
          );
        } finally {
          const present = new Set(await admin.listTopics());
          for (const name of present) if (name.startsWith(prefix)) await admin.deleteTopic(name);
        }
      }
    }
  } finally {
    admin.close();
  }
  const [few, many] = showsPerStream.map(showsText) as [string, string];
  const ratios = {
    'product / video processor alone': {
      ratio: rate(`${nameOf(1)}, ${few}`) / rate(`video processor alone, ${few}`),
      least: 0.6,
    },
    '2 processes / 1': { ratio: rate(`${nameOf(2)}, ${few}`) / rate(`${nameOf(1)}, ${few}`), least: 1.3 },
    [`${many} / ${few}`]: { ratio: rate(`${nameOf(1)}, ${many}`) / rate(`${nameOf(1)}, ${few}`), least: 0.8 },
  };
  for (const [name, { ratio, least }] of Object.entries(ratios))
    print(`${name.padEnd(38)} ${ratio.toFixed(2)} (budget ${least})`);
  return { sides, ratios, withinBudget: Object.values(ratios).every(({ ratio, least }) => ratio >= least) };
}

const nameOf = (processes: number) => `product in ${processes} process${processes === 1 ? '' : 'es'}`;
const showsText = (shows: number) => `${shows} show${shows === 1 ? '' : 's'} a stream`;

async function alone(o: ProductOptions, prefix: string, records: number): Promise<ProductReport> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const { kafka, registryUrl, batchRecords } = o;
  const places = { inputPrefix: prefix, outputPrefix: prefix, partitions, records, batchRecords, folder };
  try {
    return await target({ mode: 'video', kafka, registryUrl, ...places });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** From the first committed callbacks until both processors have committed the ends of what they read. */
async function asRun(
  { kafka, registryUrl }: ProductOptions,
  admin: Admin,
  prefix: string,
  records: number,
  processes: number,
): Promise<ProductReport> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const topics = (id: TopicId) => topicName(prefix, id);
  const groups = await Promise.all(
    (['video', 'session'] as const).map(async (name) => {
      const input = name === 'video' ? 'callbacks' : 'stream-facts';
      const at = Array.from({ length: partitions }, (_, partition) => ({ topic: topics(input), partition }));
      // It never joins.
      const group = await Consumer.connect(kafka, { groupId: processorGroup(topics, { name, input }) });
      return { group, at };
    }),
  );
  const running = await startOurs(folder, { kafka, registryUrl, prefix, processes });
  try {
    /** How much a processor has committed, and how much it has yet to. A transaction's end takes an offset of its own. */
    const progress = async ({ group, at }: (typeof groups)[number]) => {
      const ends = await admin.endOffsets(at, 'read_committed');
      const done = new Map(
        (await group.committed(at, 30_000)).map(({ partition, offset }) => [partition, offset ?? 0]),
      );
      const left = ends.map(({ partition, offset }) => offset - (done.get(partition) ?? 0));
      return { done: [...done.values()].reduce((sum, one) => sum + one, 0), atEnd: left.every((one) => one <= 1) };
    };
    const [video, session] = groups as [(typeof groups)[number], (typeof groups)[number]];
    const until = systemClock.monotonicMs() + withinMs;
    let first: { readonly atMs: number; readonly done: number; readonly cpuUs: number } | null = null;
    for (;;) {
      if (systemClock.monotonicMs() > until) throw new Error(`not done within ${withinMs / 60_000} min: see ${folder}`);
      const { done, atEnd } = await progress(video);
      const atMs = systemClock.monotonicMs();
      if (first === null && done > 0) first = { atMs, done, cpuUs: (await takenBy(running.pid)).cpuUs };
      if (first !== null && atEnd && (await progress(session)).atEnd) {
        const nowMs = systemClock.monotonicMs();
        const { cpuUs, anonMb } = await takenBy(running.pid);
        const measured = records - first.done;
        return {
          recordsPerSecond: Math.round((measured / (nowMs - first.atMs)) * 1_000),
          cpuUs: Math.round(((cpuUs - first.cpuUs) / measured) * 10) / 10,
          anonMb,
        };
      }
      await systemClock.sleep(lookEveryMs);
    }
  } finally {
    await running.stop('SIGTERM');
    for (const { group } of groups) await group.close();
    await rm(folder, { recursive: true, force: true });
  }
}
