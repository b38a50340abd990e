import type { Clock } from '../clock.ts';
import { type Happening, isTold } from '../scenario/fact.ts';
import { cloudAt, type Pace, wallAt } from './pace.ts';

/** Lets happenings come true: each run in the order of its times, each one when the clock reaches it. */
export class Agenda {
  /** Happenings that haven't come true yet, and how many of them a callback will tell. */
  pending = 0;
  pendingCallbacks = 0;
  readonly #clock: Clock;
  readonly #onProgress: () => void;
  readonly #timers = new Set<() => void>();

  constructor(clock: Clock, onProgress: () => void) {
    this.#clock = clock;
    this.#onProgress = onProgress;
  }

  /** `comeTrue` is called once per happening. Two runs don't wait for each other. */
  add(happenings: readonly Happening[], pace: Pace, comeTrue: (happening: Happening) => void): void {
    const queue = happenings.toSorted((a, b) => a.atMs - b.atMs).reverse();
    this.pending += queue.length;
    this.pendingCallbacks += queue.filter(({ fact }) => isTold(fact)).length;
    const wait = () => {
      const next = queue.at(-1);
      if (!next) return;
      const cancel = this.#clock.after(Math.max(0, wallAt(pace, next.atMs) - this.#clock.now()), () => {
        this.#timers.delete(cancel);
        const nowMs = cloudAt(pace, this.#clock.now());
        for (let due = queue.at(-1); due && (due === next || due.atMs <= nowMs); due = queue.at(-1)) {
          queue.pop();
          this.pending -= 1;
          if (isTold(due.fact)) this.pendingCallbacks -= 1;
          comeTrue(due);
        }
        wait();
        this.#onProgress();
      });
      this.#timers.add(cancel);
    };
    wait();
  }

  stop(): void {
    for (const cancel of this.#timers) cancel();
  }
}
