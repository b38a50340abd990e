import { expect, test } from 'vitest';
import type { Admin, Consumer, TransactionalProducer } from '../../../connectors/kafka/index.ts';
import { ProcessorStatus } from '../../../connectors/kafka/index.ts';
import type { Assignment } from '../../../connectors/kafka/runtime/assignment.ts';
import { Attempts } from '../../../connectors/kafka/runtime/attempts.ts';
import { FailureLimit } from '../../../connectors/kafka/runtime/failure-limit.ts';
import { Loop } from '../../../connectors/kafka/runtime/loop.ts';
import type { TimerGate } from '../../../connectors/kafka/runtime/timer-gate.ts';
import { systemClock } from '../../../connectors/platform/index.ts';

// The native client sat on a small question for as long as a broker was away, and the processor stayed ready.
test('an idle processor whose question is not answered is not ready, and is again once there is an answer', async () => {
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const status = new ProcessorStatus(clock);
  const asked: { readonly answer: () => void }[] = [];
  const task = { partition: 0, earliestTimerMs: null, settled: async () => {}, wantsCheckpoint: () => false };
  const loop = new Loop<unknown>({
    inputTopic: 'callbacks',
    changelogTopic: 'video-state',
    consumer: {
      poll: async () => [],
      watermarks: () => new Promise((answer) => asked.push({ answer: () => answer({ low: 0, high: 0 }) })),
    } as unknown as Consumer,
    admin: {} as Admin,
    assignment: { working: [task], opening: false, serve: async () => {} } as unknown as Assignment<unknown>,
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
