import type { KafkaSettings, TopicPartition } from '../connectors/kafka/index.ts';
import { Admin, Consumer, KafkaFault } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { LateArrivalGuard } from './late-arrival-guard.ts';
import type { Upstream } from './timer-gate.ts';

export type GroupWatermarkOptions = {
  /** Consumer group of the processor before this one: `processorGroup(topics, videoTopology)`. */
  readonly groupId: string;
  /** The topic it reads. The group commits past markers and aborted records too: a processor does once it is idle. */
  readonly topic: string;
  readonly clock: Clock;
  /** Says how far the topic's end counts. Without it, what isn't in the topic hasn't happened. */
  readonly lateArrivals?: Pick<LateArrivalGuard, 'usualDelayMs' | 'active'>;
};

/**
 * Up to which wall time a consumer group has worked through a topic: at a time W the ends of the topic's partitions are
 * noted; once the group's committed offsets (pending transactions awaited) have reached them, everything that was in the
 * topic before W is done. A look costs two requests; the watermark never goes back, and stands still behind a backlog.
 * An open transaction blocks it: what was written behind its first record isn't visible yet, also from other producers.
 * With `lateArrivals` it also stands still while records received before W may not be in the topic yet.
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
 * The group's offsets are read by a consumer that never joins. The same request of the admin client ends the process (an
 * assertion of librdkafka) where one has timed out and the group's coordinator then comes back.
 */
async function connect(options: GroupWatermarkOptions & { readonly kafka: KafkaSettings }): Promise<Connection> {
  const admin = await Admin.connect(options.kafka);
  try {
    const reader = await Consumer.connect(options.kafka, { groupId: options.groupId });
    const queries: OffsetQueries = {
      describe: (names) => admin.describe(names),
      beginningOffsets: (partitions) => admin.beginningOffsets(partitions),
      endOffsets: (partitions, isolation) => admin.endOffsets(partitions, isolation),
      groupOffsets: (partitions) => reader.committed(partitions, committedTimeoutMs),
    };
    return {
      upstream: watermarkBy(queries, options),
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

type OffsetQueries = Pick<Admin, 'describe' | 'beginningOffsets' | 'endOffsets'> & {
  groupOffsets(partitions: readonly TopicPartition[]): Promise<(TopicPartition & { offset: number | null })[]>;
};

/** The same over given connections. */
export function watermarkBy(
  queries: OffsetQueries,
  { clock, topic, lateArrivals }: Omit<GroupWatermarkOptions, 'groupId'>,
): Upstream {
  let target: { readonly atMs: number; readonly ends: ReadonlyMap<number, number> } | null = null;
  let watermarkMs = Number.NEGATIVE_INFINITY;
  let waitsFor: string | null = null;

  async function noteEnds() {
    const atMs = clock.now() - (lateArrivals?.usualDelayMs ?? 0);
    const [description] = await queries.describe([topic]);
    // Without its topic, "all partitions are done" would be true of nothing.
    if (!description) throw new KafkaFault(`no such topic: ${topic}`, { code: 'KAFKA_NO_TOPIC', retryable: true });
    const partitions = Array.from({ length: description.partitions }, (_, partition) => ({ topic, partition }));
    const ends = await queries.endOffsets(partitions, 'read_uncommitted');
    return { atMs, ends: new Map(ends.map(({ partition, offset }) => [partition, offset])) };
  }

  return {
    waitsFor: () => waitsFor,
    async watermarkMs() {
      if (lateArrivals?.active) {
        target = null;
        waitsFor = 'callbacks of an outage, which may still come';
        return watermarkMs;
      }
      target ??= await noteEnds();
      const partitions = [...target.ends.keys()].map((partition) => ({ topic, partition }));
      const [committed, beginnings] = await Promise.all([
        queries.groupOffsets(partitions),
        queries.beginningOffsets(partitions),
      ]);
      // A group that has committed nothing yet starts at the beginning, which may be the end.
      const done = new Map(beginnings.map(({ partition, offset }) => [partition, offset]));
      for (const { partition, offset } of committed) if (offset !== null) done.set(partition, offset);
      // A record below the ends may have been a late one, with more of them to come.
      if (lateArrivals?.active) target = null;
      else {
        const behind = [...target.ends].find(([partition, end]) => (done.get(partition) ?? 0) < end);
        waitsFor = behind
          ? `${topic}/${behind[0]} to be worked through to ${behind[1]}, it is at ${done.get(behind[0]) ?? 0}`
          : null;
        if (!behind) {
          watermarkMs = target.atMs;
          target = null;
        }
      }
      return watermarkMs;
    },
  };
}
