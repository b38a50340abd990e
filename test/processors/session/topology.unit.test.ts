/** The session processor as its runner sees it: what it reads, refuses and drops, and where late facts go. */
import { describe, expect, it } from 'vitest';
import { sessionTopology } from '../../../processors/session/index.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamState } from '../../../schemas/generated/StreamState.ts';
import {
  atMinute,
  composed,
  dayMs,
  minuteMs,
  policy,
  StreamUnderTest,
  segment,
  sessionId,
  stream,
  streamKey,
} from './stream.ts';

const day = dayMs / minuteMs;
const byNobody = policy({ composed: { compose: 'none' } });
const topology = sessionTopology({ policies: { policyFor: () => byNobody } });
const none = { nowMs: atMinute(0), read: () => null };
const recordOf = (value: StreamFact | null, key = streamKey) => ({ key, value, headers: {}, timestampMs: 0 });
/** Shows of eight minutes, so many minutes from one to the next. */
function broadcasts(count: number, apart: number, of = byNobody): StreamUnderTest {
  const live = new StreamUnderTest({ policy: of });
  for (let index = 0; index < count; index += 1)
    live.hear(segment(`s${index}`, index * apart, index * apart + 8, { status: 'TRANSCODED' }));
  return live;
}

describe('a record', () => {
  it('is read from stream-facts, kept in stream-state, and answered in session-state and compose-jobs', () => {
    expect(topology).toMatchObject({
      name: 'session',
      input: 'stream-facts',
      changelog: 'stream-state',
      outputs: ['session-state', 'compose-jobs'],
    });
  });

  it('of a new stream is the first of its revisions', () => {
    const said = new StreamUnderTest({ policy: byNobody }).hear(segment('a', 0, 8)).passTo(11);
    expect(said.emissions.map(({ value }) => (value as { revision: number }).revision)).toEqual([1, 2]);
  });

  it('that means nothing is refused, with what is wrong', () => {
    expect(topology.step(null, recordOf(null), none)).toEqual({
      kind: 'dead-letter',
      reason: 'empty',
      error: 'a fact without a value means nothing',
    });
    expect(topology.step(null, recordOf(segment('a', 0, 8), 'other'), none)).toEqual({
      kind: 'dead-letter',
      reason: 'wrong-key',
      error: `the fact is about ${streamKey}, its key is other`,
    });
  });

  it('about something older than the retention is dropped and counted, unless its video is followed', () => {
    const late = { nowMs: atMinute(40 * day), read: () => null };
    expect(topology.step(null, recordOf(segment('a', 0, 8)), late)).toEqual({
      kind: 'drop',
      reason: 'older-than-retention',
      labels: { result: 'older-than-retention' },
    });
    const live = new StreamUnderTest({ policy: byNobody }).hear(segment('a', 0, 8));
    live.hearAt(segment('a', 0, 8, { status: 'DELETED', videoRevision: 2 }), late.nowMs);
    expect([live.drops, live.only.status]).toEqual([[], 'RECORDING']);
    expect(live.only.segments).toMatchObject([{ status: 'DELETED' }]);
    // Nor is it taken for one of a time that was settled before.
    const state: StreamState | null = live.state && { ...live.state, settledThrough: atMinute(60) };
    const third = recordOf(segment('a', 0, 8, { videoRevision: 3 }));
    expect(topology.step(state, third, none).kind).toBe('next');
  });

  it('reads no other, where nothing is archived', () => {
    const live = broadcasts(2, 240);
    const read: string[] = [];
    live.onRead = (key) => read.push(key);
    live.hear(composed('early', -5), segment('a', 1000, 1008), segment('s0', 0, 8, { videoRevision: 2 })).passTo(1100);
    expect(new Set(read)).toEqual(new Set([streamKey]));
  });
});

