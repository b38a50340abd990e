import { describe, expect, test } from 'vitest';
import type { Consumer, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import { ProducerLost, TransactionAborted, transact } from '../../runtime/transaction.ts';

type Call = 'begin' | 'write' | 'sendOffsets' | 'commit' | 'abort' | 'drain';

const fault = (kind: 'retryable' | 'abortable' | 'fatal' | 'none', code = 'ERR_TEST') =>
  new KafkaFault(`${kind} fault`, { code, ...(kind === 'none' ? {} : { [kind]: true }) });

/** A producer that notes its calls and fails the given ones, each failure once. */
function producer(failures: Partial<Record<Call, Error[]>>) {
  const calls: string[] = [];
  const call = (name: Call) => {
    calls.push(name);
    const error = failures[name]?.shift();
    if (error) throw error;
  };
  const later = (name: Call) => async () => call(name);
  const double = {
    begin: later('begin'),
    write: () => call('write'),
    sendOffsets: later('sendOffsets'),
    commit: later('commit'),
    abort: later('abort'),
    drain: later('drain'),
  };
  return { calls, producer: double as unknown as TransactionalProducer };
}

function run(
  failures: Partial<Record<Call, Error[]>>,
  beforeOffsets = async () => {},
  signal = new AbortController().signal,
) {
  const { calls, producer: double } = producer(failures);
  const record = { topic: 't', key: 'k', value: null };
  const told: unknown[] = [];
  const done = transact(double, {} as Consumer, [record], [{ topic: 'in', partition: 0, offset: 1 }], beforeOffsets, {
    clock: { ...systemPlatform, sleep: async () => {} },
    signal,
    budgetMs: 60_000,
    onRetry: (error) => void told.push(error),
  });
  return { calls, told, done };
}

const whole = ['begin', 'write', 'sendOffsets', 'commit'];

describe('a transaction', () => {
  test('is begun, written, given its offsets and committed', async () => {
    const { calls, done } = run({});
    await done;
    expect(calls).toEqual(whole);
  });

  test.each(['begin', 'sendOffsets', 'commit'] as const)('repeats a %s that may work later', async (name) => {
    const { calls, told, done } = run({ [name]: [fault('retryable'), fault('retryable')] });
    await done;
    expect(calls.filter((call) => call === name)).toHaveLength(3);
    expect(calls).not.toContain('abort');
    expect(told).toHaveLength(2);
  });

  test('stops repeating when it is told to give up', async () => {
    const { done } = run({ commit: [fault('retryable')] }, async () => {}, AbortSignal.abort());
    await expect(done).rejects.toBeInstanceOf(ProducerLost);
  });

  test.each(['sendOffsets', 'commit'] as const)('is aborted where %s asks for it', async (name) => {
    const { calls, done } = run({ [name]: [fault('abortable')] });
    await expect(done).rejects.toBeInstanceOf(TransactionAborted);
    expect(calls.at(-1)).toBe('abort');
  });

  test('repeats an abort that may work later', async () => {
    const { calls, done } = run({ commit: [fault('abortable')], abort: [fault('retryable')] });
    await expect(done).rejects.toBeInstanceOf(TransactionAborted);
    expect(calls.filter((call) => call === 'abort')).toHaveLength(2);
  });

  test.each(['begin', 'write', 'sendOffsets', 'commit'] as const)(
    'is left to a new producer where %s is fatal',
    async (name) => {
      const { calls, done } = run({ [name]: [fault('fatal')] });
      await expect(done).rejects.toBeInstanceOf(ProducerLost);
      expect(calls).not.toContain('abort');
    },
  );

  test('is left to a new producer where the abort fails', async () => {
    const { done } = run({ commit: [fault('abortable')], abort: [fault('fatal')] });
    await expect(done).rejects.toBeInstanceOf(ProducerLost);
  });

  test('an unknown fault counts as fatal: nobody knows what it means', async () => {
    const { done } = run({ commit: [fault('none')] });
    await expect(done).rejects.toBeInstanceOf(ProducerLost);
  });

  test('waits for room where the client has no memory left, and loses nothing', async () => {
    const full = fault('retryable', 'ERR__QUEUE_FULL');
    const { calls, done } = run({ write: [full, full] });
    await done;
    expect(calls).toEqual(['begin', 'write', 'drain', 'write', 'drain', 'write', 'sendOffsets', 'commit']);
  });

  test('is aborted where the work before its offsets fails', async () => {
    const { calls, done } = run({}, async () => {
      throw new Error('no ends');
    });
    await expect(done).rejects.toThrow('no ends');
    expect(calls).toEqual(['begin', 'write', 'abort']);
  });

  // sendOffsets or abort timed out and were tried again without end: the group's coordinator never came back to this client,
  // and all partitions waited for that one answer.
  test.each<[string, Partial<Record<Call, Error>>, string]>([
    ['its offsets', { sendOffsets: fault('retryable') }, 'sendOffsets'],
    ['its commit', { commit: fault('retryable') }, 'commit'],
    ['its abort', { commit: fault('abortable'), abort: fault('retryable') }, 'abort'],
    ['room in the client', { write: fault('retryable', 'ERR__QUEUE_FULL') }, 'drain'],
  ])('that waits for %s is left to a new producer once its time is up', async (_what, always, last) => {
    let nowMs = 0;
    const calls: string[] = [];
    const call = (name: Call) => {
      calls.push(name);
      nowMs += 2_500;
      const error = always[name];
      if (error) throw error;
    };
    const later = (name: Call) => async () => call(name);
    const double = {
      ...{ begin: later('begin'), sendOffsets: later('sendOffsets'), commit: later('commit'), abort: later('abort') },
      ...{ drain: later('drain'), write: () => call('write') },
    } as unknown as TransactionalProducer;
    const record = { topic: 't', key: 'k', value: null };
    const done = transact(
      double,
      {} as Consumer,
      [record],
      [{ topic: 'in', partition: 0, offset: 1 }],
      async () => {},
      {
        clock: { ...systemPlatform, monotonicMs: () => nowMs, sleep: async () => {} },
        signal: new AbortController().signal,
        budgetMs: 13_000,
      },
    );
    await expect(done).rejects.toBeInstanceOf(ProducerLost);
    expect(calls).toContain(last);
    expect(nowMs).toBeLessThan(30_000);
  });
});
