import type { Clock } from '../../platform/host/index.ts';
import { InOrder } from '../../platform/in-order.ts';

/** Gives up a deadline. False when it has passed already. */
export type Cancel = () => boolean;

/**
 * One time limit for many things in flight. All deadlines are equally far away, so they pass in the order in which
 * they were set and one sweep over the oldest serves them: no timer per request, and nothing outlives its request.
 */
export type Deadlines = {
  /**
   * Calls `overdue` once `limitMs` have gone by (give or take the sweep's interval) unless cancelled before. After a standstill
   * of the process what has come meanwhile is looked at first: it is in time.
   */
  set(overdue: () => void): Cancel;
  stop(): void;
};

const sweepEveryMs = 50;
/** Between two sweeps: the process stood still, and timers run before what has come meanwhile is read. */
const standstillMs = 5 * sweepEveryMs;

export function deadlines(limitMs: number, clock: Clock): Deadlines {
  const pending = new InOrder<{ readonly atMs: number; readonly overdue: () => void }>();

  let sweptAtMs = clock.monotonicMs();
  let stoodStill = false;

  function sweep(): void {
    const nowMs = clock.monotonicMs();
    // Not twice: a process that is always late still has to tell.
    stoodStill = nowMs - sweptAtMs > standstillMs && !stoodStill;
    sweptAtMs = nowMs;
    if (stoodStill) return;
    for (let place = pending.first; place !== null; place = pending.first) {
      const entry = place.item;
      if (entry === null || entry.atMs > nowMs) return;
      pending.take(place);
      entry.overdue();
    }
  }

  const stop = clock.every(sweepEveryMs, sweep);
  return {
    set(overdue) {
      const place = pending.add({ atMs: clock.monotonicMs() + limitMs, overdue });
      return () => pending.take(place) !== null;
    },
    stop,
  };
}
