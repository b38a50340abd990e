import { expect, it } from 'vitest';
import { latencyTable } from '../../cli/demo/report.ts';
import { latencyStages } from '../../connectors/clickhouse/index.ts';

// The demo's callbacks are of two hours ago and arrive now: `delivery` read 3:20:56 though each took milliseconds.
it('shows no stage that lies between two clocks, and says so', () => {
  const rows = latencyStages.map((stage) => ({ stage, count: 1, failures: 0, p50: 1, p90: 1, p95: 1, p99: 1 }));
  const [note, ...table] = latencyTable(rows).split('\n').reverse();
  const shown = latencyStages.filter((stage) => table.some((line) => line.includes(` ${stage} `)));
  const leftOut = latencyStages.filter((stage) => !shown.includes(stage));
  expect(leftOut).toEqual(['delivery', 'audit', 'queue']);
  for (const stage of leftOut) expect(note).toContain(stage);
  expect(shown).toContain('end_to_end');
});
