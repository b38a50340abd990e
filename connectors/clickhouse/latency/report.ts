import type { ClickHouseClient } from '../client.ts';

/** The stages, in the order in which a recording goes through them; defined in docs/latency.md. */
export const latencyStages = [
  'delivery',
  'recording',
  'source_ready',
  'disconnect_delay',
  'compose_wait',
  'compose',
  'audit',
  'review',
  'trigger',
  'queue',
  'transcode',
  'workflow',
  'first_playable',
  'fully_transcoded',
  'end_to_end',
] as const;

export type LatencyStage = (typeof latencyStages)[number];

/** What rows may be told apart by. `hour` and `day` are of the stage's end, UTC. */
export const latencyDimensions = ['domain', 'app', 'stream', 'kind', 'definition', 'hour', 'day'] as const;
export type LatencyDimension = (typeof latencyDimensions)[number];

export type LatencyFilter = {
  readonly domain?: string;
  readonly app?: string;
  readonly stream?: string;
  readonly definition?: string;
  /** Epoch milliseconds: stages that ended at or after this. */
  readonly fromMs?: number;
  /** Epoch milliseconds: stages that ended before this. */
  readonly toMs?: number;
  /** Default: all. */
  readonly stages?: readonly LatencyStage[];
  /** Default: none, one row per stage. */
  readonly by?: readonly LatencyDimension[];
  /** Most rows; default 10,000. */
  readonly limit?: number;
};

export type LatencyRow = {
  readonly stage: LatencyStage;
  readonly domain?: string;
  readonly app?: string;
  readonly stream?: string;
  readonly kind?: string;
  readonly definition?: string;
  /** ISO 8601, UTC. */
  readonly hour?: string;
  readonly day?: string;
  /** Measured ones. */
  readonly count: number;
  readonly failures: number;
  /** Seconds; null where nothing was measured. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
};

/** Percentiles of every stage, seconds, in stage order. Values reach the SQL as bound parameters only. */
export async function latencyReport(client: ClickHouseClient, filter: LatencyFilter = {}): Promise<LatencyRow[]> {
  const by = filter.by ?? [];
  const stages = filter.stages ?? latencyStages;
  const columns = by.map((dimension) => `${shown(dimension)} AS by_${dimension}`);
  const { conditions, params } = boundFilter(filter);
  const sources = latencyStages
    .filter((stage) => stages.includes(stage))
    .map((stage) => `SELECT ${usedColumns} FROM latency_${stage}`);
  if (sources.length === 0) return [];
  const result = await client.query({
    query: `
      SELECT stage, ${columns.map((column) => `${column}, `).join('')}
        count(seconds) AS samples, countIf(failed = 1) AS failures,
        quantiles(0.5, 0.9, 0.95, 0.99)(seconds) AS percentiles
      FROM (${sources.join(' UNION ALL ')})
      WHERE ${['at IS NOT NULL', ...conditions].join(' AND ')}
      GROUP BY stage${by.map((dimension) => `, ${keys[dimension]}`).join('')}
      ORDER BY indexOf({order:Array(String)}, stage)${by.map((dimension) => `, by_${dimension}`).join('')}
      LIMIT {limit:UInt32}`,
    query_params: { ...params, order: [...latencyStages], limit: filter.limit ?? 10_000 },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return (await result.json<RawRow>()).map((row) => latencyRow(row, by));
}

const usedColumns = 'stage, domain, app, stream, kind, definition, at, seconds, failed';

/** What rows are grouped by. Times stay numbers until there is one row a group: writing out ten million takes longer than all the rest. */
const keys: Readonly<Record<LatencyDimension, string>> = {
  domain: 'domain',
  app: 'app',
  stream: 'stream',
  kind: 'kind',
  definition: 'definition',
  hour: 'toStartOfHour(at)',
  day: 'toStartOfDay(at)',
};

function shown(dimension: LatencyDimension): string {
  if (dimension === 'hour') return `formatDateTime(${keys.hour}, '%Y-%m-%dT%H:00:00Z', 'UTC')`;
  return dimension === 'day' ? `formatDateTime(${keys.day}, '%Y-%m-%d', 'UTC')` : keys[dimension];
}

function boundFilter(filter: LatencyFilter): { conditions: string[]; params: Record<string, unknown> } {
  const equal = (['domain', 'app', 'stream', 'definition'] as const).filter((name) => filter[name] !== undefined);
  const conditions = equal.map((name) => `${name} = {${name}:String}`);
  const params: Record<string, unknown> = Object.fromEntries(equal.map((name) => [name, filter[name]]));
  if (filter.fromMs !== undefined) {
    conditions.push("at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')");
    params.from = Math.floor(filter.fromMs);
  }
  if (filter.toMs !== undefined) {
    conditions.push("at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')");
    params.to = Math.floor(filter.toMs);
  }
  return { conditions, params };
}

type RawRow = Readonly<Record<`by_${LatencyDimension}`, string>> & {
  readonly stage: LatencyStage;
  readonly samples: number;
  readonly failures: number;
  readonly percentiles: readonly (number | null)[];
};

function latencyRow(row: RawRow, by: readonly LatencyDimension[]): LatencyRow {
  const [p50 = null, p90 = null, p95 = null, p99 = null] = row.percentiles;
  return {
    stage: row.stage,
    ...Object.fromEntries(by.map((dimension) => [dimension, row[`by_${dimension}`]])),
    count: row.samples,
    failures: row.failures,
    p50,
    p90,
    p95,
    p99,
  };
}
