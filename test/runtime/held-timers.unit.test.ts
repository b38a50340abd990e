import { expect, test } from 'vitest';
import type { Consumer } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import type { Assignment } from '../../runtime/assignment.ts';
import { LoopReports } from '../../runtime/loop-reports.ts';
import { ProcessorStatus } from '../../runtime/status.ts';
import type { Task } from '../../runtime/task.ts';
import type { TimerGate } from '../../runtime/timer-gate.ts';

// A session whose end was hours ago when it was first heard of made "timers are held back, 17610 s" at once.
test('a timer is held since it is held here, not since it was due', () => {
  let nowMs = 100_000_000;
  let clearedMs = 0;
  const clock = { ...systemClock, now: () => nowMs, monotonicMs: () => nowMs };
  const status = new ProcessorStatus(clock);
  const heldSeconds: number[] = [];
  const reports = new LoopReports<unknown>({
    ...{ inputTopic: 'facts', consumer: {} as Consumer, assignment: {} as Assignment<unknown>, clock, status },
    timers: { clearedUntilMs: () => clearedMs, waitsFor: () => 'input' } as unknown as TimerGate,
    hooks: { onTimersHeld: (seconds) => heldSeconds.push(seconds) },
  });
  const due = [{ partition: 0, earliestTimerMs: nowMs - 17_610_000 } as unknown as Task<unknown>];
  const turn = (afterMs: number) => {
    nowMs += afterMs;
    reports.timersHeld(due, nowMs);
    return heldSeconds.at(-1);
  };
  expect(turn(0)).toBe(0);
  expect(status.heldTimers).toEqual({ ms: 0, waitsFor: 'input' });
  expect(turn(70_000)).toBe(70);
  clearedMs = nowMs;
  expect(turn(1_000)).toBe(0);
  expect(status.heldTimers).toEqual({ ms: 0, waitsFor: null });
  clearedMs = 0;
  expect(turn(1_000)).toBe(0);
  expect(turn(2_000)).toBe(2);
});
