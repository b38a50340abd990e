import { expect } from 'vitest';
import { Consumer, KafkaFault } from '../../connectors/kafka/index.ts';
import { eventually } from '../support/eventually.ts';
import { consoleConsume } from './console-consumer.ts';
import type { countingTopics } from './counting-topics.ts';

type Topics = Awaited<ReturnType<typeof countingTopics>>;

/**
 * Feeds 0, 1, 2, … round robin to `keys` keys; a hundred at a time, each hundred durable before the next. Its producer may lose
 * a broker that was frozen for good: another one then sends what of the hundred isn't in the topic.
 */
export function feeder(topics: Topics, keys: number) {
  let sent = 0;
  const sendAll = async (numbers: readonly number[]): Promise<void> => {
    const ends = await Promise.allSettled(numbers.map((n) => topics.send(`k${n % keys}`, n)));
    const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    for (const fault of faults)
      if (!(fault instanceof KafkaFault) || fault.code !== 'KAFKA_BROKERS_FORGOTTEN') throw fault;
    if (faults.length === 0) return;
    await topics.replaceProducer();
    const there = await byClient(topics, topics.partitions)(topics.topics('callbacks'));
    const durable = new Set(there.map(({ value }) => (JSON.parse(value) as { n: number }).n));
    await sendAll(numbers.filter((n) => !durable.has(n)));
  };
  return {
    get sent() {
      return sent;
    },
    async feed(records: number): Promise<void> {
      for (const until = sent + records; sent < until; sent += 100)
        await sendAll(Array.from({ length: 100 }, (_, i) => sent + i));
    },
  };
}

/** Waits until the group has committed the end of every input partition. */
export async function allProcessed(topics: Topics, partitions: number, timeoutMs = 25_000): Promise<void> {
  const input = Array.from({ length: partitions }, (_, partition) => ({
    topic: topics.topics('callbacks'),
    partition,
  }));
  const group = await Consumer.connect(topics.kafka, { groupId: `${topics.prefix}counting` });
  try {
    await eventually(
      async () => {
        const ends = await topics.admin.endOffsets(input, 'read_committed');
        const done = new Map((await group.committed(input, 5_000)).map((at) => [at.partition, at.offset]));
        return ends.every((end) => end.offset === 0 || done.get(end.partition) === end.offset);
      },
      { timeoutMs, intervalMs: 100 },
    );
  } finally {
    await group.close();
  }
}

/** Kafka's own console consumer: slow to start, but it shares no code with what is tested. */
export const byConsole =
  (brokers: string): ReadTopic =>
  (topic) =>
    consoleConsume(brokers, topic);

/** Our own client: for tests whose subject isn't what a reader sees. */
export const byClient =
  (topics: Topics, partitions: number): ReadTopic =>
  async (topic) => {
    const at = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    const left = new Set(at.map(({ partition }) => partition));
    const reader = await Consumer.connect(topics.kafka, { onEof: ({ partition }) => left.delete(partition) });
    reader.assign(at.map((one) => ({ ...one, offset: 0 })));
    const records: ReadRecord[] = [];
    while (left.size > 0) {
      for (const { key, value } of await reader.poll(1_000, 100)) {
        records.push({ key: key ?? '', value: value?.toString() ?? 'null' });
      }
    }
    await reader.close();
    return records;
  };

type ReadRecord = { readonly key: string; readonly value: string };
type ReadTopic = (topic: string) => Promise<readonly ReadRecord[]>;

/** What a reader of the topics sees must be what plain counting gives: each record once in the sums and once in the output. */
export async function expectExactCounts(read: ReadTopic, topics: Topics, records: number, keys: number): Promise<void> {
  const [states, jobs] = await Promise.all([read(topics.topics('video-state')), read(topics.topics('transcode-jobs'))]);
  const lastStates = new Map(states.map((record) => [record.key, JSON.parse(record.value)]));
  const expected = new Map(
    Array.from({ length: keys }, (_, k) => {
      const mine = Array.from({ length: Math.ceil((records - k) / keys) }, (_, i) => k + i * keys);
      return [`k${k}`, { count: mine.length, sum: mine.reduce((a, b) => a + b, 0), last: mine.at(-1) }];
    }),
  );
  expect(lastStates).toEqual(expected);
  for (const key of expected.keys()) {
    const counts = states.filter((s) => s.key === key).map((s) => (JSON.parse(s.value) as { count: number }).count);
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
  }
  const numbers = jobs.map((job) => (JSON.parse(job.value) as { n: number }).n).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: records }, (_, n) => n));
}
