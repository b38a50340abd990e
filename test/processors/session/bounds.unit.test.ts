/** Whatever comes, the state stays small, says so, and the newest sessions stay right. */
import { describe, expect, it } from 'vitest';
import { atMinute, composed, dayMs, minuteMs, policy, StreamUnderTest, segment, sessionId } from './stream.ts';

const notComposed = policy({ composed: { compose: 'none' } });
const done = { status: 'TRANSCODED' } as const;
const name = (index: number) => `s${String(index).padStart(5, '0')}`;

describe('bounds', () => {
  it('a recording without end goes on as another session after 500 segments', () => {
    const live = new StreamUnderTest({ policy: notComposed });
    for (let index = 0; index < 501; index += 1) live.hear(segment(name(index), index * 30, index * 30 + 30));
    expect(live.current.map((session) => [session.sessionId, session.segments.length, session.truncated])).toEqual([
      [sessionId(0), 500, true],
      [sessionId(15_000), 1, false],
    ]);
  });

  it('a flood of segments with the very same start keeps the smallest ids, in whatever order they come', () => {
    const flood = Array.from({ length: 40 }, (_, index) => segment(name(index), 0, 8));
    const [up, down] = [flood, flood.toReversed()].map((facts) => new StreamUnderTest().hear(...facts));
    expect(up?.only.segments.map((one) => one.videoId)).toEqual(Array.from({ length: 16 }, (_, index) => name(index)));
    expect(up?.only.truncated).toBe(true);
    expect(down?.current).toEqual(up?.current);
    expect(down?.encodedWith({ revision: 0 })).toEqual(up?.encodedWith({ revision: 0 }));
  });

  it('a stream with too many videos settles its oldest sessions early', () => {
    const live = new StreamUnderTest({ policy: notComposed });
    // 105 sessions of ten cycles.
    for (let index = 0; index < 1050; index += 1) {
      const from = index * 30 + Math.floor(index / 10) * 60;
      live.hear(segment(name(index), from, from + 30, done));
    }
    expect(live.state?.videos).toHaveLength(1000);
    const settled = live.current.map((session) => session.settled);
    expect(settled.indexOf(false)).toBe(5);
    expect(settled.lastIndexOf(true)).toBe(4);
    live.hear(segment('late', 400, 430));
    expect(live.drops).toEqual(['settled']);
  });

  // Facts without any time were never let go, so that they pushed out the sessions; each composition that fails leaves one.
  it('facts that nothing places in time push out no session', () => {
    const timeless = Array.from({ length: 1100 }, (_, index) =>
      composed(name(index), 0, { composeStartTime: null, status: 'FAILED' }),
    );
    const [before, after] = [segment('a', 0, 8), segment('b', 11.1, 20)];
    const live = new StreamUnderTest().hear(before, ...timeless, after);
    expect(live.current.map((session) => [session.startTime, session.settled])).toEqual([
      [atMinute(0), false],
      [atMinute(11.1), false],
    ]);
    expect(live.state?.videos).toHaveLength(1000);
    const other = new StreamUnderTest().hear(...timeless.toReversed(), after, before);
    expect(other.encodedWith({ revision: 0 })).toEqual(live.encodedWith({ revision: 0 }));
    live.hear(composed('c', 11.2));
    expect(live.current.map((session) => session.composed.length)).toEqual([1, 0]);
  });

  it('what became of a composition is forgotten with the composition', () => {
    const byUs = policy({ composed: { compose: 'pipeline' } });
    const live = new StreamUnderTest({ policy: byUs });
    for (let index = 0; index < 30; index += 1) {
      const from = (index * dayMs) / minuteMs;
      live.hear(segment(name(index), from, from + 8, { status: 'SOURCE_READY', sourceReadyTime: atMinute(from + 9) }));
      live.passTo(from + 30);
      const token = live.jobs.at(-1)?.token ?? '';
      const composeJob = { token, state: 'FAILED', errorCode: 'E' } as const;
      live.hear(composed(`compose:${token}`, 0, { composeStartTime: null, status: 'FAILED', composeJob }));
      expect(live.current.at(-1)).toMatchObject({ status: 'FAILED', composition: { state: 'FAILED' } });
    }
    expect(live.jobs).toHaveLength(30);
    const standIns = live.state?.videos.filter(({ videoId }) => videoId.startsWith('compose:')) ?? [];
    expect(standIns.length).toBeGreaterThan(0);
    expect(standIns).toHaveLength(live.state?.compositions.length ?? 0);
    expect(standIns.length).toBeLessThan(12);
  });

  it('a busy stream holds what it heard of in the last days, whatever its age', () => {
    const live = new StreamUnderTest({ policy: notComposed });
    const perDay = 4;
    for (let index = 0; index < 30 * perDay; index += 1) {
      const from = (index * dayMs) / minuteMs / perDay;
      live.hear(segment(name(index), from, from + 8, { ...done, transcodedTime: null })).passTo(from + 20);
    }
    expect(live.current).toHaveLength(30 * perDay);
    expect(live.state?.videos.length).toBeLessThanOrEqual(8 * perDay + 1);
    expect(live.state?.sessions.length).toBe(live.state?.videos.length);
    expect(live.encodedWith({}).length).toBeLessThan(8_000);
  });
});
