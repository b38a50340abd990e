/**
 * One process of a side of the processor benchmark: reads `callbacks` exactly once and tells after each transaction how
 * many they were, until it is killed. `bare` copies each record with the client alone, `copy` does the same through the
 * runtime (each record becomes its key's state), `video` is the product.
 */
import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { type ConsumedRecord, Consumer, type KafkaSettings, TransactionalProducer } from '../connectors/kafka/index.ts';
import { keepHeapSmall, sha256, systemPlatform } from '../platform/host/index.ts';
import { policyBook } from '../processors/policy/index.ts';
import type { Topology } from '../processors/topology.ts';
import { videoTopology } from '../processors/video/index.ts';
import { type Codecs, LateArrivalGuard, runProcessor, StepWatch } from '../runtime/index.ts';
import { readPolicies } from '../schemas/policies.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { policyRules } from './callbacks.ts';
import { workAhead } from './work-ahead.ts';

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
  readonly batchRecords: number;
  /** Names this process within its group. */
  readonly instance: string;
  readonly folder: string;
};

/** What a side tells after each transaction. */
export type TargetMessage = { readonly records: number };

function took(records: number): void {
  process.send?.({ records } satisfies TargetMessage);
}

async function bare(s: TargetSettings): Promise<void> {
  const input = topicName(s.inputPrefix, 'callbacks');
  const output = topicName(s.outputPrefix, 'video-state');
  const consumer = await Consumer.connect(s.kafka, { groupId: s.outputPrefix, groupInstanceId: s.instance });
  const producer = await TransactionalProducer.connect(s.kafka, { transactionalId: s.outputPrefix });
  consumer.subscribe([input]);
  const copied = async (records: readonly ConsumedRecord[]) => {
    if (records.length === 0) return;
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
    took(records.length);
  };
  await workAhead(() => consumer.poll(s.batchRecords, 100), copied);
}

const copying: Topology<Buffer> = {
  name: 'copy',
  input: 'callbacks',
  changelog: 'video-state',
  outputs: [],
  step: (_state, record) => ({ kind: 'next', state: record.value as Buffer, emit: [] }),
};

/** With what `run processor` has around a step: its rule for the heap (its flag for Node is in target.ts) and its watches. */
async function processor<S>(s: TargetSettings, topology: Topology<S>, codecs: Codecs): Promise<void> {
  keepHeapSmall();
  const topics = (id: TopicId) => topicName(id === 'callbacks' ? s.inputPrefix : s.outputPrefix, id);
  await runProcessor({
    topology,
    topics,
    steps: new StepWatch({
      topics: [topics(topology.input)],
      file: join(s.folder, 'slow-steps', `${s.instance}.json`),
    }),
    group: `${s.outputPrefix}${topology.name}`,
    kafka: s.kafka,
    instance: s.instance,
    stateFolder: join(s.folder, s.instance),
    codecs,
    clock: systemPlatform,
    // Killed when all is done.
    signal: new AbortController().signal,
    maxBatchRecords: s.batchRecords,
    hooks: {
      onTransaction: ({ records }) => {
        if (records > 0) took(records);
      },
    },
  });
}

async function video(s: TargetSettings): Promise<void> {
  const registry = connectRegistry({ url: s.registryUrl, prefix: s.outputPrefix });
  const codecs: Codecs = {
    'video-state': await registry.codec('video-state'),
    'stream-facts': await registry.codec('stream-facts'),
    'transcode-jobs': await registry.codec('transcode-jobs'),
  };
  const policies = readPolicies(policyRules);
  if (!policies.ok) throw new Error('the rules of the benchmark are no policies');
  // Kafka is never away here, and nothing waits for this watch: what it costs is its look at each record.
  const lateArrivals = new LateArrivalGuard({ clock: systemPlatform, holdMs: 60_000, kafkaLastUnreachableMs: () => 0 });
  const topology = lateArrivals.watch(videoTopology({ policies: policyBook(policies.rules), sha256 }));
  await processor(s, topology, codecs);
}

// Nothing outlives the benchmark.
process.once('disconnect', () => process.exit(1));

process.once('message', (settings: TargetSettings) => {
  const run = { bare, video, copy: (s: TargetSettings) => processor(s, copying, {}) }[settings.mode];
  run(settings).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
