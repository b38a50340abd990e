/**
 * `live2vod bench domain`: what a callback costs in the pure path and in the store, microseconds of CPU by stage, in this
 * process and without a broker. The stages take turns, round after round, so that a neighbour's work meets all of them;
 * what counts are the ratios to `JSON.parse` of the same bodies and to a copy of the same bytes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../platform/host/index.ts';
import { StateStore } from '../runtime/index.ts';
import { judged, type Verdict } from './budgets.ts';
import { type Stage, stagesOf } from './domain/stages.ts';
import { workloadOf } from './domain/workload.ts';
import { percentile } from './statistics.ts';

export type DomainBenchOptions = {
  /** Each causes five callbacks, and every twentieth of those comes twice. Default 2,000. */
  readonly videos?: number;
  /** Default 15, after three that don't count. */
  readonly rounds?: number;
  /** Only these, for a profile. */
  readonly only?: readonly string[];
  readonly print: (line: string) => void;
};

export type StageCost = {
  /** Microseconds of CPU per callback. */
  readonly least: number;
  readonly median: number;
  /** To JSON.parse of the bodies, and to a copy of them: medians of the ratios of each round. */
  readonly overJsonParse: number;
  readonly overCopy: number;
};

export type DomainBenchResult = Verdict & {
  readonly callbacks: number;
  readonly stages: Readonly<Record<string, StageCost>>;
};

const warmUp = 3;
const floors = { json: 'JSON.parse', copy: 'copy of the bytes' } as const;

/** Most that a stage may cost, as a multiple of another one of the same rounds. */
const budgets = [
  { stage: 'parse', of: 'JSON.parse', most: 2.5 },
  { stage: 'step', of: 'JSON.parse', most: 5 },
  { stage: 'encode', of: 'avsc, flat record', most: 2 },
] as const;

export async function benchDomain(options: DomainBenchOptions): Promise<DomainBenchResult> {
  const { videos = 2_000, rounds = 15, print } = options;
  const load = workloadOf(videos, systemClock.now());
  const count = load.callbacks.length;
  print(`${count} callbacks of ${videos} videos, ${load.facts.length} facts for their streams; ${rounds} rounds`);
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const store = await StateStore.open(join(folder, 'store'));
  try {
    const stages = stagesOf(load, store).filter(({ name }) => options.only?.includes(name) ?? true);
    const measured = await measure(stages, rounds, count);
    return summed(count, measured, print);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Measured = ReadonlyMap<string, readonly number[]>;

/** Microseconds per callback of each stage in each round. */
async function measure(stages: readonly Stage[], rounds: number, callbacks: number): Promise<Measured> {
  const measured = new Map<string, number[]>(stages.map(({ name }) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { name, run } of stages) {
      // A run may take no turn of the event loop, and a signal needs one to be heard.
      await systemClock.sleep(0);
      const begun = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(begun);
      if (round >= 0) measured.get(name)?.push((user + system) / callbacks);
    }
  }
  return measured;
}

function summed(callbacks: number, measured: Measured, print: (line: string) => void): DomainBenchResult {
  const ratio = (of: string, to: string): number => {
    const below = measured.get(to) ?? [];
    const ratios = (measured.get(of) ?? []).map((micros, round) => micros / (below[round] ?? Number.NaN));
    return ratios.length === 0 || below.length === 0 ? Number.NaN : percentile(ratios, 0.5);
  };
  const stages = Object.fromEntries(
    [...measured].map(([name, micros]): [string, StageCost] => [
      name,
      {
        least: Math.min(...micros),
        median: percentile(micros, 0.5),
        overJsonParse: ratio(name, floors.json),
        overCopy: ratio(name, floors.copy),
      },
    ]),
  );
  print(`${'µs of CPU per callback'.padEnd(24)}   least  median  × JSON.parse  × copy`);
  for (const [name, { least, median, overJsonParse, overCopy }] of Object.entries(stages))
    print(
      `${name.padEnd(24)}${column(least, 8)}${column(median, 8)}${column(overJsonParse, 14)}${overCopy.toFixed(0).padStart(8)}`,
    );
  // With some stages alone only what was measured is held.
  const held = budgets
    .filter(({ stage, of }) => measured.has(stage) && measured.has(of))
    .map(({ stage, of, most }) => ({ name: `${stage} / ${of}`, value: ratio(stage, of), most }));
  return { callbacks, stages, ...judged(held, print) };
}

const column = (value: number, width: number): string => value.toFixed(2).padStart(width);
