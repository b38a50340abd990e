import { expect, test } from 'vitest';
import type { Admin, Consumer, TransactionalProducer } from '../../../connectors/kafka/index.ts';
import { ProcessorStatus } from '../../../connectors/kafka/index.ts';
import type { Assignment } from '../../../connectors/kafka/runtime/assignment.ts';
import { Attempts } from '../../../connectors/kafka/runtime/attempts.ts';
import { FailureLimit } from '../../../connectors/kafka/runtime/failure-limit.ts';
import { Loop } from '../../../connectors/kafka/runtime/loop.ts';
import type { TimerGate } from '../../../connectors/kafka/runtime/timer-gate.ts';
import { systemClock } from '../../../connectors/platform/index.ts';

/** A loop over tasks of the test, on a clock of the test. */
function loopOver(o: {
  tasks: readonly object[];
  watermarks: () => Promise<{ low: number; high: number }>;
  assignment?: object;
}) {
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const status = new ProcessorStatus(clock);
  const loop = new Loop<unknown>({
    inputTopic: 'callbacks',
    changelogTopic: 'video-state',
    consumer: { poll: async () => [], watermarks: o.watermarks } as unknown as Consumer,
    admin: {} as Admin,
    assignment: {
      working: o.tasks,
      opening: false,
      serve: async () => {},
      ...o.assignment,
    } as unknown as Assignment<unknown>,
    timers: { refresh: () => {} } as unknown as TimerGate,
    failureLimit: new FailureLimit({ place: '', read: () => ({ records: 0, failures: 0 }), write: () => {} }),
    attempts: new Attempts(1),
    maxBatchRecords: 10,
    clock,
    status,
    hooks: {},
    giveUp: new AbortController().signal,
  });
  const turnAt = async (ms: number) => {
    nowMs = ms;
    await loop.turn({} as TransactionalProducer);
  };
  return { status, turnAt };
}

const idle = { earliestTimerMs: null, endSeenAt: -1, settled: async () => {}, wantsCheckpoint: () => false };

// The native client sat on a small question for as long as a broker was away, and the processor stayed ready.
test('an idle processor whose question is not answered is not ready, and is again once there is an answer', async () => {
  const asked: { readonly answer: () => void }[] = [];
  const { status, turnAt } = loopOver({
    tasks: [{ ...idle, partition: 0, position: 0 }],
    watermarks: () => new Promise((answer) => asked.push({ answer: () => answer({ low: 0, high: 0 }) })),
  });
  status.joined();
  status.reachable(true);
  await turnAt(5_000);
  expect(asked).toHaveLength(1);
  await turnAt(7_000);
  expect(status.ready).toBe(true);
  await turnAt(9_000);
  expect(status.ready).toBe(false);
  asked[0]?.answer();
  await systemClock.sleep(0);
  expect(status.ready).toBe(true);
});

test('a task that stands outside of its log is opened again, though no poll said so', async () => {
  const reopened: number[] = [];
  const task = { ...idle, partition: 3, position: 5 };
  const { turnAt } = loopOver({
    tasks: [task],
    watermarks: async () => ({ low: 10, high: 20 }),
    assignment: { task: () => task, reopen: async (partition: number) => void reopened.push(partition) },
  });
  for (let second = 0; second <= 32; second++) await turnAt(second * 1_000);
  expect(reopened).toEqual([3]);
});
