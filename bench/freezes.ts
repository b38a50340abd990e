/**
 * Freezes of a single broker around the client's time-outs, under load: `node bench/freezes.ts [--lane short|default]
 * [--freezes 100] [--port 24000] [--seed 1] [--processes 2]`. `short`: transaction time-out 5 s, session time-out 6 s,
 * freezes of 4.3 to 5.7 s and around 6 s; `default`: 10 s each, freezes around 10 s and of 3 to 17 s. Exit code 1 where work
 * didn't go on within 30 s, a stop took over its budget, or a count differs; the folder with logs is kept then and named.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureJars } from '../local/index.ts';
import { runFreezes } from '../test/runtime/freezes/run.ts';

const { values } = parseArgs({
  options: {
    lane: { type: 'string', default: 'short' },
    freezes: { type: 'string', default: '100' },
    port: { type: 'string', default: '24000' },
    seed: { type: 'string', default: '1' },
    processes: { type: 'string', default: '2' },
    rate: { type: 'string', default: '300' },
  },
});
const lanes = {
  short: {
    transactionTimeoutMs: 5_000,
    sessionTimeoutMs: 6_000,
    ranges: [
      [4_300, 5_700],
      [4_300, 5_700],
      [5_600, 6_600],
    ],
  },
  default: {
    transactionTimeoutMs: 10_000,
    sessionTimeoutMs: 10_000,
    ranges: [
      [9_000, 11_000],
      [3_000, 17_000],
    ],
  },
} as const;
const lane = values.lane === 'default' ? lanes.default : lanes.short;

/** Reproducible: a linear congruential generator. */
let state = Number(values.seed);
const random = () => {
  state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return state / 4_294_967_296;
};

const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
const folder = await mkdtemp(join(tmpdir(), `live2vod-freezes-${values.lane}-`));
console.log(`logs in ${folder}`);
const report = await runFreezes({
  ...lane,
  freezes: Number(values.freezes),
  processes: Number(values.processes),
  stopEvery: 5,
  recordsPerSecond: Number(values.rate),
  jars: jars.kafka,
  port: Number(values.port),
  folder,
  random,
  say: (line) => console.log(line),
});
const sorted = report.recoveriesMs.toSorted((a, b) => a - b);
const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1000).toFixed(1)} s`;
const slow = sorted.filter((ms) => ms > 30_000).length;
const late = report.stopsMs.filter((ms) => ms > 20_000).length;
console.log(
  `${sorted.length} freezes: at work again after ${seconds(sorted[Math.floor(sorted.length / 2)])} (median), ${seconds(sorted.at(-1))} (slowest), ` +
    `${slow} over 30 s; ${report.hungCalls} hung calls, ${report.ends.length} processes ended by themselves; ` +
    `${report.stopsMs.length} stops, slowest ${seconds(Math.max(0, ...report.stopsMs))}, ${late} over their budget; ` +
    `${report.records} records, ${report.differences.length} differences`,
);
for (const end of report.ends) console.log(`  ended: ${end}`);
for (const line of report.differences.slice(0, 20)) console.log(`  DIFFERENT: ${line}`);
if (slow + late + report.differences.length > 0) process.exitCode = 1;
else await rm(folder, { recursive: true, force: true });
