/**
 * The one place of the connectors that touches the process's clock, timers, randomness and network `fetch`, so that
 * a test can drive time and faults. Everything else takes a `Platform` (or just its `Clock`).
 */
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

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

export const systemPlatform: Platform = {
  ...systemClock,
  random: () => Math.random(),
  fetch: (input, init) => globalThis.fetch(input, init),
};
