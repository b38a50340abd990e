import type { Clock } from '../../platform/host/index.ts';

/** Gives up a deadline. False when it has passed already. */
export type Cancel = () => boolean;

/**
 * One time limit for many things in flight. All deadlines are equally far away, so they pass in the order in which
 * they were set and one sweep over the oldest serves them: no timer per request, and nothing outlives its request.
 */
export type Deadlines = {
  /** Calls `overdue` once `limitMs` have gone by (give or take the sweep's interval) unless cancelled before. */
  set(overdue: () => void): Cancel;
  stop(): void;
};

const sweepEveryMs = 50;

export function deadlines(limitMs: number, clock: Clock): Deadlines {
  type Entry = { readonly atMs: number; readonly overdue: () => void };
  // A Set iterates in the order of insertion.
  const pending = new Set<Entry>();

  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const entry of pending) {
      if (entry.atMs > nowMs) return;
      pending.delete(entry);
      entry.overdue();
    }
  }

  const stop = clock.every(sweepEveryMs, sweep);
  return {
    set(overdue) {
      const entry: Entry = { atMs: clock.monotonicMs() + limitMs, overdue };
      pending.add(entry);
      return () => pending.delete(entry);
    },
    stop,
  };
}
