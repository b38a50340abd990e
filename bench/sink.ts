/**
 * `live2vod bench sink`: the sink as it is run, in one process and in two, against straight inserts of the same rows in the same
 * run. Needs a broker and a registry; starts an embedded ClickHouse of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Codec, connectRegistry } from '../connectors/avro/index.ts';
import { connectClickhouse, migrate } from '../connectors/clickhouse/index.ts';
import { Admin, Consumer, type KafkaSettings, type OutgoingRecord } from '../connectors/kafka/index.ts';
import { freePorts, type SpawnedClickhouse, spawnClickhouseRole } from '../local/index.ts';
import { systemClock } from '../platform/host/index.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { topicName } from '../schemas/topics.ts';
import { eventsPerVideo, lifeOf } from './analytics-events.ts';
import { type Either, type Judged, judged, type Outcome } from './budgets.ts';
import { type RecordedInsert, startInsertRecorder } from './insert-recorder.ts';
import { load } from './load.ts';
import { newPrefix } from './prefix.ts';
import { startRole } from './role-process.ts';
import { percentile } from './statistics.ts';
import { coreTimes, takenBy } from './subject.ts';

export type SinkOptions = {
  readonly brokers: string;
  readonly registryUrl: string;
  /** Each has eight callbacks, and a version of its state for each. Default 20,000. */
  readonly videos?: number;
  /** Default 3. */
  readonly rounds?: number;
  readonly print: (line: string) => void;
};

/** What storing the rows took. */
export type Taken = {
  readonly rowsPerSecond: number;
  /** CPU of the sink's processes, or of the inserting client, and of ClickHouse together, microseconds a row. */
  readonly cpuUs: number;
  /** Of a sink: the same from the first row of each process on, when V8 has most of its code still to compile. */
  readonly coldCpuUs?: number;
  /** Part of the machine's cores that was busy meanwhile, whoever had them. */
  readonly busy: number;
  /** The part that this benchmark had: sink, ClickHouse, itself, and the broker where it started that. */
  readonly ownBusy: number;
};

/** One and two processes, and the straight inserts: close together in time, so that other work on the machine slows all. */
export type SinkRound = { readonly sinks: readonly Taken[]; readonly direct: Taken };

export type SinkResult = Outcome & {
  readonly rows: number;
  readonly rounds: readonly SinkRound[];
  readonly budgets: readonly Judged[];
};

/** From here on the benchmark fills the cores: rows a second then say as much about the machine as about the sink. */
const fullFrom = 0.8;
const processCounts = [1, 2];
const partitions = 6;
/** What each process has stored before it is measured: by then V8 has compiled what is hot. Of few rows in all a sixteenth. */
const warmRows = 20_000;
/** The part of the rows that is measured. The last ones of all wait a second for company, as they never do under load. */
const measuredPart = 0.9;
const lookEveryMs = 100;
const withinMs = 600_000;

/**
 * A first round, which doesn't count, records the sink's inserts; the floor sends these very bytes, one insert after the
 * other as the sink does, so that nothing but ClickHouse's part is left. Sinks and floor take turns, each time into a
 * fresh database, and all must hold the same rows.
 */
