import { expect, test } from 'vitest';
import { systemClock } from '../../platform/host/index.ts';
import type { Task } from '../../runtime/task.ts';
import { TaskLifecycle } from '../../runtime/task-lifecycle.ts';

/** A lifecycle whose task opens when the test says so, and what became of it. */
function opening() {
  const states: string[] = [];
  const failures: unknown[] = [];
  let closed = 0;
  const task = { close: async () => void closed++ } as unknown as Task<string>;
  let finish: (opened: Task<string> | null) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const lifecycle = new TaskLifecycle<string>({
    topic: 'in',
    partition: 3,
    open: (_lifecycle, signal) =>
      new Promise((resolve, reject) => {
        finish = resolve;
        fail = reject;
        signal.addEventListener('abort', () => states.push('told to stop opening'));
      }),
    onState: (partition, state) => states.push(partition === 3 ? state : 'of another partition'),
    onOpenFailed: (error) => failures.push(error),
  });
  const settle = () => systemClock.sleep(1);
  return {
    ...{ lifecycle, states, failures, task, settle },
    finish: async (opened: Task<string> | null) => {
      await settle();
      finish(opened);
      await settle();
    },
    fail: async (error: unknown) => {
      await settle();
      fail(error);
      await settle();
    },
    closed: () => closed,
  };
}

test('a task is restored, works, is paused and closes', async () => {
  const { lifecycle, states, task, finish, closed } = opening();
  expect([lifecycle.working, lifecycle.restored]).toEqual([null, null]);
  lifecycle.to('blocked');
  lifecycle.to('restoring');
  await finish(task);
  expect([lifecycle.working, lifecycle.restored]).toEqual([null, task]);
  lifecycle.to('working');
  expect([lifecycle.working, lifecycle.restored]).toEqual([task, null]);
  lifecycle.to('paused');
  expect(lifecycle.working).toBe(task);
  await lifecycle.close();
  expect(lifecycle.working).toBeNull();
  expect(closed()).toBe(1);
  expect(states).toEqual([
    ...['restoring', 'blocked', 'restoring', 'restored', 'working', 'paused'],
    ...['told to stop opening', 'closing', 'closed'],
  ]);
});

test('one that is closed while it opens waits for that, closes what was opened and never works', async () => {
  const { lifecycle, states, task, settle, finish, closed } = opening();
  await settle();
  const closing = lifecycle.close();
  // A restore that goes on for a moment may still report.
  lifecycle.to('blocked');
  await finish(task);
  await closing;
  expect(closed()).toBe(1);
  expect(states).toEqual(['restoring', 'told to stop opening', 'closing', 'closed']);
});

test('what keeps it from opening is reported, unless it is closing', async () => {
  const failing = opening();
  await failing.fail(new Error('disk full'));
  expect(failing.failures).toEqual([new Error('disk full')]);

  const closing = opening();
  await closing.settle();
  const closed = closing.lifecycle.close();
  await closing.fail(new Error('aborted'));
  await closed;
  expect([closing.failures, closing.lifecycle.state]).toEqual([[], 'closed']);
});

test('a task that takes part in nothing yet can not be paused: that is a defect', async () => {
  const { lifecycle } = opening();
  expect(() => lifecycle.to('paused')).toThrow(
    "the task of in/3 can't go from restoring to paused; allowed: blocked, restored, closing",
  );
});
