/** What an earlier release has left of sessions whose facts it let go of: ids whose records are still to be deleted. */
import { describe, expect, it } from 'vitest';
import { Archive, emptyState } from '../../../processors/session/archive.ts';
import { videoOf } from '../../../processors/session/facts.ts';
import { settledBefore, stubsAt, withoutStubs } from '../../../processors/session/settled-before.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamState } from '../../../schemas/generated/StreamState.ts';
import {
  atMinute,
  composed,
  dayMs,
  policy,
  rules,
  StreamUnderTest,
  segment,
  sessionId,
  stream,
  streamKey,
} from './stream.ts';

const retention = 30 * dayMs;
const byText = (a: string, b: string) => (a < b ? -1 : 1);
const stub = (minute: number, lastMinute: number, films: readonly string[] = []) => ({
  startTime: atMinute(minute),
  lastActivity: atMinute(lastMinute),
  composed: [...films],
});
const none: StreamState = emptyState(stream);
const stubsKey = `${streamKey}/settled`;

describe('a fact of something that was settled before', () => {
  const isOld = (fact: StreamFact, own: Partial<StreamState>, archive: Archive | null = null) =>
    settledBefore({ ...none, ...own }, archive, videoOf(fact));

  it('is known by its time, the last moment of it included', () => {
    const own = { settledThrough: atMinute(80) };
    expect([79, 80, 81].map((minute) => isOld(segment('a', minute, 90), own))).toEqual([true, true, false]);
    expect(isOld(segment('a', 79, 90), {})).toBe(false);
    const first = segment('a', 0, 0, { recording: { startTime: 1, endTime: 2 }, recordedTime: 2 });
    expect(isOld(first, { settledThrough: 1 })).toBe(true);
  });

  it('or as a composed video of it, wherever that is noted', () => {
    const timeless = composed('film', 0, { composeStartTime: null });
    const own = { settledThrough: atMinute(80), settled: [stub(0, 9, ['film'])] };
    const moved = new Archive(stream, (key) => (key === stubsKey ? { ...none, settled: own.settled } : null));
    expect(isOld(timeless, own)).toBe(true);
    expect(isOld(timeless, { ...own, settled: [] }, moved)).toBe(true);
    expect(isOld(timeless, { ...own, settled: [] })).toBe(false);
    expect(isOld(composed('other', 0, { composeStartTime: null }), own, moved)).toBe(false);
    expect(isOld(composed('film', 99), own)).toBe(true);
    expect(isOld(timeless, { settled: own.settled })).toBe(false);
  });
});

describe('what is left of sessions', () => {
  it('moves to a record of its own, which is due when the first of them is over', () => {
    const archive = new Archive(stream, () => null);
    const settled = [stub(60, 70), stub(0, 10), stub(120, 130)];
    const own = { ...none, settled, revision: 5, clock: atMinute(200), archived: 2, archivedBefore: atMinute(150) };
    const said = {
      startTime: atMinute(160),
      endTime: atMinute(168),
      digest: 1,
      compose: null,
      rules: null,
      live: null,
    };
    const planned = { sessionStart: atMinute(160), token: 'lvc-1-0', generation: 0, reason: 'POLICY' as const };
    const busy: StreamState = {
      ...own,
      videos: [videoOf(segment('a', 160, 168))],
      sessions: [{ ...said, mergedInto: null, mergedAt: null }],
      compositions: [{ ...planned, state: 'PLANNED', plannedAt: 0, mediaId: null, errorCode: null, files: [] }],
    };
    expect(withoutStubs(busy, archive, rules())).toEqual({ ...busy, settled: [], archived: 3 });
    expect([...archive.changes]).toEqual([
      [stubsKey, { ...own, archived: 0, archivedBefore: null, dueAt: atMinute(10) + retention }],
    ]);
    const idle = { ...none, archived: 2 };
    const untouched = new Archive(stream, () => null);
    expect([withoutStubs(idle, untouched, rules()), untouched.changes.size]).toEqual([idle, 0]);
  });

  it('is due after the last timer, where it should have gone before', () => {
    const archive = new Archive(stream, () => null);
    const clock = atMinute(10) + retention + 5;
    withoutStubs({ ...none, settled: [stub(0, 10)], clock }, archive, rules());
    expect(archive.stubs?.dueAt).toBe(clock + 1);
  });

  it('is deleted when its retention is over, one after the other', () => {
    const stubs = { ...none, settled: [stub(0, 10), stub(60, 70)], clock: atMinute(200) };
    const at = (clock: number) => {
      const { stubs: left, emit } = stubsAt(stubs, clock, rules());
      return [left && [left.settled.length, left.dueAt, left.clock], emit];
    };
    const tombstone = (minute: number) => ({
      ...{ topic: 'session-state', key: sessionId(minute), value: null },
      headers: { reason: 'retired' },
    });
    const [first, second] = [10, 70].map((minute) => atMinute(minute) + retention);
    if (!first || !second) throw new Error('two');
    expect(at(first - 1)).toEqual([[2, first, first - 1], []]);
    expect(at(first)).toEqual([[1, second, first], [tombstone(0)]]);
    expect(at(second)).toEqual([null, [tombstone(0), tombstone(60)]]);
  });

  it('goes with the timers, and the stream’s own record with the last of it', () => {
    const live = new StreamUnderTest({ policy: policy({ composed: { compose: 'none' } }), recode: true });
    live.hear(segment('a', 300, 308));
    const own = live.state;
    if (!own) throw new Error('no state');
    const settled = [stub(0, 10 * 24 * 60), stub(60, 20 * 24 * 60)];
    live.states.set(streamKey, { ...own, settled, settledThrough: atMinute(70) });
    live.hear(segment('b', 360, 368));
    expect([...live.states.keys()].toSorted(byText)).toEqual([streamKey, stubsKey]);
    expect(live.state).toMatchObject({ settled: [], archived: 1 });
    live.passTo(39 * 24 * 60);
    expect([live.sessions.size, [...live.tombstones.keys()].toSorted(byText)]).toEqual([0, [300, 360].map(sessionId)]);
    expect(live.state?.archived).toBe(1);
    live.passTo(40 * 24 * 60);
    expect(live.tombstones.get(sessionId(0))).toBe('retired');
    expect(live.states.size).toBe(2);
    live.passTo(50 * 24 * 60);
    expect(live.tombstones.get(sessionId(60))).toBe('retired');
    expect(live.states.size).toBe(0);
  });
});