describe('a fact about an archived video', () => {
  it('is known there: twice is a repetition, an older one is outdated, and there is one of it', () => {
    for (const count of [4, 5, 9]) {
      const live = broadcasts(count, 240);
      const later = segment('s0', 0, 8, { status: 'TRANSCODED', videoRevision: 3 });
      live.hear(later, later, segment('s0', 0, 8, { videoRevision: 2 }));
      expect(live.drops).toEqual(['duplicate', 'outdated']);
      expect(live.facts.map(({ videoId }) => videoId)).toEqual(
        Array.from({ length: count }, (_, index) => `s${index}`),
      );
      expect(live.sessions.get(sessionId(0))?.segments).toMatchObject([{ status: 'TRANSCODED' }]);
    }
  });

  it('is known where it is the only one archived', () => {
    const live = new StreamUnderTest({ policy: byNobody });
    live.hear(...[0, 10, 20, 21].map((days) => segment(`s${days}`, days * day, days * day + 8))).passTo(31 * day);
    expect(live.state?.archived).toBe(1);
    const later = segment('s10', 10 * day, 10 * day + 8, { videoRevision: 2 });
    live.hear(later, later);
    expect([live.drops, live.facts.map(({ videoId }) => videoId)]).toEqual([['duplicate'], ['s10', 's20', 's21']]);
  });

  it('reads few records, however long ago it was', () => {
    const live = broadcasts(60, day);
    const read = new Set<string>();
    live.onRead = (key) => read.add(key);
    live.hear(segment('s5', 5 * day, 5 * day + 8, { status: 'TRANSCODED', videoRevision: 2 }));
    expect(read.size).toBeLessThan(30);
  });

  it('that moves it far reads no more than one that stays', () => {
    const live = broadcasts(60, 240);
    const read = new Set<string>();
    live.onRead = (key) => read.add(key);
    live.hear(segment('s2', 50 * 240 + 10, 50 * 240 + 12, { videoRevision: 2 }));
    expect(live.sessions.get(sessionId(50 * 240))?.segments).toHaveLength(2);
    expect([...read].filter((key) => key.includes('/s/')).length).toBeLessThan(20);
  });

  it('that moves it changes both shows: the one that it leaves and the one that it joins', () => {
    for (const [from, to, minute] of [
      [2, 5, 5 * 240 + 10],
      [5, 2, 2 * 240 + 10],
      [1, 8, 8 * 240 + 10],
    ] as const) {
      const live = broadcasts(14, 240);
      live.hear(segment(`s${from}`, minute, minute + 3, { videoRevision: 2 }));
      expect(live.tombstones.get(sessionId(from * 240))).toBe('retired');
      expect(live.sessions.get(sessionId(to * 240))?.segments.map(({ videoId }) => videoId)).toEqual([
        `s${to}`,
        `s${from}`,
      ]);
      expect(live.current).toHaveLength(13);
    }
  });

  it('as far as two days and further', () => {
    for (const days of [1.9, 2, 2.1, 5]) {
      const live = broadcasts(8, 6 * day);
      const moved = 12 * day + days * day;
      live.hear(segment('s2', moved, moved + 8, { videoRevision: 2 }));
      expect(live.tombstones.get(sessionId(12 * day))).toBe('retired');
      expect(live.current.map(({ startTime }) => startTime)).toEqual(
        [0, 6 * day, moved, 18 * day, 24 * day, 30 * day, 36 * day, 42 * day].map(atMinute),
      );
    }
  });
});

