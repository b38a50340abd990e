/** What the lane and the processes that run the tests say to each other. */

/** Few runs of each property at first; as many as in `./live2vod test` for what lives through that. */
export type Depth = 'quick' | 'full';

export type TestId = { readonly file: string; readonly index: number };

export type Measured = TestId & {
  readonly name: string;
  /** First mutant of every place that the test reaches. */
  readonly reaches: readonly number[];
  /** Processor time and turns with few runs of each property. */
  readonly ms: number;
  readonly turns: number;
  /** Says more when it runs longer. */
  readonly hasProperties: boolean;
  /** Only holds with all runs: it counts what its properties met. */
  readonly needsFull: boolean;
  /** Why it fails without any mutant. */
  readonly fault: string | null;
};

export type Measurement = {
  readonly tests: readonly Measured[];
  /** First mutant of every place that runs when files are loaded, before any test. */
  readonly loaded: readonly number[];
};

export type Trial = {
  readonly mutant: number;
  readonly depth: Depth;
  /** Loads everything with the mutant on: for what runs while files are loaded. */
  readonly afresh: boolean;
  /** In this order, until one fails. */
  readonly tests: readonly (TestId & { readonly mostTurns: number })[];
};

export type Outcome = 'killed' | 'endless' | 'survived';

export type Verdict = { readonly mutant: number; readonly outcome: Outcome; readonly by: TestId | null };

export type Order =
  | { readonly kind: 'open'; readonly sources: readonly (readonly [string, string])[] }
  | { readonly kind: 'measure'; readonly files: readonly string[] }
  | ({ readonly kind: 'try' } & Trial);

export type Answer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'broken'; readonly why: string }
  | ({ readonly kind: 'measured' } & Measurement)
  | ({ readonly kind: 'tried' } & Verdict);
