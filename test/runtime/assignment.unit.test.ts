import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { KafkaFault, type Rebalance } from '../../connectors/kafka/index.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import { Assignment, type AssignmentOptions } from '../../runtime/assignment.ts';
import { ProcessorStatus } from '../../runtime/index.ts';
import { type MembershipState, membershipTransitions } from '../../runtime/membership-state.ts';
import { RetryBudget } from '../../runtime/retry-budget.ts';
import { StateMachine } from '../../runtime/state-machine.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from './running.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** An assignment of a topic of two empty partitions; what it did, and the states of membership and tasks, in order. */
async function assignmentOf(o: { resume?: () => void } = {}) {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const done: string[] = [];
  const status = new ProcessorStatus(systemPlatform);
  const offsets = async (all: readonly { topic: string; partition: number }[]) =>
    all.map((at) => ({ ...at, offset: 0 }));
  const assignment = new Assignment<unknown>({
    context: { topology: {}, inputTopic: 'in', changelogTopic: 'state', cacheBytesPerTask: 1_000 },
    consumer: {
      committed: offsets,
      pause: () => {},
      seek: async () => {},
      resume: () => o.resume?.(),
      watermarks: async () => ({ low: 0, high: 0 }),
      answerRebalance: (kind: string, partitions: readonly { partition: number }[]) =>
        done.push(`answer ${kind} ${partitions.map(({ partition }) => partition)}`),
    },
    admin: { beginningOffsets: offsets, endOffsets: offsets },
    changelog: { topicId: 'id', topic: 'state', partitions: 2 },
    folderOf: (partition: number) => join(folder, String(partition)),
    tombstoneRetentionMs: 3_600_000,
    hangingAfterMs: 60_000,
    clock: systemPlatform,
    hooks: { onTaskState: (partition: number, state: string) => done.push(`${partition} ${state}`) },
    status,
    retryBudget: new RetryBudget(3),
    membership: new StateMachine<MembershipState>({
      subject: 'membership',
      transitions: membershipTransitions,
      initial: 'joining',
      onChange: (state) => {
        status.membership = state;
        done.push(state);
      },
    }),
  } as unknown as AssignmentOptions<unknown>);
  cleanUp.push(() => assignment.closeAll());
  const rebalance = async (kind: 'assign' | 'revoke', ...partitions: number[]) => {
    const event = { kind, partitions: partitions.map((partition) => ({ topic: 'in', partition })), lost: false };
    assignment.queue(event as Rebalance);
    await assignment.serve();
  };
  const working = (...partitions: number[]) =>
    eventually(async () => {
      await assignment.serve();
      return String(assignment.working.map(({ partition }) => partition)) === String(partitions);
    });
  return { assignment, rebalance, working, done: () => done.splice(0) };
}

test('a member joins, restores, works, gives partitions up and is left without any', async () => {
  const { rebalance, working, done } = await assignmentOf();
  await rebalance('assign');
  expect(done()).toEqual(['joining', 'answer assign ', 'joined']);
  await rebalance('assign', 0, 1);
  expect(done()).toEqual(['answer assign 0,1', '0 restoring', '1 restoring', 'restoring']);
  await working(0, 1);
  expect(done().sort((a, b) => a.localeCompare(b))).toEqual(
    ['0 restored', '0 working', '1 restored', '1 working', 'working'].sort((a, b) => a.localeCompare(b)),
  );
  await rebalance('revoke', 1);
  expect(done()).toEqual(['revoking', '1 closing', '1 closed', 'answer revoke 1', 'working']);
  await rebalance('revoke', 0);
  expect(done()).toEqual(['revoking', '0 closing', '0 closed', 'answer revoke 0', 'joined']);
});

test('a task that is opened again makes the member restore again', async () => {
  const { assignment, rebalance, working, done } = await assignmentOf();
  await rebalance('assign', 0);
  await working(0);
  done();
  await assignment.reopen(0, null);
  expect(done()).toEqual(['0 closing', '0 closed', '0 restoring', 'restoring']);
  await working(0);
  expect(done()).toEqual(['0 restored', '0 working', 'working']);
});

test('a task that can not be resumed yet stays restored, and is taken in later', async () => {
  const faults = [new KafkaFault('not yet', { code: 'ERR__STATE' })];
  const { rebalance, working, done } = await assignmentOf({
    resume: () => {
      const fault = faults.shift();
      if (fault) throw fault;
    },
  });
  await rebalance('assign', 0);
  await working(0);
  expect(faults).toEqual([]);
  expect(done().slice(-3)).toEqual(['0 restored', '0 working', 'working']);
});

test('a partition that the changelog lacks is refused before the group is answered', async () => {
  const { rebalance, done } = await assignmentOf();
  await expect(rebalance('assign', 2)).rejects.toMatchObject({ code: 'TOPIC_MISMATCH' });
  expect(done()).toEqual(['joining']);
});
