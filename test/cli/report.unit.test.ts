import { expect, it } from 'vitest';
import { latencyTable, storyTable } from '../../cli/demo/report.ts';
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

it('shows a line for each story that was played, and which of them differs', () => {
  const tally = {
    sessions: 1,
    segments: 5,
    composed: 1,
    composedByUs: 1,
    renditions: 19,
    jobs: 1,
    duplicates: 3,
    outOfOrder: 4,
  };
  const report = (equal: boolean) => ({ tally, endToEnd: undefined, equal });
  const reports = new Map([['own-cut', report(true)] as const, ['abroad', report(false)] as const]);
  const lines = storyTable(['own-cut', 'abroad', 'channel'], reports)
    .split('\n')
    .map((line) => line.split('│').map((cell) => cell.trim()));
  expect(lines).toContainEqual(['', 'own-cut', '1', '5', '1', '1', '19', '1', 'yes', '']);
  expect(lines).toContainEqual(['', 'abroad', '1', '5', '1', '1', '19', '1', 'NO', '']);
  expect(lines.flat()).not.toContain('channel');
});
