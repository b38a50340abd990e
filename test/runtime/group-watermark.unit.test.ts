import { describe, expect, test } from 'vitest';
import { watermarkBy } from '../../runtime/group-watermark.ts';
import { settableClock } from './running.ts';

/** A topic of two partitions and a group, as numbers that the test sets. */
function cluster(lateArrivals?: { usualDelayMs: number; active: boolean }) {
  const state = { ends: [0, 0], beginnings: [0, 0], committed: [null, null] as (number | null)[], exists: true };
  const offsets = (numbers: readonly number[]) => async () =>
    numbers.map((offset, partition) => ({ topic: 'callbacks', partition, offset }));
  const clock = settableClock(1_000);
  const upstream = watermarkBy(
    {
      describe: async () =>
        state.exists ? [{ name: 'callbacks', partitions: 2, topicId: 'x', replicationFactor: 1 }] : [],
      endOffsets: async () => offsets(state.ends)(),
      beginningOffsets: async () => offsets(state.beginnings)(),
      groupOffsets: async () => state.committed.map((offset, partition) => ({ topic: 'callbacks', partition, offset })),
    },
    { topic: 'callbacks', clock, ...(lateArrivals && { lateArrivals }) },
  );
  return { state, clock, watermarkMs: () => upstream.watermarkMs() };
}

describe('the watermark of a group', () => {
  test('is now where there is nothing to do', async () => {
    const { state, watermarkMs } = cluster();
    expect(await watermarkMs()).toBe(1_000);
    // Everything was deleted by retention before the group began.
    Object.assign(state, { ends: [5, 5], beginnings: [5, 5] });
    expect(await watermarkMs()).toBe(1_000);
  });

  test('stands still behind a backlog and moves to the time at which the backlog was seen', async () => {
    const { state, clock, watermarkMs } = cluster();
    Object.assign(state, { ends: [100, 10], committed: [0, 10] });
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);
    clock.set(2_000);
    Object.assign(state, { ends: [500, 50], committed: [99, 50] });
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);
    clock.set(3_000);
    state.committed = [100, 50];
    // What came since isn't done, but all that was there at 1,000 is.
    expect(await watermarkMs()).toBe(1_000);
    expect(await watermarkMs()).toBe(1_000);
    state.committed = [500, 50];
    expect(await watermarkMs()).toBe(3_000);
  });

  test('stands still while what was received may still be on its way', async () => {
    // Right after an outage the topic holds nothing of it: the callbacks of that time are in the spools of the ingresses,
    // and a session whose next segment was among them ended early.
    const lateArrivals = { usualDelayMs: 10_000, active: true };
    const { state, clock, watermarkMs } = cluster(lateArrivals);
    clock.set(100_000);
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);
    lateArrivals.active = false;
    Object.assign(state, { ends: [10, 10], committed: [0, 10] });
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);

    // A late record was below the ends that were noted: those behind it have yet to come, so these ends prove nothing.
    lateArrivals.active = true;
    Object.assign(state, { committed: [10, 10] });
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);
    lateArrivals.active = false;
    clock.set(200_000);
    Object.assign(state, { ends: [20, 10] });
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);
    Object.assign(state, { committed: [20, 10] });
    expect(await watermarkMs()).toBe(190_000);
  });

  test('one partition behind is enough to wait', async () => {
    const { state, watermarkMs } = cluster();
    Object.assign(state, { ends: [10, 10], committed: [10, null] });
    expect(await watermarkMs()).toBe(Number.NEGATIVE_INFINITY);
  });

  test('a topic that does not exist proves nothing', async () => {
    const { state, watermarkMs } = cluster();
    state.exists = false;
    await expect(watermarkMs()).rejects.toMatchObject({ code: 'KAFKA_NO_TOPIC', retryable: true });
  });
});
