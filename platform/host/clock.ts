/** What is taken instead of the process's own clock, timers, randomness and `fetch`. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` every `ms` until the returned function is called; doesn't keep the process alive. */
  every(ms: number, run: () => void): () => void;
};

export type Platform = Clock & {
  /** A number in [0, 1). */
  random(): number;
  fetch: typeof globalThis.fetch;
};
