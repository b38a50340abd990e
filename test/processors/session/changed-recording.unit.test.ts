/**
 * The cycle and the delay take effect with the next push (cloud facts 4.1): a show that runs when they are changed goes on
 * as it began, and what is over stays as it was (docs/session-status.md, "When is it over?").
 */
import { describe, expect, it } from 'vitest';
import { atMinute, type PolicyChange, policy, StreamUnderTest, segment } from './stream.ts';

const recording = (cycleSeconds: number, disconnectDelaySeconds = 180, graceSeconds = 300): PolicyChange => ({
  recording: { cycleSeconds, disconnectDelaySeconds, graceSeconds },
  composed: { compose: 'pipeline' },
});
const ready = (minute: number) => ({ status: 'TRANSCODED', sourceReadyTime: atMinute(minute) }) as const;

/** Files from minute to minute, each heard of as it ends; after the first one `to` holds. */
function changedAfterTheFirst(from: PolicyChange, to: PolicyChange, ...files: readonly [number, number][]) {
  const live = new StreamUnderTest({ policy: policy(from), recode: true });
  for (const [index, [start, end]] of files.entries()) {
    live.passTo(end).hearAt(segment(String(index), start, end, ready(end)), atMinute(end));
    if (index === 0) live.passTo(end + 1).use(policy(to));
  }
  return live.passTo(600);
}
const jobsOf = (live: StreamUnderTest) => live.jobs.map((job) => job.videoIds.join(' '));

describe('changed while a show runs', () => {
  it.each<[string, PolicyChange, PolicyChange]>([
    ['a longer cycle', recording(1200), recording(3600)],
    ['a shorter one', recording(1200), recording(300)],
    ['a longer delay', recording(1200), recording(1200, 600)],
  ])('%s: the show is composed once, as a whole', (_, from, to) => {
    expect(jobsOf(changedAfterTheFirst(from, to, [0, 20], [20, 40], [40, 48]))).toEqual(['0 1 2']);
  });

  it('a shorter delay: a pause within the longer one still belongs to it', () => {
    const live = changedAfterTheFirst(recording(1200), recording(1200, 15), [0, 20], [22, 42], [42, 48]);
    expect(jobsOf(live)).toEqual(['0 1 2']);
  });

  it('the next show goes by the new ones', () => {
    const pauses = [
      [0, 8],
      [60, 68],
      [73, 76],
    ] as const;
    const files = pauses.map(([from, to]): [number, number] => [from, to]);
    expect(jobsOf(changedAfterTheFirst(recording(1200), recording(1200, 600), ...files))).toEqual(['0', '1 2']);
  });

  it('how long it waits for the next file of the show follows from the cycle that the show began with', () => {
    const closesAt = (cycle: number, then: number) => {
      const live = new StreamUnderTest({ policy: policy(recording(cycle)) });
      live.hearAt(segment('a', 0, 10), atMinute(10)).use(policy(recording(then)));
      return live.hear(segment('a', 0, 10, { videoRevision: 2 })).only.closesAt;
    };
    // Ten minutes are a whole cycle of ten, and a short one of twenty.
    expect([closesAt(1200, 600), closesAt(600, 1200)]).toEqual([13, 28].map(atMinute));
  });

  it('what isn’t told to the cloud holds at once', () => {
    const closesAt = (grace: number) => {
      const live = new StreamUnderTest({ policy: policy(recording(1200)) });
      live.hearAt(segment('a', 0, 20, ready(20)), atMinute(20)).use(policy(recording(1200, 180, grace)));
      return live.hear(segment('a', 0, 20, { ...ready(20), videoRevision: 2 })).only.closesAt;
    };
    expect([closesAt(300), closesAt(600)]).toEqual([48, 53].map(atMinute));
  });
});
