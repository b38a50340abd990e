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

  it('a stream with many sessions holds the newest in its own record, each other one in a page, and follows them all', () => {
    const live = new StreamUnderTest({ policy: notComposed });
    const from = (index: number) => index * 30 + Math.floor(index / 10) * 60;
    for (let index = 0; index < 1050; index += 1) live.hear(segment(name(index), from(index), from(index) + 30, done));
    expect(live.current.map((session) => session.segments.length)).toEqual(Array.from({ length: 105 }, () => 10));
    expect(live.state?.videos.length).toBeLessThanOrEqual(30);
    expect(live.facts).toHaveLength(1050);
    live.passTo(from(1050) + 100);
    expect(new Set(live.current.map((session) => session.status))).toEqual(new Set(['READY']));
    live.hear(segment(name(7), from(7), from(7) + 30, { status: 'DELETED', videoRevision: 2 }));
    expect(live.current.map((session) => session.status).indexOf('PARTIAL')).toBe(0);
    // A late segment joins two archived sessions.
    live.hear(segment('late', from(19) + 30, from(20), done));
    expect(live.current.map((session) => session.segments.length).slice(0, 4)).toEqual([10, 21, 10, 10]);
    expect(live.sessions.get(sessionId(from(20)))).toMatchObject({ status: 'MERGED', mergedInto: sessionId(from(10)) });
  });

  // Facts without any time were never let go, so that they pushed out the sessions; each composition that fails leaves one.
  it('facts that nothing places in time push out no session', () => {
    const timeless = Array.from({ length: 1100 }, (_, index) =>
      composed(name(index), 0, { composeStartTime: null, status: 'FAILED' }),
    );
    const [before, after] = [segment('a', 0, 8), segment('b', 11.1, 20)];
    const live = new StreamUnderTest().hear(before, ...timeless, after);
    expect(live.current.map((session) => session.startTime)).toEqual([atMinute(0), atMinute(11.1)]);
    expect(live.state?.videos).toHaveLength(52);
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
      live.hear(segment(name(index), from, from + 8, { status: 'TRANSCODED', sourceReadyTime: atMinute(from + 9) }));
      live.passTo(from + 30);
      const token = live.jobs.at(-1)?.token ?? '';
      const composeJob = { token, state: 'FAILED', errorCode: 'E' } as const;
      live.hear(composed(`compose:${token}`, 0, { composeStartTime: null, status: 'FAILED', composeJob }));
      expect(live.current.at(-1)).toMatchObject({ status: 'PARTIAL', composition: { state: 'FAILED' } });
    }
    expect(live.jobs).toHaveLength(30);
    const standIns = live.state?.videos.filter(({ videoId }) => videoId.startsWith('compose:')) ?? [];
    expect(standIns.length).toBeGreaterThan(0);
    expect(standIns).toHaveLength(live.state?.compositions.length ?? 0);
    expect(standIns.length).toBeLessThan(12);
  });

  it('a busy stream’s own record stays small whatever its age, and all records go with the retention', () => {
    const live = new StreamUnderTest({ policy: notComposed });
    const perDay = 4;
    for (let index = 0; index < 40 * perDay; index += 1) {
      const from = (index * dayMs) / minuteMs / perDay;
      live.hear(segment(name(index), from, from + 8, { ...done, transcodedTime: null })).passTo(from + 20);
    }
    expect(live.current).toHaveLength(30 * perDay);
    expect(live.encodedWith({}).length).toBeLessThan(1_000);
    live.passTo((71 * dayMs) / minuteMs);
    expect(live.sessions.size).toBe(0);
    expect([...live.states.keys()]).toEqual([]);
  });

  it('no record gets near what a broker takes, with as much of everything as it may hold and the longest ids', () => {
    const longest = (index: number) => `${name(index)}${'\u4e2d'.repeat(250)}`;
    const live = new StreamUnderTest({ policy: notComposed });
    for (let index = 0; index < 520; index += 1) live.hear(segment(longest(index), index * 30, index * 30 + 30));
    for (let index = 0; index < 60; index += 1) live.hear(composed(longest(5000 + index), 15_603.1 + index / 60));
    for (let index = 0; index < 60; index += 1)
      live.hear(composed(longest(6000 + index), 0, { composeStartTime: null }));
    const sizes = [...live.states.keys()].map((key) => live.sizeOf(key));
    expect(Math.max(...sizes)).toBeGreaterThan(300_000);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  });
});
