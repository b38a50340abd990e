import { posix } from 'node:path';
import type { Depth, Measured, Measurement, TestId, Trial } from './messages.ts';

/** Tests that take longer (processor time, few runs of each property) are left to the second pass, or out of the lane. */
const mostMs = { quick: 300, full: 1500 } as const;
/**
 * How much longer a test may go on with a mutant than without: in turns, so that a busy machine changes no verdict. At
 * full depth a property runs some 17 times as often as it was measured.
 */
const turnsFactor = { quick: 10, full: 60 } as const;
const turnsSlack = 500_000;

/** Which tests a mutant meets, and in which order: first what killed its neighbours, then what is cheap. */
export class Trials {
  readonly #tests: readonly Measured[];
  readonly #loaded: ReadonlySet<number>;
  readonly #reaching = new Map<number, Measured[]>();
  /** Tests that killed mutants of a file, the latest first. */
  readonly #killers = new Map<string, string[]>();

  constructor({ tests, loaded }: Measurement) {
    this.#tests = tests.toSorted((a, b) => a.ms - b.ms);
    this.#loaded = new Set(loaded);
    for (const test of this.#tests)
      for (const place of test.reaches) this.#reaching.set(place, [...(this.#reaching.get(place) ?? []), test]);
  }

  /**
   * At depth `quick` the tests of the file's own room and the histories, at depth `full` all that reach it and have more
   * to say than they had. `place`: the first mutant of the place. Null: no test reaches it.
   */
  trialOf(mutant: number, place: number, file: string, depth: Depth): Trial | null {
    const reaching = this.#reaching.get(place) ?? [];
    const whileLoading = this.#loaded.has(place);
    // What runs while files are loaded bears on every test.
    const afresh = whileLoading && (reaching.length === 0 || depth === 'full');
    const all = afresh ? this.#tests : reaching;
    if (all.length === 0) return null;
    const told = (test: Measured) => test.ms <= mostMs.quick && !test.needsFull && isNear(test.file, file);
    const tests = all.filter((test) =>
      depth === 'quick' ? told(test) : test.ms <= mostMs.full && (afresh || test.hasProperties || !told(test)),
    );
    const killers = this.#killers.get(file) ?? [];
    const rank = (test: Measured): number => {
      const at = killers.indexOf(keyOf(test));
      return at < 0 ? killers.length : at;
    };
    const ordered = tests.toSorted((a, b) => rank(a) - rank(b));
    const mostTurns = (test: Measured) => test.turns * turnsFactor[depth] + turnsSlack;
    return {
      mutant,
      depth,
      afresh,
      tests: ordered.map((test) => ({ file: test.file, index: test.index, mostTurns: mostTurns(test) })),
    };
  }

  killedBy(file: string, test: TestId): void {
    const key = keyOf(test);
    const others = (this.#killers.get(file) ?? []).filter((one) => one !== key);
    this.#killers.set(file, [key, ...others].slice(0, 12));
  }
}

function keyOf({ file, index }: TestId): string {
  return `${file}#${index}`;
}

/** Whether the tests are those of the file's room, or of the domain as a whole. */
export function isNear(testFile: string, file: string): boolean {
  const folder = posix.dirname(testFile);
  return folder === 'test/processors' || `${posix.dirname(file)}/`.startsWith(`${folder.replace(/^test\//, '')}/`);
}
