/** Clock, randomness and network as the client uses them, so that a test can drive them. */
export type Timing = {
  /** Milliseconds from any start; never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs until the returned function is called; keeps no process alive. */
  every(ms: number, run: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  fetch(input: string | URL, init?: RequestInit): Promise<Response>;
};

export const systemTiming: Timing = {
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
  random: () => Math.random(),
  fetch: (input, init) => globalThis.fetch(input, init),
};
