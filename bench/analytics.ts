/** `live2vod bench queries`: every dashboard query on many callbacks, on an embedded ClickHouse of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { connectClickhouse, latencyReport, latencyStages, migrate } from '../connectors/clickhouse/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../local/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { everyDomain, fillAnalytics } from './analytics-data.ts';
import { judged, type Outcome } from './budgets.ts';
import { panelSql } from './dashboard-panels.ts';

export type QueryResult = {
  readonly query: string;
  /** Median of three, milliseconds. */
  readonly ms: number;
};

const now = () => systemPlatform.monotonicMs();

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
