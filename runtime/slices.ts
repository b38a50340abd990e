import type { Clock } from '../platform/host/index.ts';

/**
 * Cuts long work on the main thread into slices: between two of them the event loop is served, so that a commit under way
 * goes from one call of the client to the next without waiting for all of the work.
 */
export class Slices {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #beganAtMs: number;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#beganAtMs = clock.monotonicMs();
  }

  /** Call between pieces of work. A promise where the slice has lasted long enough: await it. */
  next(): Promise<void> | undefined {
    if (this.#clock.monotonicMs() - this.#beganAtMs < sliceMs) return undefined;
    return this.#served();
  }

  async #served(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#beganAtMs = this.#clock.monotonicMs();
  }
}

/** A call of the commit is held up by half of it on average; serving the event loop takes some 10 µs. */
const sliceMs = 4;
