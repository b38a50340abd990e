/**
 * `live2vod bench processor`: callbacks per second through the video processor, against a bare exactly-once copy of the
 * same records with the same client (the floor), that copy through the runtime, and the same job in Kafka Streams. Ours
 * in one process and in two, theirs with one thread and with two: the quicker of each counts. All run in turns, in
 * processes of their own, on one broker that shares the machine, so only the ratios mean anything elsewhere. Every side
 * is measured from the end of its first transaction to the end of its last one.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { Admin, type KafkaSettings } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { type Budget, type Judged, judged, type Outcome } from './budgets.ts';
import { callbacks } from './callbacks.ts';
import { differencesOf } from './equality.ts';
import { load } from './load.ts';
import { readOutputs } from './outputs.ts';
import { changelogOf, startPeer, type Tuning } from './peers/streams.ts';
import { throughput } from './peers/tuning.ts';
import { barChart } from './plot.ts';
import { newPrefix } from './prefix.ts';
import type { TargetMode } from './processor-target.ts';
import { measureProduct, type ProductResult } from './product.ts';
import { medianBy } from './statistics.ts';
import { type TargetReport, type TargetRun, target } from './target.ts';

export type ProcessorBenchOptions = {
  readonly brokers: string;
  readonly registryUrl: string;
  /** Class path of the Kafka Streams peer; without it that side is left out. */
  readonly peer?: string;
  readonly tuning?: Tuning;
  /** Each causes five callbacks, and every twentieth of those comes twice. Default 40,000. */
  readonly videos?: number;
  /** All sides are measured in turns that often; medians count. Default 3. */
  readonly rounds?: number;
  /** Most records of one transaction, on our sides. Default 2,000. */
  readonly batchRecords?: number;
  /** Measures only these, for tuning one of them. */
  readonly sides?: readonly Side[];
  readonly print: (line: string) => void;
};

/** Each as what it runs, and in how many processes or threads. */
const sideTable = {
  bare: { title: 'bare copy', mode: 'bare', many: 1 },
  copy: { title: 'copy by runtime', mode: 'copy', many: 1 },
  video: { title: 'video processor', mode: 'video', many: 1 },
  video2: { title: 'the same, 2 processes', mode: 'video', many: 2 },
  streams: { title: 'Kafka Streams', mode: 'streams', many: 1 },
  streams2: { title: 'the same, 2 threads', mode: 'streams', many: 2 },
} as const satisfies Record<string, { title: string; mode: TargetMode | 'streams'; many: number }>;
export type Side = keyof typeof sideTable;

export type ProcessorBenchResult = Outcome & {
  readonly records: number;
  readonly sides: Readonly<Partial<Record<Side, TargetReport>>>;
  readonly rounds: Readonly<Partial<Record<Side, readonly TargetReport[]>>>;
  /** Videos whose state, facts and job were compared between both implementations. Absent without the peer. */
  readonly compared?: number;
  /** The product as it is run. Absent where only some sides were asked for. */
  readonly product?: ProductResult;
  readonly budgets: readonly Judged[];
};

const partitions = 6;
const defaultBatchRecords = 2_000;
const outputs: readonly TopicId[] = ['video-state', 'stream-facts', 'transcode-jobs', 'dead-letters'];

export async function benchProcessor(options: ProcessorBenchOptions): Promise<ProcessorBenchResult> {
  const { videos = 40_000, rounds = 3, print } = options;
  const kafka: KafkaSettings = { brokers: options.brokers, clientId: 'live2vod-bench' };
  const inputPrefix = newPrefix();
  const input = topicName(inputPrefix, 'callbacks');
  const admin = await Admin.connect(kafka);
  const modes = (Object.keys(sideTable) as Side[])
    .filter((side) => options.peer !== undefined || sideTable[side].mode !== 'streams')
    .filter((side) => options.sides?.includes(side) ?? true);
  const reports: Partial<Record<Side, TargetReport[]>> = {};
  try {
    await admin.ensureTopics([{ name: input, partitions }]);
    const records = await load(kafka, callbacks({ videos, topic: input, endMs: systemClock.now() }));
    print(`${records} callbacks of ${videos} videos are in ${input}`);
    let compared: number | undefined;
    for (let round = 1; round <= rounds; round += 1) {
      const prefixes = new Map<Side, string>();
      try {
        for (const mode of modes) {
          const outputPrefix = newPrefix();
          prefixes.set(mode, outputPrefix);
          await admin.ensureTopics(outputs.map((id) => ({ name: topicName(outputPrefix, id), partitions })));
          const report = await measure(mode, { ...options, kafka, inputPrefix, outputPrefix, records });
          reports[mode] = [...(reports[mode] ?? []), report];
          print(`round ${round} ${mode.padEnd(8)} ${described(report)}`);
        }
        const [ours, theirs] = [prefixes.get('video'), prefixes.get('streams')];
        if (round === 1 && ours !== undefined && theirs !== undefined) {
          compared = await compare(kafka, options.registryUrl, ours, theirs, videos);
          print(`states, facts and jobs of all ${compared} videos are the same in Kafka Streams`);
        }
      } finally {
        for (const [mode, prefix] of prefixes) await dropOutputs(admin, mode, prefix);
      }
    }
    const sides: Partial<Record<Side, TargetReport>> = {};
    for (const mode of modes) sides[mode] = medianBy(reports[mode] ?? [], (report) => report.recordsPerSecond);
    const { registryUrl, batchRecords = defaultBatchRecords } = options;
    const productVideos = Math.min(videos, 24_000);
    const product = options.sides
      ? undefined
      : await measureProduct({ kafka, registryUrl, batchRecords, videos: productVideos, print });
    const measured = { records, sides, rounds: reports, ...(compared === undefined ? {} : { compared }) };
    return summed({ ...measured, ...(product ? { product } : {}) }, print);
  } finally {
    await admin.deleteTopic(input);
    admin.close();
  }
}

