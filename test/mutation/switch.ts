/** The switch that instrumented files look at: which mutant is on, which ones were reached, how long a run has gone on. */
export type Switch = {
  /** Id of the mutant that is on; -1 for none. */
  on: number;
  /** Function calls and loop turns in mutated files since the last reset. */
  turns: number;
  mostTurns: number;
  /** Notes that the mutants from `first` on were reached; only in files that are instrumented to say so. */
  reached(first: number): void;
  /** Ends a run that went on for too long. */
  endless(): never;
};

/** A mutant that loops for ever ends with this: a limit in turns gives the same verdict on a busy machine as on an idle one. */
export class Endless extends Error {}

export const mutantSwitch: Switch = {
  on: -1,
  turns: 0,
  mostTurns: Number.POSITIVE_INFINITY,
  reached: () => {},
  endless: () => {
    throw new Endless('the mutant does not come to an end');
  },
};

export const switchName = '$mutant';
Object.assign(globalThis, { [switchName]: mutantSwitch });
