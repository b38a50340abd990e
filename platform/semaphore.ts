/** Lets a number of callers in at once; the others wait in order, or are refused. */
export class Semaphore {
  #free: number;
  readonly #places: number;
  readonly #waiting: (() => void)[] = [];
  readonly #forIdle: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
    this.#free = places;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get idle(): boolean {
    return this.#free === this.#places;
  }

  /** Takes a place and gives how to leave it, to be called once; null where none is free. */
  tryEnter(): (() => void) | null {
    if (this.#free === 0) return null;
    this.#free -= 1;
    return () => this.#leave();
  }

  /** Runs `work` in a place of its own, as soon as there is one. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Resolves once no caller is inside. */
  async whenIdle(): Promise<void> {
    if (!this.idle) await new Promise<void>((resolve) => this.#forIdle.push(resolve));
  }

  /** A place goes straight to the next one who waits: who comes later can't overtake. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) {
      next();
      return;
    }
    this.#free += 1;
    if (this.idle) for (const resolve of this.#forIdle.splice(0)) resolve();
  }
}
