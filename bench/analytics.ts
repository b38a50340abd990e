/**
 * Measures the analytics side: the sink against inserting the same rows straight into ClickHouse in the same run, and
 * every dashboard query on many callbacks. Needs a broker; starts embedded ClickHouses of its own.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
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
import { type Either, type Judged, judged, type Outcome } from './budgets.ts';
import { panelSql } from './dashboard-panels.ts';
import { type RecordedInsert, startInsertRecorder } from './insert-recorder.ts';
import { takenBy } from './subject.ts';

export type SinkResult = Outcome & {
  readonly rows: number;
  /** Of each round: the two lie close together in time, so that other work on the machine slows both. */
  readonly rounds: readonly { readonly sink: Taken; readonly direct: Taken }[];
  readonly budgets: readonly Judged[];
};

/** What storing the rows took. */
export type Taken = {
  readonly rowsPerSecond: number;
  /** CPU of the client and of ClickHouse together, microseconds a row. */
  readonly cpuUs: number;
  /** Part of the machine's cores that was busy meanwhile, whoever had them. */
  readonly busy: number;
};

export type QueryResult = {
  readonly query: string;
  /** Median of three, milliseconds. */
  readonly ms: number;
};

/** Both cores are full: then rows a second say as much about the machine as about the sink. */
const fullFrom = 0.8;

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
  print: (line: string) => void;
}): Promise<SinkResult> {
  const { print } = o;
  return withRole(async (role) => {
    const world = await fillTopics({ brokers: o.brokers, clientId: 'live2vod-bench' }, o.videos ?? 20_000, print);
    try {
      const inserts = await recordInserts(role, world);
      print(`${inserts.length} inserts of ${Math.round(world.records / inserts.length)} rows on average`);
      const rounds: { sink: Taken; direct: Taken }[] = [];
      for (let round = 1; round <= (o.rounds ?? defaultRounds); round += 1) {
        const sink = await sinkAll(role, role.access, 'sink', world);
        const direct = await insertDirectly(role, inserts, world.records);
        await requireSameRows(role.access);
        rounds.push({ sink, direct });
        print(`round ${round}: sink ${described(sink)}; straight ${described(direct)}`);
      }
      return { rows: world.records, rounds, ...judged([sinkBudget(rounds)], print) };
    } finally {
      await world.remove();
    }
  });
}

const described = ({ rowsPerSecond, cpuUs, busy }: Taken) =>
  `${Math.round(rowsPerSecond)} rows/s, ${cpuUs.toFixed(1)} µs of CPU each, ${Math.round(busy * 100)} % of the cores busy`;

/** By rows a second, or where the cores were full by their CPU. */
export function sinkBudget(rounds: readonly { readonly sink: Taken; readonly direct: Taken }[]): Either {
  const full = median(rounds.map(({ sink }) => sink.busy)) >= fullFrom;
  const cpu = median(rounds.map(({ sink, direct }) => sink.cpuUs / direct.cpuUs));
  return {
    name: 'sink',
    either: [
      {
        name: 'rows/s / straight inserts',
        value: median(rounds.map(({ sink, direct }) => sink.rowsPerSecond / direct.rowsPerSecond)),
        least: 0.7,
      },
      ...(full ? [{ name: 'CPU per row / straight inserts, cores full', value: cpu, most: 1.3 }] : []),
    ],
  };
}

/** Of this process and of ClickHouse, and of all cores, while `work` runs; `rows` of it. */
async function taking<T>(role: SpawnedClickhouse, work: () => Promise<T>, rows: (done: T) => number): Promise<Taken> {
  const before = await spent(role);
  const done = await work();
  const after = await spent(role);
  const count = rows(done);
  const machine = after.machine.map((ms, index) => ms - (before.machine[index] ?? 0));
  const [busy = 0, all = 1] = machine;
  return {
    rowsPerSecond: (count / (after.atMs - before.atMs)) * 1_000,
    cpuUs: (after.cpuUs - before.cpuUs) / count,
    busy: busy / all,
  };
}

async function spent(role: SpawnedClickhouse) {
  const own = process.cpuUsage();
  const times = cpus().map((core) => core.times);
  const sum = (of: (one: (typeof times)[number]) => number) => times.reduce((total, one) => total + of(one), 0);
  const all = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  return {
    atMs: now(),
    cpuUs: own.user + own.system + (await takenBy(role.pid)).cpuUs,
    machine: [all - sum(({ idle }) => idle), all],
  };
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
export async function measureQueries(o: {
  callbacks?: number;
  print: (line: string) => void;
}): Promise<Outcome & { readonly queries: readonly QueryResult[] }> {
  return withRole(async (role) => {
    const settings = { ...role.access, database: 'live2vod', requestTimeoutMs: 600_000 };
    await migrate(settings);
    const client = connectClickhouse(settings);
    try {
      await fillAnalytics(client, o.callbacks ?? 10_000_000, o.print);
      const results: QueryResult[] = [];
      for (const [query, ask] of questions(client)) {
        const tries: number[] = [];
        for (let n = 0; n < 3; n += 1) {
          const beganMs = now();
          await ask();
          tries.push(now() - beganMs);
        }
        const ms = Math.round(tries.sort((a, b) => a - b)[1] ?? 0);
        o.print(`${String(ms).padStart(6)} ms  ${query}`);
        results.push({ query, ms });
      }
      const slowest = results.toSorted((a, b) => b.ms - a.ms)[0];
      const budget = { name: `slowest: ${slowest?.query}`, value: slowest?.ms ?? Number.NaN, unit: 'ms', most: 1_000 };
      return { queries: results, ...judged([budget], o.print) };
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
async function fillTopics(kafka: KafkaSettings, videos: number, print: (line: string) => void) {
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
    if (n % 10_000 === 9_999) print(`${n + 1} videos are in the topics`);
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
    await sinkAll(role, { ...role.access, url: recorder.url }, 'warm_up', world);
    return recorder.inserts;
  } finally {
    await recorder.close();
  }
}

/** The part of the rows that is measured. The last ones of all wait a second for company, as they never do under load. */
const measuredPart = 0.9;

/** From the first stored batch to the one that ends the measured part, with reading from Kafka and committing. */
async function sinkAll(role: SpawnedClickhouse, access: Access, database: string, world: World): Promise<Taken> {
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
  const most = async () => {
    let measured = first;
    for (; measured < world.records * measuredPart; measured = await stored()) await systemPlatform.sleep(5);
    return measured - first;
  };
  const taken = await taking(role, most, (rows) => rows);
  while ((await stored()) < world.records) await systemPlatform.sleep(5);
  stop.abort();
  await sink;
  return taken;
}

/** The same inserts by the official client, one after the other. */
async function insertDirectly(
  role: SpawnedClickhouse,
  inserts: readonly RecordedInsert[],
  rows: number,
): Promise<Taken> {
  const straight = { ...role.access, database: 'straight' };
  await dropDatabase(role.access, straight.database);
  await migrate(straight);
  const client = connectClickhouse(straight);
  const insertAll = async () => {
    for (const { query, body } of inserts) {
      const { stream } = await client.exec({ query, values: Readable.from([body], { objectMode: false }) });
      for await (const _ of stream) {
        // Its end says that the rows are stored.
      }
    }
  };
  const taken = await taking(role, insertAll, () => rows);
  await client.close();
  return taken;
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
