import Table from 'cli-table3';
import type { ChaosReport } from './run.ts';
import { type FaultKind, faultKinds } from './schedule.ts';

const headings: Readonly<Record<FaultKind, string>> = {
  kill: 'kill -9',
  freeze: 'freeze',
  scale: '3→1→3',
  wipe: 'store deleted',
  'broker-kill': 'broker kill -9',
  'broker-freeze': 'broker freeze',
  'cut-all': 'all cut',
  'cut-in-transaction': 'cut in transaction',
  'cut-before-response': 'cut before response',
};

/** One line per seed: faults by kind, what the processors did about them, what was judged, differences. */
export function chaosTable(reports: readonly ChaosReport[]): string {
  const table = new Table({
    head: [
      'seed',
      ...faultKinds.map((kind) => headings[kind]),
      'aborted',
      'new producer',
      'callbacks',
      'records',
      'videos',
      'sessions',
      'jobs',
      'compositions',
      'dead letters',
      'caught up in',
      'differences',
    ],
    style: { head: [], border: [] },
    wordWrap: true,
  });
  for (const report of reports) {
    table.push([
      report.seed,
      ...faultKinds.map((kind) => report.struck[kind]),
      answered(report, 'aborted'),
      answered(report, 'new producer'),
      report.callbacks,
      report.records,
      report.videos,
      report.sessions,
      report.jobs,
      report.compositions,
      report.letters,
      `${report.catchUpSeconds.toFixed(1)} s`,
      report.differences.length,
    ]);
  }
  return table.toString();
}

const answered = ({ answers }: ChaosReport, start: string): number =>
  [...answers].reduce((sum, [answer, count]) => sum + (answer.startsWith(start) ? count : 0), 0);