export async function measureSink(o: SinkOptions): Promise<SinkResult> {
  const { print } = o;
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const role = await spawnClickhouseRole({ folder: join(folder, 'clickhouse') });
  const bench = new SinkBench(o, role, folder);
  try {
    const inserts = await bench.recordInserts();
    print(`${inserts.length} inserts of ${Math.round(bench.rows / inserts.length)} rows on average`);
    const rounds: SinkRound[] = [];
    for (let round = 1; round <= (o.rounds ?? 3); round += 1) {
      const sinks: Taken[] = [];
      for (const processes of processCounts) sinks.push(await bench.sinkAll(databaseOf(processes), processes));
      const direct = await bench.insertDirectly(inserts);
      await bench.requireSameRows();
      rounds.push({ sinks, direct });
      for (const [index, taken] of sinks.entries())
        print(`round ${round}: sink in ${processCounts[index]} process(es) ${described(taken)}`);
      print(`round ${round}: straight inserts    ${described(direct)}`);
    }
    return { rows: bench.rows, rounds, ...judged([sinkBudget(rounds)], print) };
  } finally {
    await role.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The quicker number of processes by the medians of each, in rows a second; or where the benchmark itself filled the cores, the CPU of
 * one process.
 */
export function sinkBudget(rounds: readonly SinkRound[]): Either {
  const median = (of: (round: SinkRound) => number) => percentile(rounds.map(of), 0.5);
  const rates = processCounts.map((_, index) =>
    median(({ sinks, direct }) => (sinks[index]?.rowsPerSecond ?? Number.NaN) / direct.rowsPerSecond),
  );
  const one = ({ sinks }: SinkRound) => sinks[0] ?? { cpuUs: Number.NaN, ownBusy: 0 };
  const rows = { name: 'rows/s / straight inserts', value: Math.max(...rates), least: 0.7 };
  const cpu = {
    name: 'CPU per row / straight inserts, cores full',
    value: median((round) => one(round).cpuUs / round.direct.cpuUs),
    most: 1.3,
  };
  const full = median((round) => one(round).ownBusy) >= fullFrom;
  return { name: 'sink', either: full ? [rows, cpu] : [rows] };
}

const databaseOf = (processes: number): string => `sink_${processes}`;

function described({ rowsPerSecond, cpuUs, coldCpuUs, busy, ownBusy }: Taken): string {
  const cold = coldCpuUs === undefined ? '' : ` (${coldCpuUs.toFixed(1)} from its first row on)`;
  const cores = `${Math.round(busy * 100)} % of the cores busy, ${Math.round(ownBusy * 100)} % by this benchmark`;
  return `${Math.round(rowsPerSecond)} rows/s, ${cpuUs.toFixed(1)} µs of CPU each${cold}, ${cores}`;
}

class SinkBench {
  readonly rows: number;
  readonly #o: SinkOptions;
  readonly #role: SpawnedClickhouse;
  readonly #folder: string;
  readonly #kafka: KafkaSettings;

  constructor(o: SinkOptions, role: SpawnedClickhouse, folder: string) {
    this.#o = o;
    this.#role = role;
    this.#folder = folder;
    this.#kafka = { brokers: o.brokers, clientId: 'live2vod-bench' };
    this.rows = this.#videos * eventsPerVideo * 2;
  }

  get #videos(): number {
    return this.#o.videos ?? 20_000;
  }

  /**
   * Runs `work` on topics of its own, as the pipeline fills them: for each callback the state of its video after it. A sink's
   * group is named after its topics, so no other one has read them.
   */
  async #onTopics<T>(work: (prefix: string) => Promise<T>): Promise<T> {
    const prefix = newPrefix();
    const names = (['callbacks', 'video-state', 'session-state', 'dead-letters'] as const).map((id) =>
      topicName(prefix, id),
    );
    const [callbacks = '', states = ''] = names;
    const admin = await Admin.connect(this.#kafka);
    try {
      await admin.ensureTopics(names.map((name) => ({ name, partitions })));
      const registry = connectRegistry({ url: this.#o.registryUrl, prefix });
      const codec = await registry.codec<VideoState>('video-state');
      await load(this.#kafka, lives(this.#videos, callbacks, states, codec));
      return await work(prefix);
    } finally {
      for (const name of names) await admin.deleteTopic(name).catch(() => {});
      admin.close();
    }
  }

  /** What the sink sends to ClickHouse for all of the topics. */
  async recordInserts(): Promise<readonly RecordedInsert[]> {
    const recorder = await startInsertRecorder(this.#role.url);
    try {
      await this.sinkAll('warm_up', 1, recorder.url);
      return recorder.inserts;
    } finally {
      await recorder.close();
    }
  }

  /**
   * From when each of its processes is warm, so that starting, joining and compiling don't count, until the measured part is
   * stored.
   */
  async sinkAll(database: string, processes: number, url = this.#role.url): Promise<Taken> {
    await this.#dropDatabase(database);
    return await this.#onTopics((prefix) => this.#sinkAll(prefix, database, processes, url));
  }

  async #sinkAll(prefix: string, database: string, processes: number, url: string): Promise<Taken> {
    const [metricsPort = 0] = await freePorts(1);
    const { user, password } = this.#role.access;
    const { brokers, registryUrl } = this.#o;
    const sink = await startRole('sink', {
      ...{ brokers, registryUrl, prefix, folder: join(this.#folder, database) },
      settings: {
        ...{ CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DATABASE: database },
        ...{ SINK_PROCESSES: String(processes), METRICS_PORT: String(metricsPort) },
      },
    });
    // It never joins the sink's group.
    const group = await Consumer.connect(this.#kafka, { groupId: `${prefix}sink` });
    const places = (['callbacks', 'video-state'] as const).flatMap((id) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: topicName(prefix, id), partition })),
    );
    const until = systemClock.monotonicMs() + withinMs;
    /** Rows that are stored and committed: one that is stored twice counts once. */
    const done = async (): Promise<number> => {
      sink.requireAlive();
      if (systemClock.monotonicMs() > until) throw new Error(`the sink did not store all within ${withinMs} ms`);
      await systemClock.sleep(lookEveryMs);
      return (await group.committed(places, 30_000)).reduce((sum, { offset }) => sum + (offset ?? 0), 0);
    };
    const working = async (rowsEach: number): Promise<number> =>
      workingIn(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(), rowsEach);
    try {
      await sink.ready;
      let now = await done();
      /** From the first commit after each process has stored so many. */
      const from = async (rowsEach: number) => {
        while (now < this.rows && (await working(rowsEach)) < processes) now = await done();
        // Beginning between a store and its commit would count rows whose work was done before.
        const before = now;
        while (now < this.rows && now === before) now = await done();
        return { rows: now, spent: await this.#spent(sink.pid) };
      };
      const cold = await from(1);
      const warm = await from(Math.min(warmRows, this.rows / 16));
      if (warm.rows >= this.rows * measuredPart) throw new Error('a process had hardly any rows: take more videos');
      while (now < this.rows * measuredPart) now = await done();
      const end = await this.#spent(sink.pid);
      const { cpuUs } = takenBetween(cold.spent, end, now - cold.rows);
      const taken = { ...takenBetween(warm.spent, end, now - warm.rows), coldCpuUs: cpuUs };
      while (now < this.rows) now = await done();
      return taken;
    } finally {
      await sink.stop('SIGTERM');
      await group.close();
    }
  }

  /** The same inserts by the official client, one after the other. */
  async insertDirectly(inserts: readonly RecordedInsert[]): Promise<Taken> {
    const straight = { ...this.#role.access, database: 'straight' };
    await this.#dropDatabase(straight.database);
    await migrate(straight);
    const client = connectClickhouse(straight);
    const before = await this.#spent(process.pid);
    for (const { query, body } of inserts) {
      const { stream } = await client.exec({ query, values: Readable.from([body], { objectMode: false }) });
      for await (const _ of stream) {
        // Its end says that the rows are stored.
      }
    }
    const taken = takenBetween(before, await this.#spent(process.pid), this.rows);
    await client.close();
    return taken;
  }

  /** A floor that stored something else would be none. */
  async requireSameRows(): Promise<void> {
    const straight = await this.#hashOf('straight');
    for (const processes of processCounts) {
      const found = await this.#hashOf(databaseOf(processes));
      if (found !== straight) throw new Error(`the floor stored other rows than the sink: ${straight}, ${found}`);
    }
  }

  async #hashOf(database: string): Promise<string> {
    const client = connectClickhouse({ ...this.#role.access, database });
    const found: unknown[] = [];
    for (const table of ['callbacks', 'video_state']) {
      const query = `SELECT count() AS rows, toString(groupBitXor(cityHash64(toString(tuple(*))))) AS hash FROM ${table} FINAL`;
      found.push(await (await client.query({ query, format: 'JSONEachRow' })).json());
    }
    await client.close();
    return JSON.stringify(found);
  }

  async #dropDatabase(database: string): Promise<void> {
    const client = connectClickhouse({ ...this.#role.access, database: 'default' });
    const query = 'DROP DATABASE IF EXISTS {database:Identifier}';
    await client.command({ query, query_params: { database } });
    await client.close();
  }

  /** CPU of these processes and of ClickHouse; of `process.pid` it is this process alone, without those that it has started. */
  async #spent(pid: number): Promise<Spent> {
    const own = process.cpuUsage();
    const client = pid === process.pid ? own.user + own.system : (await takenBy(pid)).cpuUs;
    return {
      atMs: systemClock.monotonicMs(),
      ownUs: (await takenBy(process.pid)).cpuUs,
      cpuUs: client + (await takenBy(this.#role.pid)).cpuUs,
      ...coreTimes(),
    };
  }
}

function* lives(
  videos: number,
  callbacks: string,
  states: string,
  codec: Codec<VideoState>,
): Generator<OutgoingRecord> {
  for (let n = 0; n < videos; n += 1)
    for (const { key, callback, headers, state } of lifeOf(n)) {
      yield { topic: callbacks, key, value: callback, headers };
      yield { topic: states, key, value: codec.encode(state) };
    }
}

type Spent = {
  readonly atMs: number;
  readonly cpuUs: number;
  readonly ownUs: number;
  readonly busyMs: number;
  readonly allMs: number;
};

function takenBetween(before: Spent, after: Spent, rows: number): Taken {
  return {
    rowsPerSecond: (rows / (after.atMs - before.atMs)) * 1_000,
    cpuUs: (after.cpuUs - before.cpuUs) / rows,
    busy: (after.busyMs - before.busyMs) / (after.allMs - before.allMs),
    ownBusy: (after.ownUs - before.ownUs) / 1_000 / (after.allMs - before.allMs),
  };
}

/** How many processes have stored at least so many rows, by a page of metrics. */
export function workingIn(page: string, rowsEach: number): number {
  const stored = new Map<string, number>();
  for (const [, labels = '', count = ''] of page.matchAll(/^live2vod_sink_rows_total\{([^}\n]*)\} (\d+)/gm)) {
    if (!labels.includes('result="stored"')) continue;
    const name = /process="(\d+)"/.exec(labels)?.[1] ?? '';
    stored.set(name, (stored.get(name) ?? 0) + Number(count));
  }
  return [...stored.values()].filter((rows) => rows >= rowsEach).length;
}