describe('what became of an archived composition', () => {
  const byUs = policy({ composed: { compose: 'pipeline' }, maxActAgeSeconds: 99 * 86_400 });
  /** Nine shows, all composed by us; the token of the first. */
  function composedShows() {
    const live = new StreamUnderTest({ policy: byUs });
    for (let index = 0; index < 9; index += 1) {
      live.hear(segment(`s${index}`, index * 240, index * 240 + 8, { status: 'TRANSCODED' })).passTo(index * 240 + 20);
    }
    return { live, token: live.jobs[0]?.token ?? '' };
  }
  const told = (token: string, minute: number, state: 'ACKNOWLEDGED' | 'FAILED') =>
    composed(`of ${token}`, minute, {
      composeJob: { token, state, errorCode: null },
      ...(state === 'FAILED' ? { kind: 'UNKNOWN', composeStartTime: null, recordedTime: atMinute(minute) } : {}),
    });

  it('is said of its show, and kept with it, whenever it came', () => {
    for (const minute of [20, 5 * 240 + 12, 9 * 240, 9 * day]) {
      const { live, token } = composedShows();
      expect(live.jobs).toHaveLength(9);
      live.hear(told(token, minute, 'ACKNOWLEDGED'));
      expect(live.current.map((one) => one.composed.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
      expect(live.sessions.get(sessionId(0))?.composition).toMatchObject({ state: 'ACKNOWLEDGED' });
      expect(live.states.get(`${streamKey}/v/of ${token}`)?.pointer).toBe(atMinute(0));
      expect(live.states.get(`${streamKey}/s/${atMinute(0)}`)?.videos).toHaveLength(2);
      live.hear({ ...told(token, minute, 'ACKNOWLEDGED'), status: 'TRANSCODED', videoRevision: 2 });
      expect(live.sessions.get(sessionId(0))?.status).toBe('READY');
      expect(live.facts).toHaveLength(10);
    }
  });

  it('also that it failed', () => {
    const { live, token } = composedShows();
    live.hear(told(token, 9 * 240, 'FAILED'));
    expect(live.current.map(({ composition }) => composition?.state)).toEqual(['FAILED', ...Array(8).fill('PLANNED')]);
    expect(live.states.get(`${streamKey}/s/${atMinute(0)}`)?.videos).toHaveLength(2);
  });

  it('of one that nobody remembers is no more than a film of its time', () => {
    const { live } = composedShows();
    live.hear(told('lvc-other-0', 8 * 240 + 12, 'ACKNOWLEDGED'));
    expect(live.current.map((one) => one.composed.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });
});

describe('nothing is left', () => {
  const timeless = composed('t', 0, { composeStartTime: null });
  const outcome = (state: StreamState | null, fact: StreamFact) => topology.step(state, recordOf(fact), none);

  it('of what has no time and nothing to wait for: the next timer lets it go', () => {
    const live = new StreamUnderTest({ policy: byNobody }).hear(timeless);
    const { state } = live;
    expect(state?.dueAt).toBe((state?.clock ?? 0) + 1);
    expect(live.passTo(1).states.size).toBe(0);
    const wasTimed = new StreamUnderTest({ policy: byNobody }).hear(composed('t', 0), {
      ...timeless,
      videoRevision: 2,
    });
    expect([wasTimed.facts.length, wasTimed.state?.dueAt]).toEqual([1, 1]);
    const alone = new StreamUnderTest({ policy: byNobody, alone: true }).hear(timeless).passTo(1);
    expect(alone.states.size).toBe(0);
  });

  it('but where a show, an archived one or what an earlier release left is still followed, it stays', () => {
    const withShow = new StreamUnderTest({ policy: byNobody }).hear(timeless, segment('a', 0, 8)).passTo(11);
    expect(withShow.state?.videos).toHaveLength(2);
    const { state } = new StreamUnderTest({ policy: byNobody }).hear(timeless);
    if (!state) throw new Error('no state');
    const fire = (change: Partial<StreamState>) =>
      topology.timer?.fire(streamKey, { ...state, ...change }, { nowMs: 0 });
    expect(fire({})).toMatchObject({ kind: 'next', state: null, reason: 'retired' });
    expect(fire({ archived: 1 })).toMatchObject({ kind: 'next', state: { videos: [{ videoId: 't' }] } });
    const settled = [{ startTime: atMinute(0), lastActivity: atMinute(8), composed: [] }];
    expect(fire({ settled })).toMatchObject({ kind: 'next', state: { settled } });
    expect(fire({ archived: 1, settled })).toMatchObject({ kind: 'next', state: { settled } });
    expect(outcome(state, segment('a', 0, 8))).toMatchObject({ kind: 'next', state: { videos: [{}, {}] } });
  });

  it('of what an earlier release left: its record goes, and the stream’s own where nothing else is there', () => {
    const { state } = new StreamUnderTest({ policy: byNobody }).hear(segment('a', 0, 8));
    if (!state) throw new Error('no state');
    const empty = { ...state, videos: [], sessions: [] };
    const stub = { startTime: atMinute(0), lastActivity: atMinute(8), composed: [] };
    const stubs = { ...empty, settled: [stub], dueAt: atMinute(8) + 30 * dayMs };
    const fire = (own: StreamState) =>
      topology.timer?.fire(`${streamKey}/settled`, stubs, {
        nowMs: 0,
        read: (key) => (key === streamKey ? own : null),
      });
    const left = (own: StreamState) => {
      const fired = fire(own);
      return fired?.kind === 'next' && [fired.state, fired.reason, [...(fired.others ?? [])]];
    };
    expect(left({ ...empty, archived: 1 })).toEqual([null, 'retired', [[streamKey, null]]]);
    const [page, redirect] = [
      { ...empty, archived: 2 },
      { ...state, videos: [], archived: 2 },
    ];
    expect(left(page)).toEqual([null, 'retired', [[streamKey, { ...page, archived: 1 }]]]);
    expect(left(redirect)).toEqual([null, 'retired', [[streamKey, { ...redirect, archived: 1 }]]]);
  });

  it('out: the record that was asked for is answered apart from the others', () => {
    const said = outcome(null, segment('a', 0, 8));
    expect(said.kind === 'next' && [...(said.others ?? [])]).toEqual([]);
  });

  it('of a stream whose last show retires: its records go, and say why', () => {
    const live = broadcasts(1, 0);
    const { state } = live;
    if (!state) throw new Error('no state');
    const fired = (dueAt: number) =>
      topology.timer?.fire(streamKey, { ...state, dueAt }, { nowMs: dueAt, read: () => null });
    const heard = atMinute(8) + 4000 + 30 * dayMs;
    expect(fired(heard)).toMatchObject({ kind: 'next', state: null, reason: 'retired' });
    expect(fired(heard - 1)).toMatchObject({ kind: 'next', state: { clock: heard - 1, dueAt: heard } });
    expect(fired(heard - 1)).not.toHaveProperty('reason');
  });

  it('time passes no further than to the deadline, and never back', () => {
    const live = broadcasts(1, 0);
    const { state } = live;
    if (!state) throw new Error('no state');
    const clock = (change: Partial<StreamState>) => {
      const fired = topology.timer?.fire(
        streamKey,
        { ...state, ...change },
        { nowMs: atMinute(999), read: () => null },
      );
      return fired?.kind === 'next' ? fired.state?.clock : undefined;
    };
    expect(clock({ dueAt: atMinute(11) })).toBe(atMinute(11));
    expect(clock({ dueAt: atMinute(11), clock: atMinute(12) })).toBe(atMinute(12));
    expect(stream).toEqual(state.stream);
  });
});
