/**
 * The whole guarantee at once: processors and brokers die, freeze and lose their connections under load, and nothing is
 * lost, doubled or out of order. `LIVE2VOD_CHAOS_SECONDS` sets how long each run is under fire (default 20),
 * `LIVE2VOD_CHAOS_SEEDS` names the seeds, comma separated (default 1); with seeds named, one run more is on three
 * brokers; `LIVE2VOD_CHAOS_PROCESSES` how many processes each of the three instances has (default 2).
 * A run that fails names its seed, whose schedule is always the same. `bench/chaos.ts` prints a table.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, inject, onTestFailed, test } from 'vitest';
import { ensureJars } from '../../local/index.ts';
import { chaosTable } from './report.ts';
import { type ChaosOptions, runChaos } from './run.ts';

const seconds = Number(process.env.LIVE2VOD_CHAOS_SECONDS ?? 20);
const processes = Number(process.env.LIVE2VOD_CHAOS_PROCESSES ?? 2);
const named = process.env.LIVE2VOD_CHAOS_SEEDS;
const seeds = (named ?? '1').split(',').map(Number);
const timeoutMs = 300_000 + seconds * 2_000;

async function run(options: Pick<ChaosOptions, 'seed' | 'nodes'>) {
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-chaos-'));
  const lines: string[] = [];
  onTestFailed(() => {
    console.log(
      `seed ${options.seed}, ${options.nodes} brokers, ${seconds} s; logs in ${folder}:\n${lines.join('\n')}`,
    );
  });
  const report = await runChaos({
    ...options,
    seconds,
    processes,
    jars: jars.kafka,
    registryUrl: inject('stack').registryUrl,
    folder,
    say: (line) => lines.push(line),
  });
  console.log(chaosTable([report]));
  expect(report.differences).toEqual([]);
  await rm(folder, { recursive: true, force: true });
  return report;
}

test.each(seeds)(
  'three processors and a broker under fire, seed %i: the topics hold what the cloud says',
  async (seed) => {
    const { struck, videos, jobs, compositions, letters } = await run({ seed, nodes: 1 });
    expect(videos).toBeGreaterThan(seconds * 10);
    expect(jobs).toBeGreaterThan(seconds);
    expect(compositions).toBeGreaterThan(seconds / 2);
    expect(letters).toBeGreaterThan(seconds / 2);
    expect(struck['broker-kill'] + struck['broker-freeze']).toBeGreaterThan(0);
    // A slow machine gets less far in its schedule.
    expect(Object.values(struck).filter((count) => count > 0).length).toBeGreaterThanOrEqual(6);
  },
  timeoutMs,
);

test.runIf(named !== undefined)(
  'three brokers, one killed or frozen at a time: the topics hold what the cloud says',
  async () => {
    const { struck } = await run({ seed: seeds[0] ?? 1, nodes: 3 });
    expect(struck['broker-kill']).toBeGreaterThan(0);
    expect(struck['broker-freeze']).toBeGreaterThan(0);
  },
  timeoutMs,
);
