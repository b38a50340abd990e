import { EngineRefusal } from './status.ts';

/** Lets a few in at a time, the others in order, and refuses when too many wait. */
export class Turnstile {
  #free: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  readonly #inside = new Set<Promise<unknown>>();

  constructor(atOnce: number, mostWaiting: number) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else {
      if (this.#waiting.length >= this.#mostWaiting) {
        throw new EngineRefusal(202, 'Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const running = work();
    this.#inside.add(running);
    try {
      return await running;
    } finally {
      this.#inside.delete(running);
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  async idle(): Promise<void> {
    while (this.#inside.size > 0) await Promise.allSettled([...this.#inside]);
  }
}
