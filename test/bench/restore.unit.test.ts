import { expect, test } from 'vitest';
import { type RestoreReport, restoreBudgets } from '../../bench/restore.ts';

const report = (recordsPerSecond: number, grownRecordsPerSecond: number, afterKillSeconds?: number): RestoreReport => ({
  ...{ fullSeconds: 1, restartSeconds: 1, anonMb: 1, grownSeconds: 1, recordsPerSecond, grownRecordsPerSecond },
  ...(afterKillSeconds === undefined ? {} : { afterKillSeconds }),
});
const valuesOf = (sides: Record<string, RestoreReport>) =>
  restoreBudgets(sides).map((budget) => ('value' in budget ? budget.value : Number.NaN));

test('of restores the quicker number of processes counts, and the quicker number of threads', () => {
  const sides = {
    live2vod: report(30, 90, 2),
    'Kafka Streams': report(100, 60, 9),
    'live2vod, 2 processes': report(60, 45),
    'Kafka Streams, 2 threads': report(80, 100),
  };
  expect(valuesOf(sides)).toEqual([1, 2, 0.6, 0.9]);
});

test('without Kafka Streams only restarts are held against anything', () => {
  expect(valuesOf({ live2vod: report(30, 90, 2), 'live2vod, 2 processes': report(60, 45) })).toEqual([1, 2]);
});
