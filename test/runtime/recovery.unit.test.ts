import { describe, expect, test } from 'vitest';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { Fault } from '../../platform/faults.ts';
import { systemClock } from '../../platform/host/index.ts';
import type { Assignment } from '../../runtime/assignment.ts';
import { FencingBudget } from '../../runtime/fencing-budget.ts';
import { ProcessorFault, ProcessorStatus, type Recovery } from '../../runtime/index.ts';
import { MembershipLost, type RecoveryOptions, recover } from '../../runtime/recovery.ts';
import { RetryBudget } from '../../runtime/retry-budget.ts';
import { StoreFault } from '../../runtime/store/store-fault.ts';
import { ProducerLost, TransactionAborted } from '../../runtime/transaction.ts';

const kafka = (
  code: string,
  kind: { retryable?: boolean; fatal?: boolean; denied?: boolean; abortable?: boolean } = {},
) => new KafkaFault(`fault ${code}`, { code, ...kind });

/** Two working tasks; notes what recovery does to them. */
function world(o: { seek?: () => Promise<void>; retryBudget?: RetryBudget } = {}) {
  const done: string[] = [];
  const recoveries: Recovery[] = [];
  const options = {
    inputTopic: 'in',
    consumer: {
      seek: async ({ partition }: { partition: number }, offset: number) => {
        done.push(`seek ${partition} to ${offset}`);
        await o.seek?.();
      },
    },
    assignment: {
      working: [
        { partition: 0, position: 7 },
        { partition: 3, position: 9 },
      ],
      reopen: async (partition: number) => void done.push(`reopen ${partition}`),
      rebuild: async (fault: StoreFault) => void done.push(`rebuild ${fault.folder}`),
      reopenAll: async () => void done.push('reopen all'),
    } as unknown as Assignment<unknown>,
    retryBudget: o.retryBudget ?? new RetryBudget(2),
    status: new ProcessorStatus(systemClock),
    hooks: { onFault: (_error: unknown, recovery: Recovery) => void recoveries.push(recovery) },
    replaceProducer: async () => void done.push('new producer'),
  } as unknown as RecoveryOptions<unknown>;
  return { done, recoveries, recover: (error: unknown) => recover(error, options) };
}

describe('what the loop does about an error', () => {
  test.each([
    [
      'an aborted transaction: seek back',
      new TransactionAborted('x', { cause: kafka('ERR_ILLEGAL_GENERATION', { abortable: true }) }),
      ['seek 0 to 7', 'seek 3 to 9'],
      { kind: 'abort-transaction' },
    ],
    [
      // The broker froze beyond the session time-out; the client joined again under its name with a new member id while a
      // transaction's offsets went out with the old one. Taking that for another process of the name ended a healthy one.
      'an aborted transaction of the member that this process was before it joined again: seek back',
      new TransactionAborted('x', { cause: kafka('ERR_FENCED_INSTANCE_ID', { abortable: true }) }),
      ['seek 0 to 7', 'seek 3 to 9'],
      { kind: 'abort-transaction' },
    ],
    [
      'a lost producer: a new one, all tasks again',
      new ProducerLost('x', { cause: kafka('ERR__FENCED', { fatal: true }) }),
      ['new producer', 'reopen all'],
      { kind: 'replace-producer' },
    ],
    [
      'a position outside of the log: all tasks again',
      kafka('ERR__AUTO_OFFSET_RESET'),
      ['reopen all'],
      { kind: 'reopen-tasks' },
    ],
    [
      'Kafka away: seek back and wait',
      kafka('ERR__TRANSPORT', { retryable: true }),
      ['seek 0 to 7', 'seek 3 to 9'],
      { kind: 'seek-back' },
    ],
    [
      'registry away: seek back and wait',
      new Fault('registry', { code: 'REGISTRY_UNREACHABLE', retryable: true }),
      ['seek 0 to 7', 'seek 3 to 9'],
      { kind: 'seek-back' },
    ],
    [
      'a corrupt store: rebuild it, the others seek back',
      new StoreFault('STORE_CORRUPT', '/state/3', 'bad block', null),
      ['rebuild /state/3', 'seek 0 to 7', 'seek 3 to 9'],
      { kind: 'rebuild-store', folder: '/state/3' },
    ],
  ] as [string, Error, string[], Recovery][])('%s', async (_name, error, expected, recovery) => {
    const { done, recoveries, recover: answer } = world();
    expect(await answer(error)).toBeGreaterThan(0);
    expect(done).toEqual(expected);
    expect(recoveries).toEqual([recovery]);
  });

  test.each([
    ['access denied', kafka('ERR_TOPIC_AUTHORIZATION_FAILED', { denied: true }), 'DENIED'],
    ['disk full', new StoreFault('DISK_FULL', '/state/3', 'no space', null), 'DISK_FULL'],
    ['store locked', new StoreFault('STORE_LOCKED', '/state/3', 'locked', null), 'STORE_LOCKED'],
    ['an error that nobody expects', new TypeError('x is not a function'), 'DEFECT'],
    ['too many failures', new ProcessorFault('FAILURE_LIMIT', 'x'), 'FAILURE_LIMIT'],
  ])('stops: %s', async (_name, error, code) => {
    const { done, recover: answer } = world();
    await expect(answer(error)).rejects.toMatchObject({ name: 'ProcessorFault', code });
    expect(done).toEqual([]);
  });

  test.each(['ERR__FATAL', 'ERR_FENCED_INSTANCE_ID'])(
    'a member that the group has replaced (%s) joins anew',
    async (code) => {
      const { done, recover: answer } = world();
      await expect(answer(kafka(code, { fatal: true }))).rejects.toBeInstanceOf(MembershipLost);
      expect(done).toEqual([]);
    },
  );

  test('a name that is lost again and again is used by somebody else', () => {
    const clock = { ...systemClock, monotonicMs: () => nowMs };
    let nowMs = 0;
    const budget = new FencingBudget(clock);
    for (let i = 0; i < 3; i++) expect(budget.spend(null)).toBeGreaterThan(0);
    nowMs = 119_000;
    expect(() => budget.spend(null)).toThrow(/instance name/);
    nowMs = 400_000;
    expect(budget.spend(null)).toBeGreaterThan(0);
  });

  test('the same work may fail only so often while Kafka answers', async () => {
    const { recover: answer } = world({ retryBudget: new RetryBudget(2) });
    const aborted = new TransactionAborted('refused', { cause: kafka('ERR_MSG_SIZE_TOO_LARGE', { abortable: true }) });
    await answer(aborted);
    await answer(aborted);
    await expect(answer(aborted)).rejects.toMatchObject({ code: 'BUDGET_SPENT', retryable: true });
  });

  test('waiting for Kafka costs nothing of that budget, and a success restores it', async () => {
    const retryBudget = new RetryBudget(1);
    const { recover: answer } = world({ retryBudget });
    for (let i = 0; i < 10; i++) await answer(kafka('ERR__TRANSPORT', { retryable: true }));
    const aborted = new TransactionAborted('refused', { cause: kafka('ERR_X', { abortable: true }) });
    await answer(aborted);
    retryBudget.succeeded();
    expect(await answer(aborted)).toBeGreaterThan(0);
  });

  test('a task that cannot be sought back is opened again', async () => {
    const { done, recover: answer } = world({ seek: () => Promise.reject(kafka('ERR__STATE')) });
    await answer(new TransactionAborted('x', { cause: kafka('ERR_X', { abortable: true }) }));
    expect(done).toEqual(['seek 0 to 7', 'reopen 0', 'seek 3 to 9', 'reopen 3']);
  });
});
