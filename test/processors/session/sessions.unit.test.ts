/** The rules of "Sessions", one by one: given these recordings, when so much time has passed, then these sessions. */
import { describe, expect, it } from 'vitest';
import { streamKeyOf } from '../../../processors/session/index.ts';
import { atMinute, composed, dayMs, policy, StreamUnderTest, segment, sessionId, startMs } from './stream.ts';

const second = 1 / 60;

describe('segments', () => {
  it('become one session while the gap is at most the disconnect delay', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), segment('b', 33, 60));
    expect(live.only).toMatchObject({
      sessionId: sessionId(0),
      segments: [{ videoId: 'a' }, { videoId: 'b' }],
      gaps: [{ startTime: atMinute(30), endTime: atMinute(33) }],
    });
  });

  it('become two sessions one second over the delay', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), segment('b', 33 + second, 60));
    expect(live.current.map((session) => session.sessionId)).toEqual([sessionId(0), sessionId(33 + second)]);
  });

  it('measure the gap from the latest end, not from the segment before', () => {
    const live = new StreamUnderTest().hear(segment('long', 0, 30), segment('short', 5, 10), segment('next', 31, 50));
    expect(live.only.segments.map((one) => one.videoId)).toEqual(['long', 'short', 'next']);
    expect(live.only.overlapping).toBe(true);
  });

  it('of one cycle in two formats are neither an overlap nor two cycles', () => {
    const live = new StreamUnderTest().hear(
      segment('a-mp4', 0, 30, { format: 'mp4' }),
      segment('a-m3u8', 0, 30, { format: 'm3u8' }),
      segment('b-m3u8', 30, 40, { format: 'm3u8' }),
      segment('b-mp4', 30, 40, { format: 'mp4' }),
    );
    expect(live.only).toMatchObject({ overlapping: false, segmentLimitExceeded: false, gaps: [] });
    expect(live.only.segments).toHaveLength(4);
  });

  it('without record times are placed by their length, else wait', () => {
    const live = new StreamUnderTest();
    live.hear(segment('a', 0, 30, { recording: null, durationSeconds: 600 }));
    expect(live.only.segments).toMatchObject([{ startTime: atMinute(30) + 4000 - 600_000 }]);
    live.hear(segment('b', 0, 30, { recording: null }));
    expect(live.only.segments).toHaveLength(1);
  });

  it('of more than 40 cycles are marked: the cloud does not compose them all', () => {
    const cycles = Array.from({ length: 41 }, (_, index) => segment(`s${index}`, index * 30, index * 30 + 30));
    const live = new StreamUnderTest().hear(...cycles.slice(0, 40));
    expect(live.only.segmentLimitExceeded).toBe(false);
    expect(live.hear(...cycles.slice(40)).only.segmentLimitExceeded).toBe(true);
  });
});

describe('the end', () => {
  it('of a session with a short last segment is its end + delay', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), segment('b', 30, 38)).passTo(41 - second);
    expect(live.only).toMatchObject({ status: 'RECORDING', endTime: null, closesAt: atMinute(41) });
    expect(live.passTo(41).only).toMatchObject({ status: 'ENDED', endTime: atMinute(38), closesAt: null });
  });

  it('of a session with a full last segment waits for another cycle, the delay and the grace', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30)).passTo(30 + 30 + 3 + 5 - second);
    expect(live.only.status).toBe('RECORDING');
    expect(live.passTo(68).only.status).toBe('ENDED');
  });

  it('waits likewise where the cycle ran out while the stream was away for a moment', () => {
    // Cut at minute 28 by an interruption; the cycle ended at 30; a re-push until 31 would continue the session.
    const live = new StreamUnderTest().hear(segment('a', 0, 28)).passTo(40);
    expect(live.only.status).toBe('RECORDING');
    expect(live.hear(segment('b', 30, 38)).passTo(41).only).toMatchObject({ status: 'ENDED', startTime: startMs });
  });

  it('comes with the compose start', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), composed('c', 33.1));
    expect(live.only).toMatchObject({ status: 'COMPOSING', endTime: atMinute(30), composed: [{ videoId: 'c' }] });
  });

  it('does not come behind a backlog: the arrival of records moves no time', () => {
    const live = new StreamUnderTest().hearAt(segment('a', 0, 8), atMinute(600));
    expect(live.only.status).toBe('RECORDING');
    expect(live.state?.dueAt).toBe(atMinute(11));
  });
});

