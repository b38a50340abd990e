/**
 * The part of `live2vod bench processor` that measures the product as it is run: `live2vod run processor` from callbacks to
 * `video-state` and `session-state`, in one process and in two, on streams that have had one show each and on streams that
 * have had many; against the video processor alone on the same callbacks.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin, type KafkaSettings } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { topicName } from '../schemas/topics.ts';
import type { Budget } from './budgets.ts';
import { callbacks } from './callbacks.ts';
import { load } from './load.ts';
import { newPrefix } from './prefix.ts';
import { type ProductReport, productTopics, runProduct } from './product-run.ts';
import { target } from './target.ts';

export type ProductOptions = {
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  /** Default 24,000. */
  readonly videos?: number;
  readonly batchRecords: number;
  readonly print: (line: string) => void;
};

export type ProductResult = {
  /** By what it is, `2 processes, 120 shows`. */
  readonly sides: Readonly<Record<string, SideReport>>;
  readonly budgets: readonly Budget[];
};

/** Where the processor's processes tell themselves how far they are, nobody looks at the cores. */
type SideReport = Omit<ProductReport, 'busy'> & Partial<Pick<ProductReport, 'busy'>>;

const partitions = 6;
const showsPerStream = [1, 120] as const;

export async function measureProduct(o: ProductOptions): Promise<ProductResult> {
  const { kafka, videos = 24_000, print } = o;
  const admin = await Admin.connect(kafka);
  const sides: Record<string, SideReport> = {};
  const rate = (side: string) => sides[side]?.recordsPerSecond ?? Number.NaN;
  try {
    for (const shows of showsPerStream) {
      for (const processes of [0, 1, 2]) {
        const prefix = newPrefix();
        const side = `${processes === 0 ? 'video processor alone' : nameOf(processes)}, ${showsText(shows)}`;
        try {
          await admin.ensureTopics(productTopics.map((id) => ({ name: topicName(prefix, id), partitions })));
          const streams = Math.ceil(videos / shows);
          const topic = topicName(prefix, 'callbacks');
          const records = await load(kafka, callbacks({ videos, topic, endMs: systemClock.now(), streams }));
          const report =
            processes === 0 ? await alone(o, prefix, records) : await asRun(o, prefix, { records, processes });
          sides[side] = report;
          const { recordsPerSecond, cpuUs, anonMb, busy } = report;
          const cores = busy === undefined ? '' : `, ${Math.round(busy * 100)} % of the cores busy`;
          print(
            `${side.padEnd(38)} ${recordsPerSecond} callbacks/s, ${cpuUs} µs CPU each, ${Math.round(anonMb)} MB private${cores}`,
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
  const budgets = [
    {
      name: 'product / video processor alone',
      value: rate(`${nameOf(1)}, ${few}`) / rate(`video processor alone, ${few}`),
      least: 0.6,
    },
    {
      name: 'product in 2 processes / in 1',
      value: rate(`${nameOf(2)}, ${few}`) / rate(`${nameOf(1)}, ${few}`),
      least: 1.3,
    },
    {
      name: `product with ${many} / ${few}`,
      value: rate(`${nameOf(1)}, ${many}`) / rate(`${nameOf(1)}, ${few}`),
      least: 0.8,
    },
  ];
  return { sides, budgets };
}

const nameOf = (processes: number) => `product in ${processes} process${processes === 1 ? '' : 'es'}`;
const showsText = (shows: number) => `${shows} show${shows === 1 ? '' : 's'} a stream`;

async function alone(o: ProductOptions, prefix: string, records: number): Promise<SideReport> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const { kafka, registryUrl, batchRecords } = o;
  const places = { inputPrefix: prefix, outputPrefix: prefix, partitions, records, batchRecords, folder };
  try {
    return await target({ mode: 'video', kafka, registryUrl, ...places });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function asRun(
  { kafka, registryUrl }: ProductOptions,
  prefix: string,
  o: { readonly records: number; readonly processes: number },
): Promise<ProductReport> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  try {
    return await runProduct({ kafka, registryUrl, prefix, partitions, folder, ...o });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
