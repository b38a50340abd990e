/**
 * How the Kafka Streams peer is tuned, and why. Each value was tried against its neighbours on the benchmark's own load;
 * docs/benchmarks.md has the figures.
 */
import type { Tuning } from './streams.ts';

/** Shared by all runs: what Kafka's own documentation advises for a service on a small machine. */
const common = {
  // One thread owns all tasks: with two cores, of which the broker needs one, a second thread only takes turns with the first.
  'num.stream.threads': 1,
  // Static membership, as ours: without it a restarted instance waits until the group has given up its predecessor (45 s).
  'group.instance.id': 'a',
  'session.timeout.ms': 10_000,
  'main.consumer.max.poll.records': 2_000,
  'main.consumer.fetch.min.bytes': 1,
  'main.consumer.max.partition.fetch.bytes': 4 * 1024 * 1024,
  'producer.batch.size': 256 * 1024,
  'producer.buffer.memory': 64 * 1024 * 1024,
  'restore.consumer.max.poll.records': 5_000,
  'restore.consumer.max.partition.fetch.bytes': 4 * 1024 * 1024,
  'metrics.recording.level': 'INFO',
  'rocksdb.memtable.mb': 16,
} as const;

export const throughput: Tuning = {
  jvm: ['-Xms1g', '-Xmx1g', '-XX:+UseParallelGC'],
  cache: false,
  streams: {
    ...common,
    'commit.interval.ms': 500,
    'buffered.records.per.partition': 4_000,
    'producer.linger.ms': 20,
    'producer.compression.type': 'lz4',
    'rocksdb.cache.mb': 128,
    'rocksdb.memtables.mb': 128,
  },
};

/** For quick answers and a small process: what `bench restore`, `bench memory` and `bench latency` run. */
export const latencyTuning: Tuning = {
  jvm: ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC'],
  cache: false,
  streams: {
    ...common,
    // The default of 100 ms would be the latency. At 10 ms a commit (12 to 20 ms here) follows the other: it can't be shorter.
    'commit.interval.ms': 10,
    'producer.linger.ms': 0,
    'producer.compression.type': 'none',
    'rocksdb.cache.mb': 64,
    'rocksdb.memtables.mb': 64,
  },
};
