import type { Knobs } from '../knobs.ts';
import { seeded } from '../random.ts';

/**
 * What can go wrong with a call besides its content:
 * - `error`: 5xx, nothing was done; `late-error`: 5xx, the work was done;
 * - `silence`: no answer, nothing was done; `lost-answer`: no answer, the work was done;
 * - `throttled`: Throttling.User, nothing was done.
 */
export const mishaps = ['error', 'late-error', 'silence', 'lost-answer', 'throttled'] as const;
export type Mishap = (typeof mishaps)[number];

/** Decides each call's mishap: those that were asked for first, in order, then by the knobs' rates. */
export class Mishaps {
  readonly #seed: number;
  readonly #knobs: () => Knobs;
  readonly #ordered = new Map<string, Mishap[]>();
  #calls = 0;

  constructor(seed: number, knobs: () => Knobs) {
    this.#seed = seed;
    this.#knobs = knobs;
  }

  /** The next calls of this operation go wrong like this, one each. */
  order(action: string, next: readonly Mishap[]): void {
    this.#ordered.set(action, [...(this.#ordered.get(action) ?? []), ...next]);
  }

  next(action: string): Mishap | null {
    const ordered = this.#ordered.get(action)?.shift();
    if (ordered) return ordered;
    const { errorRate, lateErrorRate, silenceRate, lostAnswerRate, faultyActions } = this.#knobs();
    if (faultyActions !== null && !faultyActions.includes(action)) return null;
    this.#calls += 1;
    let draw = seeded(this.#seed, 'mishap', this.#calls).float();
    const rates: [Mishap, number][] = [
      ['error', errorRate],
      ['late-error', lateErrorRate],
      ['silence', silenceRate],
      ['lost-answer', lostAnswerRate],
    ];
    for (const [mishap, rate] of rates) {
      if (draw < rate) return mishap;
      draw -= rate;
    }
    return null;
  }
}
