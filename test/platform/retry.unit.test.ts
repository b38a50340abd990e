import { describe, expect, it } from 'vitest';
import { Abandoned } from '../../platform/abandoned.ts';
import { Fault } from '../../platform/faults.ts';
import { backoffMs, loggedRetry, type RetryOptions, retryWhileUnavailable } from '../../platform/retry.ts';
import type { Logger } from '../../platform/telemetry/index.ts';

const away = new Fault('away', { code: 'AWAY', retryable: true });
const broken = new Fault('broken', { code: 'BROKEN' });

/** Time that passes only by sleeping. */
function world(random = 1) {
  const slept: number[] = [];
  let nowMs = 0;
  const platform: RetryOptions['platform'] = {
    monotonicMs: () => nowMs,
    random: () => random,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
  return { platform, slept };
}

/** Fails with each of `errors`, then answers. */
function calls(...errors: readonly unknown[]) {
  const call = async (tries: number) => {
    call.tries = tries;
    if (tries <= errors.length) throw errors[tries - 1];
    return 'done';
  };
  call.tries = 0;
  return call;
}

describe('a retry', () => {
  it('waits longer from try to try, up to a bound, until the call works', async () => {
    const { platform, slept } = world();
    const backoff = { firstMs: 100, longestMs: 500 };
    expect(await retryWhileUnavailable(calls(away, away, away, away), { platform, backoff })).toBe('done');
    expect(slept).toEqual([100, 200, 400, 500]);
  });

  it('waits for half of that at least, the rest by chance', () => {
    const backoff = { firstMs: 100, longestMs: 500 };
    expect([0, 0.5, 1].map((random) => backoffMs(backoff, 2, () => random))).toEqual([100, 150, 200]);
    expect(backoffMs(backoff, 5_000, () => 1)).toBe(500);
  });

  it('throws at once what no waiting mends', async () => {
    const { platform, slept } = world();
    await expect(retryWhileUnavailable(calls(broken), { platform })).rejects.toBe(broken);
    const stranger = Object.assign(new Error('not one of ours'), { retryable: true });
    await expect(retryWhileUnavailable(calls(stranger), { platform })).rejects.toBe(stranger);
    expect(slept).toEqual([]);
  });

  it('ends after the most tries with the last error', async () => {
    const { platform, slept } = world();
    const call = calls(away, away, away);
    await expect(retryWhileUnavailable(call, { platform, maxTries: 3 })).rejects.toBe(away);
    expect([call.tries, slept.length]).toEqual([3, 2]);
  });

  it('begins no try after its end, and one at its end', async () => {
    const { platform, slept } = world();
    const call = calls(...Array.from({ length: 100 }, () => away));
    const backoff = { firstMs: 400, longestMs: 400 };
    await expect(retryWhileUnavailable(call, { platform, backoff, untilMs: 1_000 })).rejects.toBe(away);
    expect(slept).toEqual([400, 400, 200]);
    expect(call.tries).toBe(4);
  });

  it('makes no further call once the signal has aborted', async () => {
    const { platform } = world();
    const stop = new AbortController();
    const call = calls(away, away);
    const ends = { ...platform, sleep: async () => stop.abort() };
    await expect(retryWhileUnavailable(call, { platform: ends, signal: stop.signal })).rejects.toBe(away);
    expect(call.tries).toBe(1);
    await expect(retryWhileUnavailable(call, { platform, signal: stop.signal })).rejects.toBe(away);
    expect(call.tries).toBe(1);
  });

  it('tells of each wait before it, and ends with what is thrown there', async () => {
    const { platform, slept } = world();
    const told: unknown[] = [];
    const onRetry: RetryOptions['onRetry'] = (error, next) => {
      told.push([error, next]);
      if (next.tries === 2) throw broken;
    };
    await expect(retryWhileUnavailable(calls(away, away), { platform, onRetry })).rejects.toBe(broken);
    expect(told).toEqual([
      [away, { tries: 1, waitMs: 200 }],
      [away, { tries: 2, waitMs: 400 }],
    ]);
    expect(slept).toEqual([200]);
  });
});

describe('a logged retry', () => {
  const log = { warn: () => {} } as unknown as Logger;

  it('says "abandoned" where its signal ended it, and what it is where it failed', async () => {
    const { platform } = world();
    const stop = new AbortController();
    const retry = loggedRetry({ ...platform, sleep: async () => stop.abort() }, log);
    const abandoned = await retry('read a state', stop.signal, calls(away)).catch((error: unknown) => error);
    expect(abandoned).toBeInstanceOf(Abandoned);
    expect((abandoned as Error).cause).toBe(away);
    await expect(retry('read a state', stop.signal, calls(broken))).rejects.toBe(broken);
  });
});
