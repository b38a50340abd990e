import type { KafkaSettings, TopicPartition } from '../connectors/kafka/index.ts';
import { Admin, Consumer, KafkaFault } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { Upstream } from './timer-gate.ts';

export type GroupWatermarkOptions = {
  /** Consumer group of the processor before this one: `processorGroup(topics, videoTopology)`. */
  readonly groupId: string;
  /** The topic it reads. The group commits past markers and aborted records too: a processor does once it is idle. */
  readonly topic: string;
  readonly clock: Clock;
  /** Tells how far the topic's end can be believed. Without it what isn't in the topic hasn't happened. */
  readonly arrivals?: Pick<Arrivals, 'withinMs' | 'held'>;
};

/**
 * Up to which wall time a consumer group has worked through a topic: at a time W the ends of the topic's partitions are
 * noted; once the group's committed offsets (pending transactions awaited) have reached them, everything that was in the
 * topic before W is done. Asking costs two requests; the answer never goes back, and stands still behind a backlog.
 * An open transaction holds it up: what was written behind its first record isn't visible yet, whoever wrote it.
 * With `arrivals` it also stands still while records received before W may not be in the topic yet.
 */
export function groupWatermark(options: GroupWatermarkOptions & { readonly kafka: KafkaSettings }): Upstream & {
  close(): void;
} {
  let connecting: Promise<Connection> | null = null;
  let connected: Connection | null = null;
  return {
    waitsFor: () => connected?.upstream.waitsFor?.() ?? null,
    async watermarkMs() {
      connecting ??= connect(options);
      const connection = await connecting.catch((error: unknown) => {
        connecting = null;
        throw error;
      });
      connected = connection;
      return connection.upstream.watermarkMs().catch((error: unknown) => {
        if (error instanceof KafkaFault && error.fatal) {
          connecting = null;
          connection.close().catch(() => {});
        }
        throw error;
      });
    },
    close() {
      connecting?.then((connection) => connection.close()).catch(() => {});
    },
  };
}

type Connection = { readonly upstream: Upstream; close(): Promise<void> };

/**
 * The group's offsets are asked for by a consumer that never joins. The admin client's way of asking ends the process
 * (an assertion of librdkafka) where a question has timed out and the group's coordinator then comes back.
 */
async function connect(options: GroupWatermarkOptions & { readonly kafka: KafkaSettings }): Promise<Connection> {
  const admin = await Admin.connect(options.kafka);
  try {
    const reader = await Consumer.connect(options.kafka, { groupId: options.groupId });
    const asked: Asked = {
      describe: (names) => admin.describe(names),
      beginningOffsets: (partitions) => admin.beginningOffsets(partitions),
      endOffsets: (partitions, isolation) => admin.endOffsets(partitions, isolation),
      groupOffsets: (partitions) => reader.committed(partitions, committedTimeoutMs),
    };
    return {
      upstream: watermarkBy(asked, options),
      async close() {
        await reader.close();
        admin.close();
      },
    };
  } catch (error) {
    admin.close();
    throw error;
  }
}

const committedTimeoutMs = 5_000;

type Asked = Pick<Admin, 'describe' | 'beginningOffsets' | 'endOffsets'> & {
  groupOffsets(partitions: readonly TopicPartition[]): Promise<(TopicPartition & { offset: number | null })[]>;
};

/** The same with somebody else's connection. */
export function watermarkBy(
  asked: Asked,
  { clock, topic, arrivals }: Omit<GroupWatermarkOptions, 'groupId'>,
): Upstream {
  let goal: { readonly atMs: number; readonly ends: ReadonlyMap<number, number> } | null = null;
  let watermarkMs = Number.NEGATIVE_INFINITY;
  let waitsFor: string | null = null;

  async function noteEnds() {
    const atMs = clock.now() - (arrivals?.withinMs ?? 0);
    const [description] = await asked.describe([topic]);
    // Without its topic, "all partitions are done" would be true of nothing.
    if (!description) throw new KafkaFault(`no such topic: ${topic}`, { code: 'KAFKA_NO_TOPIC', retryable: true });
    const partitions = Array.from({ length: description.partitions }, (_, partition) => ({ topic, partition }));
    const ends = await asked.endOffsets(partitions, 'read_uncommitted');
    return { atMs, ends: new Map(ends.map(({ partition, offset }) => [partition, offset])) };
  }

  return {
    waitsFor: () => waitsFor,
    async watermarkMs() {
      if (arrivals?.held) {
        goal = null;
        waitsFor = 'callbacks of an outage, which may still come';
        return watermarkMs;
      }
      goal ??= await noteEnds();
      const partitions = [...goal.ends.keys()].map((partition) => ({ topic, partition }));
      const [committed, beginnings] = await Promise.all([
        asked.groupOffsets(partitions),
        asked.beginningOffsets(partitions),
      ]);
      // A group that has committed nothing yet starts at the beginning, which may be the end.
      const done = new Map(beginnings.map(({ partition, offset }) => [partition, offset]));
      for (const { partition, offset } of committed) if (offset !== null) done.set(partition, offset);
      // A record below the ends may have been a late one: those behind it are still to come.
      if (arrivals?.held) goal = null;
      else {
        const behind = [...goal.ends].find(([partition, end]) => (done.get(partition) ?? 0) < end);
        waitsFor = behind
          ? `${topic}/${behind[0]} to be worked through to ${behind[1]}, it is at ${done.get(behind[0]) ?? 0}`
          : null;
        if (!behind) {
          watermarkMs = goal.atMs;
          goal = null;
        }
      }
      return watermarkMs;
    },
  };
}
