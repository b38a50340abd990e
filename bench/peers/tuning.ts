/**
 * How the Kafka Streams peer is tuned, and why. Each value was tried against its neighbours on the benchmark's own load;
 * docs/benchmarks.md says how.
 */
import type { Tuning } from './streams.ts';

/** Shared by all runs: what Kafka's own documentation advises for a service on a small machine. */
const common = {
  // One thread owns all tasks: a second one costs CPU where the broker shares the cores (107 to 96 µs per record). For throughput both are tried.
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

/** The same with so many threads, each of which restores and works on the tasks that it owns. */
export const withThreads = (tuning: Tuning, threads: number): Tuning => ({
  ...tuning,
  streams: { ...tuning.streams, 'num.stream.threads': threads },
});

/** For as many callbacks a second as it can, with so many threads. */
export const throughput = (threads: number): Tuning => withThreads(manyCallbacks, threads);

const manyCallbacks: Tuning = {
  // The parallel collector is made for throughput: G1, the default, took 109 µs of CPU per record instead of 96.
  jvm: ['-Xms1g', '-Xmx1g', '-XX:+UseParallelGC'],
  // With the record cache it was 104: it holds bytes that the memtables hold too, and a video's events come too far apart.
  cache: false,
  streams: {
    ...common,
    // Larger transactions cost less; nothing waits for these results. Its default, 100 ms, took half as much CPU again.
    'commit.interval.ms': 2_000,
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
