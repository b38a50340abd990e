import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of chance. Two sources made from the same parts give the same values in the same order. */
export type Rng = {
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number;
  /** A number in [0, 1). */
  float(): number;
  /** A number in [from, to). */
  between(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** `length` lower-case hex digits. */
  hex(length: number): string;
};

/**
 * A source of its own for each thing that is decided by chance, named by `parts` (the seed first). What one part of
 * the cloud draws never shifts what another draws, so that a job submitted early or late has the same outcome.
 */
export function seeded(...parts: readonly (string | number)[]): Rng {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const int = (from: number, to: number) => uniformInt(generator, from, to);
  const float = () => uniformFloat64(generator);
  return {
    int,
    float,
    between: (from, to) => from + float() * (to - from),
    chance: (probability) => float() < probability,
    pick: (choices) => choices[int(0, choices.length - 1)] ?? choices[0],
    hex: (length) => Array.from({ length }, () => int(0, 15).toString(16)).join(''),
  };
}