describe('a composed video', () => {
  it('belongs to the newest session that was over before', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8), segment('b', 60, 68));
    live.hear(composed('for b', 71.2), composed('for a', 11.2));
    expect(live.current.map((session) => session.composed.map((one) => one.videoId))).toEqual([['for a'], ['for b']]);
  });

  it('stays with the first part when the re-push came one second over the delay, just before the compose start', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8), segment('b', 11 + second, 30), composed('c', 11.1));
    expect(live.current.map((session) => [session.status, session.composed.length])).toEqual([
      ['COMPOSING', 1],
      ['RECORDING', 0],
    ]);
  });

  it('may start at once after a stop by command, also when an older session was never composed', () => {
    const live = new StreamUnderTest().hear(segment('yesterday', -600, -590), segment('a', 0, 8), composed('c', 8.1));
    expect(live.current.map((session) => session.composed.length)).toEqual([0, 1]);
  });

  it('waits for its segments', () => {
    const live = new StreamUnderTest().hear(composed('c', 11.2));
    expect(live.sessions.size).toBe(0);
    expect(live.hear(segment('a', 0, 8)).only).toMatchObject({ status: 'COMPOSING', composed: [{ videoId: 'c' }] });
  });

  it('comes once per record format', () => {
    const live = new StreamUnderTest().hear(
      segment('a1', 0, 8, { format: 'mp4' }),
      segment('a2', 0, 8, { format: 'm3u8' }),
      composed('c1', 11.1, { format: 'mp4' }),
      composed('c2', 11.2),
      composed('c3', 11.3),
    );
    // The third has no place in an older session either: it stays, and a mark says that it is one too many.
    expect(live.only.composed.map((one) => one.videoId)).toEqual(['c1', 'c2', 'c3']);
    expect(live.only.composedSurplus).toBe(true);
    live.hear(composed('c2', 11.2, { status: 'FAILED', videoRevision: 2 }));
    expect(live.only.composedSurplus).toBe(false);
  });

  it('is confirmed or flagged by its length', () => {
    const live = new StreamUnderTest().hear(
      segment('a', 0, 30, { durationSeconds: 1740 }),
      segment('b', 30, 38, { durationSeconds: 480 }),
      composed('c', 41.1, { durationSeconds: 2221.5 }),
    );
    expect(live.only).toMatchObject({ durationMismatch: false, composed: [{ durationMatches: true }] });
    live.hear(composed('c', 41.1, { durationSeconds: 1740, videoRevision: 2 }));
    expect(live.only).toMatchObject({ durationMismatch: true, composed: [{ durationMatches: false }] });
  });

  it('that never starts leaves a mark, and the session is never READY', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8, { status: 'TRANSCODED' })).passTo(11);
    expect(live.only).toMatchObject({ status: 'ENDED', composeExpected: true, composeMissing: false });
    expect(live.passTo(41).only).toMatchObject({ status: 'PARTIAL', composeMissing: true });
    expect(live.hear(composed('c', 50)).only).toMatchObject({ status: 'COMPOSING', composeMissing: false });
  });
});

