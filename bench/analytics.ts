/**
 * Measures the analytics side: the sink against inserting the same rows straight into ClickHouse in the same run, and
 * every dashboard query on many callbacks. Needs a broker; starts embedded ClickHouses of its own.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { Registry } from 'prom-client';
import { connectClickhouse, latencyReport, latencyStages, migrate } from '../connectors/clickhouse/index.ts';
import { Admin, IdempotentProducer, type KafkaSettings } from '../connectors/kafka/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../local/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { createLogger, metricsOf } from '../platform/telemetry/index.ts';
import { topicName } from '../schemas/topics.ts';
import { runSink } from '../services/sink/index.ts';
import { everyDomain, fillAnalytics } from './analytics-data.ts';
import { eventsPerVideo, lifeOf, videoCodec } from './analytics-events.ts';
import { panelSql } from './dashboard-panels.ts';
import { type RecordedInsert, startInsertRecorder } from './insert-recorder.ts';

export type SinkResult = {
  readonly rows: number;
  /** Medians of the rounds. */
  readonly directPerSecond: number;
  readonly sinkPerSecond: number;
  /** Of each round: the two lie close together in time, so that other work on the machine slows both. */
  readonly ratios: readonly number[];
  /** Their median. Budget: at least 0.7. */
  readonly ratio: number;
};

export type QueryResult = {
  readonly query: string;
  /** Median of three, milliseconds. Budget: under 1,000. */
  readonly ms: number;
};

const now = () => systemPlatform.monotonicMs();
const defaultRounds = 5;

/**
 * The sink against straight inserts of the rows that it stored: callbacks, and a version of the video's state for each.
 * A first round, which doesn't count, records the sink's inserts; the floor sends these very bytes, one insert after the
 * other as the sink does, so that nothing but ClickHouse's part is left. Sink and floor alternate, each time into a fresh
 * database, and both must hold the same rows. 20,000 videos are 160,000 callbacks and as many states.
 */
export async function measureSink(o: {
  brokers: string;
  videos?: number;
  rounds?: number;
  log?: (line: string) => void;
}): Promise<SinkResult> {
  return withRole(async (role) => {
    const world = await fillTopics({ brokers: o.brokers, clientId: 'live2vod-bench' }, o.videos ?? 20_000, o.log);
    try {
      const inserts = await recordInserts(role, world);
      o.log?.(`${inserts.length} inserts of ${Math.round(world.records / inserts.length)} rows on average`);
      const rounds: { sink: number; direct: number }[] = [];
      for (let round = 1; round <= (o.rounds ?? defaultRounds); round += 1) {
        const sink = await sinkAll(role.access, 'sink', world);
        const direct = await insertDirectly(role.access, inserts, world.records);
        await requireSameRows(role.access);
        rounds.push({ sink, direct });
        o.log?.(
          `round ${round}: sink ${Math.round(sink)} rows/s, straight ${Math.round(direct)} rows/s, ratio ${(sink / direct).toFixed(2)}`,
        );
      }
      const ratios = rounds.map(({ sink, direct }) => sink / direct);
      const result = {
        rows: world.records,
        directPerSecond: median(rounds.map(({ direct }) => direct)),
        sinkPerSecond: median(rounds.map(({ sink }) => sink)),
        ratios,
        ratio: median(ratios),
      };
      o.log?.(`median ratio ${result.ratio.toFixed(2)} (budget 0.7)`);
      return result;
    } finally {
      await world.remove();
    }
  });
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((x, y) => x - y);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN) +
      (sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN)) /
    2
  );
};

type Access = SpawnedClickhouse['access'];

/** Latency of each stage and every panel of the dashboards, on `callbacks` callbacks (default 10,000,000). */
export async function measureQueries(o: { callbacks?: number; log?: (line: string) => void } = {}) {
  return withRole(async (role) => {
    const settings = { ...role.access, database: 'live2vod', requestTimeoutMs: 600_000 };
    await migrate(settings);
    const client = connectClickhouse(settings);
    try {
      await fillAnalytics(client, o.callbacks ?? 10_000_000, o.log);
      const results: QueryResult[] = [];
      for (const [query, ask] of questions(client)) {
        const tries: number[] = [];
        for (let n = 0; n < 3; n += 1) {
          const beganMs = now();
          await ask();
          tries.push(now() - beganMs);
        }
        const ms = Math.round(tries.sort((a, b) => a - b)[1] ?? 0);
        o.log?.(`${String(ms).padStart(6)} ms  ${query}`);
        results.push({ query, ms });
      }
      return results;
    } finally {
      await client.close();
    }
  });
}

/** Everything that the dashboards ask, over all of the time, and what only the API asks. */
function questions(client: ClickHouseClient): [string, () => Promise<unknown>][] {
  const ask = (query: string) => async () => (await client.query({ query, format: 'JSONCompact' })).json();
  return [
    // What the console keeps for a while and shows with its age.
    ['latency of all stages at once', () => latencyReport(client)],
    ...latencyStages.map((stage): [string, () => Promise<unknown>] => [
      `latency of ${stage} by hour`,
      () => latencyReport(client, { stages: [stage], by: ['hour'] }),
    ]),
    ['transcode by definition', () => latencyReport(client, { stages: ['transcode'], by: ['definition'] })],
    ['end to end of one stream', () => latencyReport(client, { stages: ['end_to_end'], stream: 'room-7' })],
    ['callbacks of a day, by hour and way', ask(`SELECT * FROM callback_hours WHERE hour >= '2026-02-28 00:00:00'`)],
    ...panelSql(everyDomain).map(([name, sql]): [string, () => Promise<unknown>] => [`panel ${name}`, ask(sql)]),
  ];
}

