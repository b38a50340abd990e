import type { Clock } from '../clock.ts';

/** Runs tasks after a wait, a bounded number at once, the others in line. */
export type Lane = {
  after(ms: number, task: () => Promise<void>): void;
  /** Nothing is begun any more. */
  stop(): void;
};

export function createLane(clock: Clock, width: () => number): Lane {
  let line: (() => Promise<void>)[] = [];
  let next = 0;
  const timers = new Set<() => void>();
  let busy = 0;
  let stopped = false;
  const pump = () => {
    while (!stopped && busy < width()) {
      const task = line[next];
      if (!task) {
        line = [];
        next = 0;
        return;
      }
      next += 1;
      busy += 1;
      void task().finally(() => {
        busy -= 1;
        pump();
      });
    }
  };
  return {
    after(ms, task) {
      const cancel = clock.after(ms, () => {
        timers.delete(cancel);
        line.push(task);
        pump();
      });
      timers.add(cancel);
    },
    stop() {
      stopped = true;
      for (const cancel of timers) cancel();
    },
  };
}
