import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { type Codec, connectRegistry } from '../../../connectors/avro/index.ts';
import { connectClickhouse } from '../../../connectors/clickhouse/index.ts';
import { Admin, Consumer, IdempotentProducer } from '../../../connectors/kafka/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../../../local/clickhouse/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, type MetricName, metricsOf } from '../../../platform/telemetry/index.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { type TopicId, topicName } from '../../../schemas/topics.ts';
import { type BatchLimits, runSink, type SinkOptions } from '../../../services/sink/index.ts';
import type { TestStack } from '../../support/stack.ts';

export const partitions = 3;

/** What a sink under test has otherwise than the others. */
export type SinkDifference = {
  readonly database?: string;
  readonly groupId?: string;
  /** Of ClickHouse, e.g. through something that stands between. */
  readonly url?: string;
  /** To another world's ClickHouse. */
  readonly access?: SpawnedClickhouse['access'];
  readonly codecs?: SinkOptions['codecs'];
  readonly waitingFor?: (what: string | null) => void;
};

/** Topics of its own at the shared broker, and an embedded ClickHouse of its own. */
export async function sinkWorld(stack: TestStack) {
  const prefix = `test-${randomUUID()}.`;
  const topics = (id: TopicId) => topicName(prefix, id);
  const kafka = { brokers: stack.brokers, clientId: 'sink-test' };
  const registry = connectRegistry({ url: stack.registryUrl, prefix });
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-clickhouse-'));
  const codecs: { videoState: Codec<VideoState>; sessionState: Codec<SessionState> } = {
    videoState: await registry.codec('video-state'),
    sessionState: await registry.codec('session-state'),
  };
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(
    (['callbacks', 'video-state', 'session-state', 'dead-letters'] as const).map((id) => ({
      name: topics(id),
      partitions,
    })),
  );
  admin.close();
  const producer = await IdempotentProducer.connect(kafka);
  let role: SpawnedClickhouse = await spawnClickhouseRole({ folder });
  const port = Number(new URL(role.url).port);
  const clickhouse = { ...role.access, database: 'live2vod' };
  const client = connectClickhouse(clickhouse);
  const sinks = new Set<() => Promise<void>>();

  async function lagOf(groupId: string): Promise<number> {
    const watcher = await Consumer.connect(kafka, { groupId });
    try {
      const all = (['callbacks', 'video-state', 'session-state'] as const).flatMap((id) =>
        Array.from({ length: partitions }, (_, partition) => ({ topic: topics(id), partition })),
      );
      const committed = await watcher.committed(all, 10_000);
      const lags = committed.map(async ({ topic, partition, offset }) => {
        const { low, high } = await watcher.watermarks(topic, partition, 10_000);
        return high - (offset ?? low);
      });
      return (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
    } finally {
      await watcher.close();
    }
  }

  return {
    prefix,
    /** ClickHouse's data. */
    folder,
    topics,
    kafka,
    codecs,
    producer,
    clickhouse,
    client,
    role: () => role,

    /** Runs a sink; the returned function stops it, waits for its end and gives what it failed with. */
    startSink(batch: Partial<BatchLimits> = { maxWaitMs: 100 }, o: SinkDifference = {}) {
      const { database = 'live2vod', groupId = `${prefix}sink` } = o;
      const stop = new AbortController();
      const registryOfMetrics = new Registry();
      const metrics = metricsOf(registryOfMetrics);
      const ended = runSink({
        kafka,
        topics,
        clickhouse: { ...clickhouse, ...o.access, ...(o.url === undefined ? {} : { url: o.url }), database },
        groupId,
        codecs: o.codecs ?? codecs,
        disconnectDelaySeconds: () => 180,
        platform: systemPlatform,
        log: createLogger('sink-test', 'silent'),
        metrics,
        signal: stop.signal,
        batch,
        ...(o.waitingFor === undefined ? {} : { waitingFor: o.waitingFor }),
      });
      const failure = ended.then(
        () => null,
        (error: unknown) => error,
      );
      const end = async () => {
        stop.abort();
        sinks.delete(end);
        const error = await failure;
        if (error) throw error;
      };
      sinks.add(end);
      return {
        end,
        /** Tells it to stop, and waits for nothing. */
        tell: () => stop.abort(),
        /** Records that the group hasn't committed, asked of the broker; rejects with what ended the sink. */
        async lag(): Promise<number> {
          const error = await Promise.race([failure, undefined]);
          if (error) throw error;
          return lagOf(groupId);
        },
        async gauge(name: MetricName): Promise<number | undefined> {
          const metric = await registryOfMetrics.getSingleMetric(name)?.get();
          return metric?.values[0]?.value;
        },
      };
    },

    async rows<T>(query: string): Promise<T[]> {
      const result = await client.query({
        query,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      });
      return result.json<T>();
    },

    async count(table: string): Promise<number> {
      const [row] = await this.rows<{ c: number }>(`SELECT count() AS c FROM ${table}`);
      return row?.c ?? 0;
    },

    stopClickhouse: () => role.stop(),
    killClickhouse: () => role.kill(),
    async startClickhouse() {
      role = await spawnClickhouseRole({ folder, port });
    },

    /** What the topic holds, read to the end. */
    async read(id: TopicId) {
      const consumer = await Consumer.connect(kafka, {});
      try {
        const ends = await Promise.all(
          Array.from({ length: partitions }, (_, partition) => consumer.watermarks(topics(id), partition, 10_000)),
        );
        const wanted = ends.reduce((sum, { low, high }) => sum + high - low, 0);
        consumer.assign(ends.map((_, partition) => ({ topic: topics(id), partition, offset: -2 })));
        const records = [];
        while (records.length < wanted) records.push(...(await consumer.poll(1_000, 200)));
        return records;
      } finally {
        await consumer.close();
      }
    },

    async close() {
      await Promise.allSettled([...sinks].map((end) => end()));
      await producer.close();
      await client.close();
      await role.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type SinkWorld = Awaited<ReturnType<typeof sinkWorld>>;
