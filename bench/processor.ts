/**
 * `live2vod bench processor`: callbacks per second through the video processor, against a bare exactly-once copy of the
 * same records with the same client (the floor), and against that copy through the runtime. All run in turns, each in a
 * process of its own, on one broker that shares the machine, so only the ratios mean anything elsewhere.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin, IdempotentProducer, type KafkaSettings, type OutgoingRecord } from '../connectors/kafka/index.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { callbacks } from './callbacks.ts';
import type { TargetMode, TargetReport, TargetSettings } from './processor-target.ts';

export type ProcessorBenchOptions = {
  readonly brokers: string;
  readonly registryUrl: string;
  /** Each causes five callbacks, and every twentieth of those comes twice. Default 40,000. */
  readonly videos?: number;
  /** All sides are measured in turns that often; medians count. Default 3. */
  readonly rounds?: number;
  /** Most records of one transaction, on every side. Default 2,000. */
  readonly batchRecords?: number;
  readonly print: (line: string) => void;
};

export type ProcessorBenchResult = {
  readonly records: number;
  readonly sides: Readonly<Record<TargetMode, TargetReport>>;
  /** Video processor over the bare copy, records per second. Budget: at least 0.4. */
  readonly ratio: number;
  readonly withinBudget: boolean;
};

const budgetRatio = 0.4;
const partitions = 6;
const modes: readonly TargetMode[] = ['bare', 'copy', 'video'];
const outputs: readonly TopicId[] = ['video-state', 'stream-facts', 'transcode-jobs', 'dead-letters'];
const script = fileURLToPath(new URL('processor-target.ts', import.meta.url));

export async function benchProcessor(options: ProcessorBenchOptions): Promise<ProcessorBenchResult> {
  const { videos = 40_000, rounds = 3, batchRecords = 2_000, print } = options;
  const kafka: KafkaSettings = { brokers: options.brokers, clientId: 'live2vod-bench' };
  const inputPrefix = `bench-${randomUUID()}.`;
  const input = topicName(inputPrefix, 'callbacks');
  const admin = await Admin.connect(kafka);
  const reports: Record<TargetMode, TargetReport[]> = { bare: [], copy: [], video: [] };
  try {
    await admin.ensureTopics([{ name: input, partitions }]);
    const records = await load(kafka, callbacks(videos, input));
    print(`${records} callbacks of ${videos} videos are in ${input}`);
    for (let round = 1; round <= rounds; round += 1) {
      for (const mode of modes) {
        const outputPrefix = `bench-${randomUUID()}.`;
        const names = outputs.map((id) => topicName(outputPrefix, id));
        const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
        try {
          await admin.ensureTopics(names.map((name) => ({ name, partitions })));
          const common = { kafka, registryUrl: options.registryUrl, inputPrefix, outputPrefix, partitions };
          const report = await measure({ ...common, mode, records, batchRecords, folder });
          reports[mode].push(report);
          print(`round ${round} ${mode.padEnd(5)} ${described(report)}`);
        } finally {
          for (const name of names) await admin.deleteTopic(name);
          await rm(folder, { recursive: true, force: true });
        }
      }
    }
    const sides = { bare: median(reports.bare), copy: median(reports.copy), video: median(reports.video) };
    const ratio = sides.video.recordsPerSecond / sides.bare.recordsPerSecond;
    for (const mode of modes) print(`${mode.padEnd(5)} ${described(sides[mode])}`);
    print(`video / bare ${ratio.toFixed(2)} (budget ${budgetRatio})`);
    return { records, sides, ratio, withinBudget: ratio >= budgetRatio };
  } finally {
    await admin.deleteTopic(input);
    admin.close();
  }
}

async function load(kafka: KafkaSettings, records: Iterable<OutgoingRecord>): Promise<number> {
  const producer = await IdempotentProducer.connect(kafka, { lingerMs: 20, maxInFlightBytes: 256 * 1024 * 1024 });
  let count = 0;
  let sending: Promise<unknown>[] = [];
  for (const record of records) {
    sending.push(producer.send(record));
    count += 1;
    if (sending.length === 10_000) {
      await Promise.all(sending);
      sending = [];
    }
  }
  await Promise.all(sending);
  await producer.close();
  return count;
}

async function measure(settings: TargetSettings): Promise<TargetReport> {
  const child = fork(script, { env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
  const exited = once(child, 'exit');
  const answered = once(child, 'message') as Promise<[TargetReport]>;
  child.send(settings);
  try {
    return await Promise.race([
      answered.then(([report]) => report),
      exited.then(([code]) => {
        throw new Error(`the ${settings.mode} side ended with exit code ${code}`);
      }),
    ]);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** The report of the round with the median throughput. */
function median(reports: readonly TargetReport[]): TargetReport {
  const sorted = reports.toSorted((a, b) => a.recordsPerSecond - b.recordsPerSecond);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) throw new Error('there must be at least one round');
  return middle;
}

const described = ({ recordsPerSecond, cpuUs, transactions, anonMb }: TargetReport): string =>
  `${String(recordsPerSecond).padStart(6)} records/s, ${cpuUs} µs CPU each, ${transactions} transactions, ${anonMb} MB private`;
