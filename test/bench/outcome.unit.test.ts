import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { judged } from '../../bench/budgets.ts';
import { memoryBudgets } from '../../bench/memory.ts';
import { processorBudgets } from '../../bench/processor.ts';
import { sinkBudget, workingIn } from '../../bench/sink.ts';
import { conclude } from '../../cli/bench.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-outcome-'));
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

it('ends with 1 where a budget is missed, and keeps figures and plots all the same', async () => {
  const missed = judged([{ name: 'a', value: 1, least: 1.2 }], () => {});
  expect(conclude(join(folder, 'one'), { ...missed, svg: { curve: '<svg/>' } })).toBe(1);
  expect(JSON.parse(await readFile(join(folder, 'one.json'), 'utf8'))).toMatchObject({
    passed: false,
    budgets: [{ name: 'a', value: 1, least: 1.2, held: false }],
  });
  expect(await readFile(join(folder, 'one-curve.svg'), 'utf8')).toBe('<svg/>\n');
  const held = judged([{ name: 'a', value: 1.2, least: 1.2 }], () => {});
  expect(conclude(join(folder, 'two'), { ...held, svg: '<svg/>' })).toBe(0);
  expect(await readFile(join(folder, 'two.svg'), 'utf8')).toBe('<svg/>\n');
  conclude(join(folder, 'two'), { ...missed }, 'part');
  expect(JSON.parse(await readFile(join(folder, 'two.json'), 'utf8'))).toMatchObject({ passed: true });
  expect(JSON.parse(await readFile(join(folder, 'two-part.json'), 'utf8'))).toMatchObject({ passed: false });
});

const side = (recordsPerSecond: number, cpuUs: number) => ({ recordsPerSecond, cpuUs, transactions: 1, anonMb: 1 });

it('compares the quicker of one and two processes with the quicker of one and two threads', () => {
  const sides = {
    bare: side(200, 10),
    video: side(110, 50),
    video2: side(121, 70),
    streams: side(100, 100),
    streams2: side(90, 10),
  };
  expect(processorBudgets(sides)).toEqual([
    { name: 'processor / Kafka Streams', value: 1.21, least: 1.2 },
    { name: 'CPU per callback / Kafka Streams', value: 0.7, most: 0.7 },
    { name: 'processor / bare copy, one process each', value: 0.55, least: 0.55 },
  ]);
});

it('takes the CPU of a row only where the benchmark itself, and nobody else, fills the cores', () => {
  const round = (ownBusy: number) => ({
    sinks: [
      { rowsPerSecond: 60, cpuUs: 26, busy: 1, ownBusy },
      { rowsPerSecond: 65, cpuUs: 40, busy: 1, ownBusy: 1 },
    ],
    direct: { rowsPerSecond: 100, cpuUs: 20, busy: 1, ownBusy },
  });
  const passed = (ownBusy: number) => judged([sinkBudget([round(ownBusy)])], () => {}).passed;
  expect(passed(0.8)).toBe(true);
  expect(passed(0.79)).toBe(false);
});

it('takes the median of each number of processes of the sink, and then the quicker', () => {
  const taken = (rowsPerSecond: number) => ({ rowsPerSecond, cpuUs: 20, busy: 0.5, ownBusy: 0.5 });
  const rounds = [
    [75, 60],
    [69, 68],
    [60, 75],
  ].map((rates) => ({ sinks: rates.map(taken), direct: taken(100) }));
  expect(sinkBudget(rounds).either).toEqual([{ name: 'rows/s / straight inserts', value: 0.69, least: 0.7 }]);
});

it('fails a run in which a side, ours or the peer, did not keep up with the load', () => {
  const passed = (ours: number, theirs: number) => {
    const side = (leftSeconds: number) => ({ steadyMaxMb: 500, leftSeconds });
    return judged(memoryBudgets({ live2vod: side(ours), 'Kafka Streams': side(theirs) }, 2_000), () => {}).passed;
  };
  expect(passed(5, 5)).toBe(true);
  expect(passed(5.1, 0)).toBe(false);
  expect(passed(0, 5.1)).toBe(false);
  expect(judged(memoryBudgets({}, 2_000), () => {}).passed).toBe(false);
});

it('counts the processes that have stored so many rows', () => {
  const line = (process: string, table: string, result: string, rows: number) =>
    `live2vod_sink_rows_total{process="${process}",table="${table}",result="${result}"} ${rows}`;
  const page = [line('1', 'a', 'stored', 5), line('1', 'b', 'stored', 7), line('2', 'a', 'refused', 9)];
  expect(workingIn([...page, line('2', 'a', 'stored', 0)].join('\n'), 1)).toBe(1);
  expect(workingIn([...page, line('2', 'b', 'stored', 1)].join('\n'), 1)).toBe(2);
  expect(workingIn(page.join('\n'), 12)).toBe(1);
  expect(workingIn(page.join('\n'), 13)).toBe(0);
  expect(workingIn('live2vod_sink_rows_total{table="a",result="stored"} 3', 1)).toBe(1);
});
