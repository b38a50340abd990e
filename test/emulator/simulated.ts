/** An evening by a clock that jumps from one event to the next: a day of shows in a second, each at its own time. */
import type { Clock } from '../../emulator/clock.ts';

/** 2026-03-01T10:00:00Z. */
export const eveningMs = Date.UTC(2026, 2, 1, 10);

type Waiting = { readonly atMs: number; readonly number: number; readonly run: () => void };

export class SimulatedClock implements Clock {
  #nowMs = eveningMs;
  #number = 0;
  #waiting: Waiting[] = [];
  readonly #receive: (url: string, body: string) => void;

  /** @param receive takes a callback that arrives; it is answered 200 */
  constructor(receive: (url: string, body: string) => void) {
    this.#receive = receive;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const one = { atMs: this.#nowMs + Math.max(0, ms), number: this.#number++, run };
    this.#waiting.push(one);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== one);
    };
  }

  post(url: string, { body }: { readonly body: string }): Promise<number> {
    this.#receive(url, body);
    return Promise.resolve(200);
  }

  /** Jumps to whatever is next, and lets it happen. False where nothing is. */
  async next(): Promise<boolean> {
    const [first] = this.#waiting.sort((a, b) => a.atMs - b.atMs || a.number - b.number);
    if (!first) return false;
    this.#waiting.shift();
    this.#nowMs = Math.max(this.#nowMs, first.atMs);
    first.run();
    // What was started goes on in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }
}