describe('ids', () => {
  it('of two sessions that a late segment joins: the later one redirects, and is deleted days later', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), segment('c', 60, 68)).passTo(72);
    expect(live.current).toHaveLength(2);
    live.hear(segment('b', 30, 60));
    expect(live.only.segments.map((one) => one.videoId)).toEqual(['a', 'b', 'c']);
    expect(live.sessions.get(sessionId(60))).toMatchObject({ status: 'MERGED', mergedInto: sessionId(0) });
    live.passTo(72 + (3 * dayMs) / 60_000);
    expect(live.tombstones).toEqual(new Map([[sessionId(60), 'merged']]));
    expect(live.sessions.size).toBe(1);
  });

  it('of a session that a late segment gives an earlier start: the old one redirects', () => {
    const live = new StreamUnderTest().hear(segment('b', 30, 60), segment('c', 60, 68), segment('a', 0, 30));
    expect(live.only.sessionId).toBe(sessionId(0));
    expect(live.sessions.get(sessionId(30))).toMatchObject({ status: 'MERGED', mergedInto: sessionId(0) });
  });

  it('of a chain of merges all lead to the session that is left', () => {
    const live = new StreamUnderTest().hear(segment('d', 90, 98), segment('c', 60, 90), segment('a', 0, 30));
    expect(live.sessions.get(sessionId(90))?.mergedInto).toBe(sessionId(60));
    live.hear(segment('b', 30, 60));
    expect(live.sessions.get(sessionId(90))?.mergedInto).toBe(sessionId(0));
    expect(live.sessions.get(sessionId(60))?.mergedInto).toBe(sessionId(0));
  });

  it('of a session whose only video belongs elsewhere: deleted', () => {
    const live = new StreamUnderTest().hear(
      segment('a', 0, 8),
      segment('a', 0, 8, { removed: true, videoRevision: 2 }),
    );
    expect(live.sessions.size).toBe(0);
    expect(live.tombstones).toEqual(new Map([[sessionId(0), 'retired']]));
  });
});

describe('facts', () => {
  it('of an older or the same revision change nothing', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8, { videoRevision: 3, status: 'TRANSCODED' }));
    live.hear(segment('a', 0, 8, { videoRevision: 2 }), segment('a', 0, 8, { videoRevision: 3, status: 'TRANSCODED' }));
    expect(live.drops).toEqual(['outdated', 'duplicate']);
    expect(live.only.segments[0]?.status).toBe('TRANSCODED');
  });

  it('that change nothing about a session say nothing', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8));
    const said = live.emissions.length;
    live.hear(segment('a', 0, 8, { videoRevision: 7 }));
    expect(live.emissions).toHaveLength(said);
  });

  // Names with slashes were joined as they are: two streams had one key, so one record and one session.
  it('of streams whose names hold slashes have keys of their own; others are as they always were', () => {
    const keys = [
      { appName: 'live', streamName: 'x/y' },
      { appName: 'live/x', streamName: 'y' },
      { appName: 'live', streamName: 'x%2Fy' },
      { appName: 'live', streamName: 'x' },
    ].map((names) => streamKeyOf({ domainName: 'play.example.com', ...names }));
    expect(new Set(keys).size).toBe(4);
    expect(keys[3]).toBe('play.example.com/live/x');
    for (const key of keys) expect(key.split('/')).toHaveLength(3);
  });

  it('under the key of another stream are refused', () => {
    const live = new StreamUnderTest();
    const stranger = segment('a', 0, 8, { stream: { domainName: 'x', appName: 'live', streamName: 'room-42' } });
    expect(() => live.hear(stranger)).toThrow('wrong-key');
  });
});

describe('retention', () => {
  it('settles a finished session after 8 silent days, still follows it, and deletes it after the retention', () => {
    const live = new StreamUnderTest({ policy: policy({ composed: { compose: 'none' } }) });
    live.hear(segment('a', 0, 8, { status: 'TRANSCODED', transcodedTime: atMinute(12) })).passTo(15);
    expect(live.only).toMatchObject({ status: 'READY', settled: false });
    const day = dayMs / 60_000;
    live.passTo(12 + 8 * day - second);
    expect(live.only.settled).toBe(false);
    live.passTo(12 + 8 * day);
    expect(live.only).toMatchObject({ status: 'READY', settled: true });
    live.hear(segment('a', 0, 8, { status: 'DELETED', videoRevision: 9, transcodedTime: atMinute(12) }));
    expect(live.only.status).toBe('FAILED');
    live.passTo(12 + 30 * day);
    expect(live.sessions.size).toBe(0);
    expect(live.tombstones).toEqual(new Map([[sessionId(0), 'retired']]));
    expect(live.state).toBeNull();
  });
});
