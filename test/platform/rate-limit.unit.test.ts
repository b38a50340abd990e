import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimit } from '../../platform/rate-limit.ts';

/** Time that passes by sleeping, and as told. */
function world() {
  let nowMs = 1_000;
  return {
    clock: {
      monotonicMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const never = new AbortController().signal;

describe('a rate limit', () => {
  it('lets a burst through, then one for each interval, and no more after a long quiet', () => {
    const { clock, pass } = world();
    const limit = rateLimit({ perSecond: 4, burst: 3 }, clock);
    const takes = () => Array.from({ length: 5 }, () => limit.take()).filter(Boolean).length;
    expect(takes()).toBe(3);
    pass(249);
    expect(takes()).toBe(0);
    pass(1);
    expect(takes()).toBe(1);
    pass(3_600_000);
    expect(takes()).toBe(3);
  });

  it('lets no more through than a bucket holds and gains, whenever it is asked', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 8 }), (waits, perSecond, burst) => {
        const { clock, pass } = world();
        const limit = rateLimit({ perSecond, burst }, clock);
        let tokens = burst;
        for (const ms of waits) {
          pass(ms);
          tokens = Math.min(burst, tokens + (ms / 1_000) * perSecond);
          const taken = limit.take();
          // At the very edge both answers are right: the bucket is a sum of fractions.
          if (Math.abs(tokens - 1) > 1e-6) expect(taken).toBe(tokens >= 1);
          if (taken) tokens -= 1;
        }
      }),
    );
  });

  it('gives turns in order, at a rate that may change, and none within a pause', async () => {
    const { clock } = world();
    let perSecond = 10;
    const limit = rateLimit({ perSecond: () => perSecond }, clock);
    const at: number[] = [];
    const turn = async () => {
      expect(await limit.acquire(never)).toBe(true);
      at.push(clock.monotonicMs() - 1_000);
    };
    await turn();
    await turn();
    perSecond = 2;
    await turn();
    await turn();
    limit.pause(5_000);
    await turn();
    expect(at).toEqual([0, 100, 200, 700, 5_700]);
  });

  it('says so where the signal ended the wait', async () => {
    const { clock } = world();
    const stop = new AbortController();
    const limit = rateLimit({ perSecond: 1 }, { ...clock, sleep: async () => stop.abort() });
    expect(await limit.acquire(stop.signal)).toBe(true);
    expect(await limit.acquire(stop.signal)).toBe(false);
  });
});
