import { expect, test, vi } from 'vitest';
import { NativeCalls } from '../../../connectors/kafka/native-calls.ts';
import { killOwnProcess, systemClock } from '../../../platform/host/index.ts';

/** Calls on a clock whose ticks the test makes. */
function world() {
  const killed: string[] = [];
  let tick = () => {};
  const clock = {
    ...systemClock,
    every: (_ms: number, run: () => void) => {
      tick = run;
      return () => {
        tick = () => {};
      };
    },
  };
  const calls = new NativeCalls(clock, (why) => void killed.push(why));
  const returns: ((error?: unknown, value?: unknown) => void)[] = [];
  const begin = (doing: string, kind: 'work' | 'question', timeoutMs = 1_000) => {
    const faults: unknown[] = [];
    const result = calls.call(doing, timeoutMs, kind, (done) => returns.push(done));
    result.catch((error: unknown) => faults.push(error));
    return { result, faults };
  };
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) tick();
    await systemClock.sleep(0);
  };
  return { calls, begin, pass, killed, returns };
}

test('after the second hung call the process is ended, with what it was doing', async () => {
  const { begin, pass, killed, calls } = world();
  begin('commit a transaction', 'work');
  await pass(20);
  expect(calls.hung).toBe(1);
  expect(killed).toEqual([]);
  begin('close a Kafka client', 'work');
  await pass(20);
  expect(killed).toEqual([expect.stringMatching(/2 calls .*commit a transaction; close a Kafka client/)]);
});

test('one that comes back after all gives its thread back', async () => {
  const { begin, pass, killed, calls, returns } = world();
  const { faults } = begin('commit a transaction', 'work');
  await pass(20);
  expect(faults).toHaveLength(1);
  returns[0]?.(null);
  expect(calls.hung).toBe(0);
  begin('abort a transaction', 'work');
  await pass(20);
  expect(killed).toEqual([]);
  expect(calls.hungEver).toBe(2);
});

// The client may take a minute longer over a question than it is told to while its broker is away: an outage must not end
// a process that waits for it.
test('a late question is told to its caller, and hangs only once librdkafka itself would have given it up', async () => {
  const { begin, pass, killed, calls } = world();
  const first = begin('read committed offsets', 'question');
  begin('list offsets', 'question');
  await pass(10);
  expect(first.faults).toMatchObject([{ code: 'KAFKA_NO_ANSWER', retryable: true, fatal: false }]);
  await pass(50);
  expect(calls.hung).toBe(0);
  expect(killed).toEqual([]);
  await pass(30);
  expect(killed).toHaveLength(1);
});

// Stopped and continued, or busy for minutes, a process finds all its timers due at once, and the answers behind them.
test('time that the process itself stood still does not count', async () => {
  const { begin, pass, returns } = world();
  const { result, faults } = begin('commit a transaction', 'work');
  // However long it took, the loop turned once.
  await pass(1);
  expect(faults).toEqual([]);
  returns[0]?.(null, 'done');
  expect(await result).toBe('done');
});

// process.exit waits for the threads of libuv's pool, and a hung one never ends.
test('the process ends itself by a signal that nothing in it can hold up', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  killOwnProcess('a test says so');
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
  kill.mockRestore();
});
