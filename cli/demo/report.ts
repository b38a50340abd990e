/** The tables that the demo ends with. */
import Table from 'cli-table3';
import type { LatencyRow, LatencyStage } from '../../connectors/clickhouse/index.ts';
import { type Practice, practices, type StoryName } from '../../emulator/index.ts';
import type { Difference } from './compare.ts';
import type { Tally } from './tally.ts';

const plain = { style: { head: [], border: [] } };

/** 3725.4 → `1:02:05`, 12.3 → `12.3 s` */
export function seconds(value: number | null): string {
  if (value === null) return '–';
  if (value < 60) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  return [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}

/** Of a practice or a story. */
export type PartReport = {
  readonly tally: Tally;
  readonly endToEnd: LatencyRow | undefined;
  readonly equal: boolean;
};

export function practiceTable(reports: ReadonlyMap<Practice | StoryName, PartReport>): string {
  const table = new Table({
    ...plain,
    head: [
      'practice',
      'sessions',
      'segments',
      'composed',
      'renditions',
      'jobs submitted',
      'duplicates dropped',
      'out of order',
      'end to playable p50',
      'p95',
      'equal',
    ],
  });
  for (const practice of practices) {
    const report = reports.get(practice);
    if (!report) continue;
    const { tally, endToEnd, equal } = report;
    table.push([
      practice,
      tally.sessions,
      tally.segments,
      tally.composed,
      tally.renditions,
      tally.jobs,
      tally.duplicates,
      tally.outOfOrder,
      seconds(endToEnd?.p50 ?? null),
      seconds(endToEnd?.p95 ?? null),
      equal ? 'yes' : 'NO',
    ]);
  }
  return table.toString();
}

export function storyTable(
  names: readonly StoryName[],
  reports: ReadonlyMap<Practice | StoryName, PartReport>,
): string {
  const head = ['story', 'sessions', 'segments', 'composed', 'by us', 'renditions', 'jobs submitted', 'equal'];
  const table = new Table({ ...plain, head });
  for (const name of names) {
    const report = reports.get(name);
    if (!report) continue;
    const { sessions, segments, composed, composedByUs, renditions, jobs } = report.tally;
    table.push([name, sessions, segments, composed, composedByUs, renditions, jobs, report.equal ? 'yes' : 'NO']);
  }
  return table.toString();
}

/** Between an event of the cloud's and one of ours: the demo's shows lie in the past, so these would say how long ago. */
const acrossClocks: ReadonlySet<LatencyStage> = new Set(['delivery', 'audit', 'queue']);

/** What the stages took by the one clock that each of them has in the demo. */
export function latencyTable(rows: readonly LatencyRow[]): string {
  const table = new Table({ ...plain, head: ['stage', 'count', 'failures', 'p50', 'p90', 'p95', 'p99'] });
  for (const row of rows.filter(({ stage }) => !acrossClocks.has(stage)))
    table.push([
      row.stage,
      row.count,
      row.failures,
      seconds(row.p50),
      seconds(row.p90),
      seconds(row.p95),
      seconds(row.p99),
    ]);
  return `${table}\nLeft out: ${[...acrossClocks].join(', ')}. They run from the cloud's clock to ours or back, and these shows lie in the past.`;
}

/** At most `limit` differences, one a line. */
export function differenceLines(found: readonly Difference[], limit: number): string[] {
  const text = (value: unknown) => String(JSON.stringify(value)).slice(0, 300);
  const lines = found
    .slice(0, limit)
    .map(
      ({ entity, field, cloud, pipeline }) =>
        `  ${entity} ${field}: the cloud ${text(cloud)}, the pipeline ${text(pipeline)}`,
    );
  return found.length > limit ? [...lines, `  and ${found.length - limit} more`] : lines;
}
