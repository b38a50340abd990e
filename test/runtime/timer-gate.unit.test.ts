import { expect, test } from 'vitest';
import type { Admin } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import type { Task } from '../../runtime/task.ts';
import { TimerGate } from '../../runtime/timer-gate.ts';

/** A gate over input that ends at the same offset in all partitions; upstream is always as far as the clock. */
function world(tasks: readonly { partition: number; position: number; endSeenAt: number }[]) {
  let nowMs = 0;
  let end = 0;
  const clock = { ...systemClock, now: () => nowMs, monotonicMs: () => nowMs };
  const endOffsets: Admin['endOffsets'] = async (asked) => asked.map((at) => ({ ...at, offset: end }));
  const gate = new TimerGate({ endOffsets } as unknown as Admin, 'facts', undefined, clock);
  const all = tasks as unknown as readonly Task<unknown>[];
  return {
    /** A turn of the loop at a time at which the input ends at an offset; up to when the timers of each task may fire. */
    async turn(atMs: number, endAt: number) {
      nowMs = atMs;
      end = endAt;
      const cleared = all.map((task) => gate.clearedUntilMs(task));
      gate.refresh(all, (error) => {
        throw error;
      });
      await systemClock.sleep(0);
      return cleared;
    },
  };
}

const task = (partition: number, position: number) => ({ partition, position, endSeenAt: -1 });

// One goal for all was renewed only once every task with a due timer had reached it: one that never did, behind a hanging
// transaction, kept the shows of all other partitions open.
test('a task that never reaches its goal holds up no other', async () => {
  const [hanging, working] = [task(0, 5), task(1, 5)];
  const { turn } = world([hanging, working]);
  expect(await turn(1_000, 9)).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  working.position = 9;
  expect(await turn(2_000, 20)).toEqual([Number.NEGATIVE_INFINITY, 1_000]);
  expect(await turn(3_000, 20)).toEqual([Number.NEGATIVE_INFINITY, 1_000]);
  working.position = 20;
  expect(await turn(3_100, 20)).toEqual([Number.NEGATIVE_INFINITY, 2_000]);
});

test('the goal of a task that works through a backlog stays where it was', async () => {
  const behind = task(0, 5);
  const { turn } = world([behind]);
  await turn(1_000, 9);
  await turn(2_000, 500);
  behind.position = 9;
  expect(await turn(2_100, 900)).toEqual([1_000]);
});