async function withRole<T>(work: (role: SpawnedClickhouse) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const role = await spawnClickhouseRole({ folder });
  try {
    return await work(role);
  } finally {
    await role.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type World = Awaited<ReturnType<typeof fillTopics>>;

/** Topics as the pipeline fills them: for each callback the state of its video after it. */
async function fillTopics(kafka: KafkaSettings, videos: number, log?: (line: string) => void) {
  const prefix = `bench-${randomUUID()}.`;
  const topic = (id: Parameters<typeof topicName>[1]) => topicName(prefix, id);
  const names = (['callbacks', 'video-state', 'session-state', 'dead-letters'] as const).map(topic);
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(names.map((name) => ({ name, partitions: 6 })));
  const producer = await IdempotentProducer.connect(kafka, { lingerMs: 20, maxInFlightBytes: 64 * 1024 * 1024 });
  for (let n = 0; n < videos; n += 1) {
    const sends = lifeOf(n).flatMap(({ key, callback, headers, state }) => [
      producer.send({ topic: topic('callbacks'), key, value: callback, headers }),
      producer.send({ topic: topic('video-state'), key, value: videoCodec.encode(state) }),
    ]);
    if (n % 200 === 199) await Promise.all(sends);
    if (n % 10_000 === 9_999) log?.(`${n + 1} videos are in the topics`);
  }
  await producer.close();
  const remove = async () => {
    for (const name of names) await admin.deleteTopic(name);
    admin.close();
  };
  return { kafka, topic, records: videos * eventsPerVideo * 2, remove };
}

/** What the sink sends to ClickHouse for all of the topics. */
async function recordInserts(role: SpawnedClickhouse, world: World): Promise<readonly RecordedInsert[]> {
  const recorder = await startInsertRecorder(role.url);
  try {
    await sinkAll({ ...role.access, url: recorder.url }, 'warm_up', world);
    return recorder.inserts;
  } finally {
    await recorder.close();
  }
}

/** The part of the rows that is measured. The last ones of all wait a second for company, as they never do under load. */
const measuredPart = 0.9;

/** Rows a second from the first stored batch to the one that ends the measured part, with reading from Kafka and committing. */
async function sinkAll(access: Access, database: string, world: World): Promise<number> {
  await dropDatabase(access, database);
  const stop = new AbortController();
  const metrics = new Registry();
  const sink = runSink({
    kafka: world.kafka,
    topics: world.topic,
    clickhouse: { ...access, database },
    groupId: randomUUID(),
    codecs: { videoState: videoCodec, sessionState: videoCodec as never },
    disconnectDelaySeconds: () => 180,
    platform: systemPlatform,
    log: createLogger('sink-bench', 'warn'),
    metrics: metricsOf(metrics),
    signal: stop.signal,
  });
  const stored = async () => {
    const values = (await metrics.getSingleMetric('live2vod_sink_rows_total')?.get())?.values ?? [];
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  // Joining the group is no part of the rate.
  while ((await stored()) === 0) await systemPlatform.sleep(5);
  const first = await stored();
  const beganMs = now();
  let measured = first;
  for (; measured < world.records * measuredPart; measured = await stored()) await systemPlatform.sleep(5);
  const seconds = (now() - beganMs) / 1000;
  while ((await stored()) < world.records) await systemPlatform.sleep(5);
  stop.abort();
  await sink;
  return (measured - first) / seconds;
}

/** Rows a second of the same inserts by the official client, one after the other. */
async function insertDirectly(access: Access, inserts: readonly RecordedInsert[], rows: number): Promise<number> {
  const straight = { ...access, database: 'straight' };
  await dropDatabase(access, straight.database);
  await migrate(straight);
  const client = connectClickhouse(straight);
  const beganMs = now();
  for (const { query, body } of inserts) {
    const { stream } = await client.exec({ query, values: Readable.from([body], { objectMode: false }) });
    for await (const _ of stream) {
      // Its end says that the rows are stored.
    }
  }
  const seconds = (now() - beganMs) / 1000;
  await client.close();
  return rows / seconds;
}

async function dropDatabase(access: Access, database: string): Promise<void> {
  const client = connectClickhouse({ ...access, database: 'default' });
  await client.command({ query: 'DROP DATABASE IF EXISTS {database:Identifier}', query_params: { database } });
  await client.close();
}

/** A floor that stored something else would be none. */
async function requireSameRows(access: Access): Promise<void> {
  const hashes = async (database: string) => {
    const client = connectClickhouse({ ...access, database });
    const found: unknown[] = [];
    for (const table of ['callbacks', 'video_state']) {
      const query = `SELECT count() AS rows, toString(groupBitXor(cityHash64(*))) AS hash FROM ${table} FINAL`;
      found.push(await (await client.query({ query, format: 'JSONEachRow' })).json());
    }
    await client.close();
    return JSON.stringify(found);
  };
  const [sink, straight] = [await hashes('sink'), await hashes('straight')];
  if (sink !== straight) throw new Error(`the floor stored other rows than the sink: ${straight}, ${sink}`);
}
