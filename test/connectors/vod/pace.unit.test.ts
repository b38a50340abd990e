import { describe, expect, it } from 'vitest';
import { adaptivePace } from '../../../connectors/vod/pace.ts';
import { jumpingPlatform } from '../../services/jobs/crash-world.ts';

const never = new AbortController().signal;
const platformAt = () => jumpingPlatform(() => 0.5, 0);

/** When, in seconds, each of many waiting callers had its turn. */
async function turnsOf(count: number, limits: Parameters<typeof adaptivePace>[0], refusedAt: readonly number[] = []) {
  const platform = platformAt();
  const pace = adaptivePace(limits, platform);
  const turns: number[] = [];
  for (let n = 0; n < count; n++) {
    expect(await pace.acquire(never)).toBe(true);
    turns.push(platform.monotonicMs() / 1000);
    if (refusedAt.includes(n)) pace.throttled();
  }
  return { turns, pace, platform };
}

/** The most turns within any second. */
function busiestSecond(turns: readonly number[]): number {
  return Math.max(...turns.map((from) => turns.filter((at) => at >= from && at < from + 1).length));
}

describe('the pace', () => {
  it('never gives more turns in a second than it may, however many wait', async () => {
    const { turns } = await turnsOf(200, { perSecond: 25 });
    // The first and the last turn of a second may both lie within it.
    expect(busiestSecond(turns)).toBeLessThanOrEqual(26);
    expect(turns.at(-1)).toBeCloseTo(199 / 25, 1);
  });

  it('halves when the cloud throttles, and comes back in half a minute of quiet', async () => {
    const { pace, platform, turns } = await turnsOf(2, { perSecond: 20 }, [1]);
    expect(pace.rate()).toBe(10);
    await pace.acquire(never);
    expect(platform.monotonicMs() / 1000 - (turns.at(-1) ?? 0)).toBeGreaterThanOrEqual(1);
    await platform.sleep(31_000);
    await pace.acquire(never);
    expect(pace.rate()).toBe(20);
  });

  it('counts the refusals of calls that were already under way once', async () => {
    const platform = platformAt();
    const pace = adaptivePace({ perSecond: 16 }, platform);
    for (let n = 0; n < 8; n++) pace.throttled();
    expect(pace.rate()).toBe(8);
  });

  it('pauses those too who were waiting for their turn when the cloud throttled', async () => {
    const platform = platformAt();
    const pace = adaptivePace({ perSecond: 20 }, platform);
    const turns = Array.from({ length: 6 }, () => pace.acquire(never).then(() => platform.monotonicMs()));
    const [first = 0] = await Promise.all(turns.slice(0, 1));
    pace.throttled();
    const [, ...others] = await Promise.all(turns);
    expect(others.length).toBe(5);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(first + 1_000);
  });

  it('never stops altogether', async () => {
    const { pace } = await turnsOf(
      30,
      { perSecond: 25, lowestPerSecond: 2 },
      Array.from({ length: 30 }, (_, n) => n),
    );
    expect(pace.rate()).toBeGreaterThanOrEqual(2);
  });

  it('lets go of a waiting caller that is not needed any more', async () => {
    const pace = adaptivePace({ perSecond: 0.001 }, platformAt());
    await pace.acquire(never);
    const stop = new AbortController();
    const waiting = pace.acquire(stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
  });
});
