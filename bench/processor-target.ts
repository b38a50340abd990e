/**
 * One side of the processor benchmark, in a process of its own: reads `callbacks` from its beginning to its end exactly
 * once and tells what that cost. `bare` copies each record with the client alone, `copy` does the same through the
 * runtime (each record becomes its key's state), `video` is the product.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { Consumer, type KafkaSettings, TransactionalProducer } from '../connectors/kafka/index.ts';
import { sha256, systemClock, systemPlatform } from '../platform/host/index.ts';
import { policyBook } from '../processors/policy/index.ts';
import type { Topology } from '../processors/topology.ts';
import { videoTopology } from '../processors/video/index.ts';
import { type Codecs, runProcessor } from '../runtime/index.ts';
import { readPolicies } from '../schemas/policies.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { policyRules } from './callbacks.ts';

export type TargetMode = 'bare' | 'copy' | 'video';

export type TargetSettings = {
  readonly mode: TargetMode;
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  /** Where `callbacks` is. */
  readonly inputPrefix: string;
  /** Prefix of the topics that this run writes. */
  readonly outputPrefix: string;
  readonly partitions: number;
  readonly records: number;
  readonly batchRecords: number;
  readonly folder: string;
};

export type TargetReport = {
  readonly recordsPerSecond: number;
  /** CPU of the whole process, microseconds per record. */
  readonly cpuUs: number;
  readonly transactions: number;
  /** Private memory at the end, MB (10^6 bytes). */
  readonly anonMb: number;
};

/** Counts from the end of the first transaction, so that starting up and joining the group aren't measured. */
class Meter {
  #first: { readonly atMs: number; readonly cpu: NodeJS.CpuUsage } | null = null;
  #records = 0;
  #seen = 0;
  #transactions = 0;

  took(records: number): number {
    this.#seen += records;
    if (this.#first === null) {
      if (records > 0) this.#first = { atMs: systemClock.monotonicMs(), cpu: process.cpuUsage() };
      return this.#seen;
    }
    this.#records += records;
    this.#transactions += 1;
    return this.#seen;
  }

  async report(): Promise<TargetReport> {
    const ms = systemClock.monotonicMs() - (this.#first?.atMs ?? 0);
    const { user, system } = process.cpuUsage(this.#first?.cpu);
    const anonKb = Number(/RssAnon:\s+(\d+) kB/.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? 0);
    return {
      recordsPerSecond: Math.round((this.#records / ms) * 1000),
      cpuUs: Math.round(((user + system) / this.#records) * 10) / 10,
      transactions: this.#transactions,
      anonMb: Math.round((anonKb * 1024) / 1e6),
    };
  }
}

async function bare(s: TargetSettings): Promise<TargetReport> {
  const input = topicName(s.inputPrefix, 'callbacks');
  const output = topicName(s.outputPrefix, 'video-state');
  const consumer = await Consumer.connect(s.kafka, { groupId: s.outputPrefix, groupInstanceId: 'a' });
  const producer = await TransactionalProducer.connect(s.kafka, { transactionalId: s.outputPrefix });
  consumer.subscribe([input]);
  const meter = new Meter();
  for (let seen = 0; seen < s.records; ) {
    const records = await consumer.poll(s.batchRecords, 100);
    if (records.length === 0) continue;
    const next = new Map<number, number>();
    await producer.begin();
    for (const { key, value, headers, partition, offset } of records) {
      producer.write({ topic: output, key, value, headers, partition });
      next.set(partition, offset + 1);
    }
    await producer.sendOffsets(
      [...next].map(([partition, offset]) => ({ topic: input, partition, offset })),
      consumer,
    );
    await producer.commit();
    seen = meter.took(records.length);
  }
  const report = await meter.report();
  await producer.close();
  await consumer.close();
  return report;
}

const copying: Topology<Buffer> = {
  name: 'copy',
  input: 'callbacks',
  changelog: 'video-state',
  outputs: [],
  step: (_state, record) => ({ kind: 'next', state: record.value as Buffer, emit: [] }),
};

async function processor<S>(s: TargetSettings, topology: Topology<S>, codecs: Codecs): Promise<TargetReport> {
  const stop = new AbortController();
  const meter = new Meter();
  let report: Promise<TargetReport> | null = null;
  await runProcessor({
    topology,
    topics: (id: TopicId) => topicName(id === 'callbacks' ? s.inputPrefix : s.outputPrefix, id),
    group: `${s.outputPrefix}${topology.name}`,
    kafka: s.kafka,
    instance: 'a',
    stateFolder: join(s.folder, 'state'),
    codecs,
    clock: systemPlatform,
    signal: stop.signal,
    maxBatchRecords: s.batchRecords,
    hooks: {
      onTransaction: ({ records }) => {
        if (meter.took(records) < s.records || report !== null) return;
        report = meter.report();
        stop.abort();
      },
    },
  });
  if (!report) throw new Error('the processor stopped before it had seen all records');
  return await report;
}

async function video(s: TargetSettings): Promise<TargetReport> {
  const registry = connectRegistry({ url: s.registryUrl, prefix: s.outputPrefix });
  const codecs: Codecs = {
    'video-state': await registry.codec('video-state'),
    'stream-facts': await registry.codec('stream-facts'),
    'transcode-jobs': await registry.codec('transcode-jobs'),
  };
  const policies = readPolicies(policyRules);
  if (!policies.ok) throw new Error('the rules of the benchmark are no policies');
  return await processor(s, videoTopology({ policies: policyBook(policies.rules), sha256 }), codecs);
}

// Nothing outlives the benchmark.
process.once('disconnect', () => process.exit(1));

process.once('message', (settings: TargetSettings) => {
  const run = { bare, video, copy: (s: TargetSettings) => processor(s, copying, {}) }[settings.mode];
  run(settings).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
