import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { deadlines } from '../../../services/intake/deadlines.ts';

/** Deadlines of a second, and a clock whose next tick comes when the test says so, however late. */
function scripted() {
  let nowMs = 0;
  let sweep = () => {};
  const clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    every(_ms: number, run: () => void) {
      sweep = run;
      return () => {};
    },
  };
  const all = deadlines(1_000, clock);
  return {
    ...all,
    tickAt(ms: number) {
      nowMs = ms;
      sweep();
    },
    ticksUntil(ms: number) {
      for (let at = nowMs + 50; at <= ms; at += 50) this.tickAt(at);
    },
  };
}

describe('deadlines of what is in flight', () => {
  test('pass in the order in which they were set, and not for what was given up before', () => {
    const time = scripted();
    const passed: string[] = [];
    time.set(() => passed.push('first'));
    const cancel = time.set(() => passed.push('cancelled'));
    time.ticksUntil(200);
    const late = time.set(() => passed.push('second'));
    expect(cancel()).toBe(true);
    time.ticksUntil(950);
    expect(passed).toEqual([]);
    time.ticksUntil(1_000);
    expect(passed).toEqual(['first']);
    time.ticksUntil(1_200);
    expect(passed).toEqual(['first', 'second']);
    expect([cancel(), late()]).toEqual([false, false]);
  });

  // After a pause of the whole process its timers run before its sockets are read: acknowledgements that had come meanwhile
  // were taken for missing, every callback in flight went to the spool as well, and some were refused.
  test('do not pass by a standstill of the process before what came meanwhile could be read', () => {
    const time = scripted();
    const passed: string[] = [];
    const answered = time.set(() => passed.push('answered'));
    time.set(() => passed.push('silent'));
    time.ticksUntil(100);
    time.tickAt(5_000);
    expect(answered()).toBe(true);
    time.tickAt(5_050);
    expect(passed).toEqual(['silent']);
  });

  test('pass all the same in a process that is late every time', () => {
    const time = scripted();
    const passed: string[] = [];
    time.set(() => passed.push('overdue'));
    for (const ms of [600, 1_200, 1_800]) time.tickAt(ms);
    expect(passed).toEqual(['overdue']);
  });
});
