/** What the parts of `live2vod bench growth` have in common: costs measured in turns, and curves with their budgets. */
import { systemClock } from '../../platform/host/index.ts';
import type { Budget } from '../budgets.ts';
import { lineChart } from '../plot.ts';
import { percentile } from '../statistics.ts';

export type Point = {
  /** How much there is of what grows. */
  readonly at: number;
  /** Of one callback, fact or event at that size. Higher is worse, but for rates. */
  readonly value: number;
  /** To the first point's: a median of the ratios of each round, where they took turns. */
  readonly ratio: number;
};

export type Curve = {
  /** `step, µs of CPU per event`. */
  readonly name: string;
  readonly points: readonly Point[];
};

/** One part's result: its curves against the same thing that grows, their budgets, and all figures. */
export type Grown = {
  readonly curves: readonly Curve[];
  readonly budgets: readonly Budget[];
  readonly figures: readonly Readonly<Record<string, string | number>>[];
  /** Pictures by what they show besides the part: one may have no name of its own. */
  readonly svg: Readonly<Record<string, string>>;
};

/** What is measured at one size. `run` does the same work each time, over nothing that another run has left. */
export type Side = {
  readonly at: number;
  /** Gives how many callbacks, facts or events it has worked on. */
  run(): number | Promise<number>;
};

export type Cost = Point & {
  /** Of the whole process: the collector and LevelDB's threads count. */
  readonly least: number;
  readonly perSecond: number;
};

/** Until all of it is compiled. */
const defaultWarmUp = 8;

/** Microseconds of CPU of each side, which take turns; `value` is the median of all rounds after the first, of `warmUp`. */
export async function costsOf(sides: readonly Side[], rounds: number, warmUp = defaultWarmUp): Promise<Cost[]> {
  const micros = sides.map((): number[] => []);
  const rates = sides.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round += 1)
    for (const [index, side] of sides.entries()) {
      // A run may take no turn of the event loop, and a signal needs one to be heard.
      await systemClock.sleep(0);
      const beganMs = systemClock.monotonicMs();
      const begun = process.cpuUsage();
      const count = await side.run();
      const { user, system } = process.cpuUsage(begun);
      if (round < 0) continue;
      micros[index]?.push((user + system) / count);
      rates[index]?.push((count / (systemClock.monotonicMs() - beganMs)) * 1_000);
    }
  const [first = []] = micros;
  return sides.map(({ at }, index) => {
    const own = micros[index] ?? [];
    const ratios = own.map((value, round) => value / (first[round] ?? Number.NaN));
    const perSecond = Math.round(percentile(rates[index] ?? [], 0.5));
    return { at, least: Math.min(...own), value: percentile(own, 0.5), ratio: percentile(ratios, 0.5), perSecond };
  });
}

/** The most that anything flat may rise, or a rate may fall, from the smallest size to any other. */
export const flatWithin = 0.2;

/** A cost that must not depend on the size. One size alone says nothing. */
export function flat({ name, points }: Curve): Budget {
  const [first, ...others] = points;
  const worst = others.toSorted((a, b) => b.ratio - a.ratio)[0];
  return {
    name: `${name}: at ${worst?.at} / at ${first?.at}`,
    value: worst?.ratio ?? Number.NaN,
    most: 1 + flatWithin,
  };
}

/** A rate that must not depend on the size. */
export function flatRate({ name, points }: Curve): Budget {
  const [first, ...others] = points;
  const worst = others.toSorted((a, b) => a.ratio - b.ratio)[0];
  return {
    name: `${name}: at ${worst?.at} / at ${first?.at}`,
    value: worst?.ratio ?? Number.NaN,
    least: 1 - flatWithin,
  };
}

/** A cost that may grow with the size, but no faster: how many times dearer, over how many times larger. */
export function linear({ name, points }: Curve): Budget {
  const [first, ...others] = points;
  const value = first === undefined ? Number.NaN : Math.max(...others.map((one) => (one.ratio * first.at) / one.at));
  const measured = others.length > 0 ? value : Number.NaN;
  return { name: `${name}: times dearer / times more`, value: measured, most: 1 };
}

/** Points of figures that were measured one after the other. */
export function pointsOf(values: readonly (readonly [at: number, value: number])[]): Point[] {
  const first = values[0]?.[1] ?? Number.NaN;
  return values.map(([at, value]) => ({ at, value, ratio: value / first }));
}

/** All curves over the sizes, which are drawn as far apart as their logarithms. */
export function drawn(title: string, x: string, y: string, curves: readonly Curve[]): string {
  const lines = curves.map(({ name, points }) => ({
    name,
    points: points.map(({ at, value }) => [at, value] as const),
  }));
  return lineChart({ title, x, y, lines, sizes: true });
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