function summed(
  measured: Pick<ProcessorBenchResult, 'records' | 'sides' | 'rounds' | 'compared' | 'product'>,
  print: (line: string) => void,
): ProcessorBenchResult {
  const { sides } = measured;
  for (const [mode, report] of Object.entries(sides)) print(`${mode.padEnd(8)} ${described(report)}`);
  const verdict = judged([...processorBudgets(sides), ...(measured.product?.budgets ?? [])], print);
  return {
    ...measured,
    ...verdict,
    svg: barChart({
      title: 'Callbacks, exactly once',
      unit: 'records/s',
      bars: Object.entries(sides).map(([side, { recordsPerSecond }]) => ({
        name: sideTable[side as Side].title,
        value: recordsPerSecond,
      })),
    }),
  };
}

/** Of what was measured. In front of Kafka Streams, both with their best number of processes or threads. */
export function processorBudgets(sides: ProcessorBenchResult['sides']): Budget[] {
  const best = (mode: TargetMode | 'streams') =>
    (Object.keys(sides) as Side[])
      .filter((side) => sideTable[side].mode === mode)
      .flatMap((side) => sides[side] ?? [])
      .toSorted((a, b) => b.recordsPerSecond - a.recordsPerSecond)[0];
  const [ours, theirs] = [best('video'), best('streams')];
  const budgets: Budget[] = [];
  if (ours && theirs)
    budgets.push(
      { name: 'processor / Kafka Streams', value: ours.recordsPerSecond / theirs.recordsPerSecond, least: 1.2 },
      { name: 'CPU per callback / Kafka Streams', value: ours.cpuUs / theirs.cpuUs, most: 0.7 },
    );
  if (sides.video && sides.bare) {
    const value = sides.video.recordsPerSecond / sides.bare.recordsPerSecond;
    budgets.push({ name: 'processor / bare copy, one process each', value, least: 0.55 });
  }
  return budgets;
}

type MeasureOptions = Pick<ProcessorBenchOptions, 'registryUrl' | 'batchRecords' | 'peer' | 'tuning'> &
  Pick<TargetRun, 'kafka' | 'inputPrefix' | 'outputPrefix' | 'records'>;

async function measure(side: Side, o: MeasureOptions): Promise<TargetReport> {
  const { mode, many } = sideTable[side];
  const { kafka, registryUrl, inputPrefix, outputPrefix, records, batchRecords = defaultBatchRecords } = o;
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  try {
    if (mode !== 'streams')
      return await target({
        mode,
        kafka,
        registryUrl,
        inputPrefix,
        outputPrefix,
        partitions,
        records,
        batchRecords,
        folder,
        processes: many,
      });
    const registry = connectRegistry({ url: registryUrl, prefix: outputPrefix });
    const peer = await startPeer({
      classPath: o.peer ?? '',
      brokers: kafka.brokers,
      applicationId: applicationId(outputPrefix),
      input: topicName(inputPrefix, 'callbacks'),
      outputPrefix,
      schemaIds: {
        'video-state': await registry.register('video-state'),
        'stream-facts': await registry.register('stream-facts'),
        'transcode-jobs': await registry.register('transcode-jobs'),
      },
      folder,
      records,
      tuning: o.tuning ?? throughput(many),
    });
    try {
      const { event: _, ...report } = await peer.next('done');
      return report;
    } finally {
      await peer.stop('SIGKILL');
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  kafka: KafkaSettings,
  registryUrl: string,
  ours: string,
  theirs: string,
  videos: number,
): Promise<number> {
  const read = (prefix: string, stateTopic: string) =>
    readOutputs(kafka, connectRegistry({ url: registryUrl, prefix }), prefix, stateTopic);
  const a = await read(ours, topicName(ours, 'video-state'));
  const b = await read(theirs, changelogOf(applicationId(theirs)));
  const found = differencesOf(a, b);
  if (a.states.size !== videos) found.push(`${a.states.size} states of ${videos} videos`);
  if (a.jobs.size !== Math.floor(videos / 2)) found.push(`${a.jobs.size} jobs for half of ${videos} videos`);
  if (a.deadLetters + b.deadLetters > 0) found.push(`dead letters: ${a.deadLetters} ours, ${b.deadLetters} theirs`);
  if (found.length > 0) throw new Error(`the two implementations differ:\n${found.join('\n')}`);
  return a.states.size;
}

async function dropOutputs(admin: Admin, side: Side, prefix: string): Promise<void> {
  const names = outputs.map((id) => topicName(prefix, id));
  if (sideTable[side].mode === 'streams') names.push(changelogOf(applicationId(prefix)));
  const present = new Set(await admin.listTopics());
  for (const name of names) if (present.has(name)) await admin.deleteTopic(name);
}

const applicationId = (outputPrefix: string): string => `${outputPrefix}peer`;

const described = ({ recordsPerSecond, cpuUs, transactions, anonMb }: TargetReport): string =>
  `${String(recordsPerSecond).padStart(6)} records/s, ${cpuUs} µs CPU each, ${transactions} transactions, ${anonMb} MB private`;
