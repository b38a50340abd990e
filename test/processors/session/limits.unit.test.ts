/** The bounds of docs/session-status.md, each with as much as it takes and one more; and how long things are followed. */
import { describe, expect, it } from 'vitest';
import { announce } from '../../../processors/session/announce.ts';
import { videoOf } from '../../../processors/session/facts.ts';
import { sessionsOf } from '../../../processors/session/index.ts';
import { liveViewOf } from '../../../processors/session/live-sessions.ts';
import { isTooOld, looseUntil, withoutFlood } from '../../../processors/session/retention.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { EmittedSession } from '../../../schemas/generated/StreamState.ts';
import {
  atMinute,
  composed,
  dayMs,
  minuteMs,
  policy,
  rules,
  StreamUnderTest,
  segment,
  sessionId,
  stream,
} from './stream.ts';

const day = dayMs / minuteMs;
const name = (index: number) => String(index).padStart(4, '0');
const facts = (count: number, of: (index: number) => StreamFact) =>
  Array.from({ length: count }, (_, index) => videoOf(of(index)));
const spoken = (videos: readonly ReturnType<typeof videoOf>[]) =>
  sessionsOf(videos, rules(), 0).sessions.map(({ group }) => [group.segments.length, group.goesOn, group.truncated]);

describe('segments', () => {
  const long = (count: number) => facts(count, (index) => segment(name(index), index * 30, index * 30 + 30));

  it('500 of a session, and the cycle after them begins another', () => {
    expect(spoken(long(500))).toEqual([[500, false, false]]);
    expect(spoken(long(501))).toEqual([
      [500, true, true],
      [1, false, false],
    ]);
  });

  it('a cycle is not divided: 499 and the 16 files of one', () => {
    const cycle = facts(16, (index) => segment(`z${name(index)}`, 499 * 30, 500 * 30));
    const next = facts(2, (index) => segment(`zz${name(index)}`, 500 * 30, 501 * 30));
    expect(spoken([...long(499), ...cycle, ...next])).toEqual([
      [515, true, true],
      [2, false, false],
    ]);
  });

  it('16 with one start; another start begins to count anew', () => {
    const [first, second] = [0, 30].map((from) =>
      facts(17, (index) => segment(`${from}${name(index)}`, from, from + 30)),
    );
    expect(spoken((first ?? []).slice(0, 16))).toEqual([[16, false, false]]);
    expect(spoken([...(first ?? []), ...(second ?? [])])).toEqual([[32, false, true]]);
    const { sessions, loose } = sessionsOf(first ?? [], rules(), 0);
    expect(loose.map(({ videoId }) => videoId)).toEqual([`0${name(16)}`]);
    expect(sessions[0]?.group.segments.at(-1)?.video.videoId).toBe(`0${name(15)}`);
  });
});

describe('other facts', () => {
  const film = (index: number, minute: number) => composed(`f${name(index)}`, minute);
  const timeless = (index: number) => composed(`t${name(index)}`, 0, { composeStartTime: null });
  const upload = (index: number, minute: number) =>
    segment(`u${name(index)}`, 0, 0, { kind: 'UPLOAD', recording: null, recordedTime: atMinute(minute) });
  const kept = (videos: readonly ReturnType<typeof videoOf>[]) => {
    const { sessions } = sessionsOf(videos, rules(), 0);
    const left = withoutFlood(videos, sessions);
    return { left: left.map(({ videoId }) => videoId), isSame: left === videos };
  };
  const [a, b] = [videoOf(segment('a', 0, 8)), videoOf(segment('b', 60, 68))];
  if (!a || !b) throw new Error('two');

  it('50 from a session’s start to the next, before the first, and without any time: the first of them stay', () => {
    const before = facts(51, (index) => upload(index, -10));
    const [ofA, ofB] = [facts(51, (index) => film(index, 11)), facts(51, (index) => film(100 + index, 71))];
    const none = facts(51, timeless);
    const { left } = kept([...none, ...before, a, ...ofA, b, ...ofB]);
    const ids = (videos: readonly { readonly videoId: string }[]) => videos.slice(0, 50).map(({ videoId }) => videoId);
    expect(left).toEqual([...ids(none), ...ids(before), 'a', ...ids(ofA), 'b', ...ids(ofB)]);
  });

  it('as many as there may be stay as they are', () => {
    for (const count of [10, 50]) {
      const videos = [...facts(count, timeless), a, ...facts(count, (index) => film(index, 11)), b];
      expect(kept(videos).isSame).toBe(true);
      expect(kept(facts(count, timeless)).isSame).toBe(true);
    }
    expect(kept(facts(51, timeless)).left).toHaveLength(50);
  });

  it('segments don’t count among them', () => {
    const videos = [
      ...facts(60, (index) => segment(name(index), index * 30, index * 30 + 30)),
      ...facts(50, (i) => film(i, 1803)),
    ];
    expect(kept(videos).isSame).toBe(true);
  });

  it('one that begins with a session is counted with it', () => {
    const early = facts(50, (index) => upload(index, -1));
    const atStart = facts(50, (index) => upload(100 + index, 0)).map((video) => ({
      ...video,
      recordedTime: a.startTime,
    }));
    expect(kept([...early, a, ...atStart]).isSame).toBe(true);
  });
});

describe('what Live tells first of a stream', () => {
  it('sets no timer before it was told', () => {
    const told = { event: 'STARTED', time: atMinute(1), startTime: null, endTime: null } as const;
    expect(liveViewOf([told], [], rules(), 0).dueAtMs).toBeGreaterThan(told.time);
  });
});

describe('ids that lead to a session', () => {
  const unsaid = liveViewOf([], [], rules(), 0);
  const known = (minute: number, change: Partial<EmittedSession> = {}): EmittedSession => ({
    ...{ startTime: atMinute(minute), endTime: atMinute(minute), digest: 1, compose: null, rules: null },
    ...{ mergedInto: null, mergedAt: null, live: null },
    ...change,
  });
  const sessions = (...spans: readonly (readonly [number, number])[]) =>
    sessionsOf(
      facts(spans.length, (i) => segment(name(i), ...(spans[i] ?? [0, 0]))),
      rules(),
      0,
    ).sessions;
  const nowMs = atMinute(2000);
  const announced = (shows: ReturnType<typeof sessions>, said: readonly EmittedSession[], others = shows) =>
    announce(stream, shows, said, { others, live: unsaid, revision: 7, nowMs, clockMs: nowMs });
  const gone = ({ emit }: ReturnType<typeof announced>) =>
    emit.filter(({ value }) => value === null).map(({ key, headers }) => [key, headers?.reason]);

  it('500 for each session: the oldest end early', () => {
    const swallowed = (count: number) => Array.from({ length: count }, (_, index) => known((index + 1) / 10));
    const [one, two] = [sessions([0, 120]), sessions([0, 120], [200, 220])];
    expect(gone(announced(one, swallowed(500)))).toEqual([]);
    expect(gone(announced(one, swallowed(501)))).toEqual([[sessionId(0.1), 'merged']]);
    expect(gone(announced(two, swallowed(1000)))).toEqual([]);
    expect(gone(announced(two, swallowed(1001)))).toHaveLength(1);
    expect(gone(announced([], swallowed(500), one))).toEqual([]);
    expect(gone(announced([], swallowed(501), one))).toEqual([[sessionId(0.1), 'merged']]);
  });

  it('lead to the first session that has a moment in common with them', () => {
    const shows = sessions([0, 10], [20, 30], [40, 50]);
    const into = (one: EmittedSession) =>
      announced(shows, [one]).sessions.find(({ startTime }) => startTime === one.startTime)?.mergedInto ?? null;
    expect(into(known(5, { endTime: atMinute(45) }))).toBe(atMinute(0));
    expect(into(known(10, { endTime: atMinute(15) }))).toBe(atMinute(0));
    expect(into(known(11, { endTime: atMinute(20) }))).toBe(atMinute(20));
    expect(into(known(31, { endTime: atMinute(39) }))).toBeNull();
  });

  it('without one, to where they led before, or to where that leads', () => {
    const shows = sessions([200, 230]);
    const said = [known(10, { mergedInto: atMinute(100) }), known(100, { mergedInto: atMinute(200) })];
    const next = announced(shows, said).sessions;
    expect(next.map(({ startTime, mergedInto }) => [startTime, mergedInto])).toEqual([
      [atMinute(10), atMinute(200)],
      [atMinute(100), atMinute(200)],
      [atMinute(200), null],
    ]);
    const later = [known(10, { mergedInto: atMinute(100) }), known(100, { endTime: atMinute(210) })];
    expect(announced(shows, later).sessions[0]?.mergedInto).toBe(atMinute(200));
    const two = sessions([200, 230], [300, 310]);
    expect(announced(two, [known(10, { mergedInto: atMinute(300) })]).sessions[0]?.mergedInto).toBe(atMinute(300));
  });

  it('to nothing that is left: deleted, also where they lead to one another', () => {
    const circle = [known(10, { mergedInto: atMinute(100) }), known(100, { mergedInto: atMinute(10) })];
    expect(gone(announced([], circle))).toEqual([
      [sessionId(100), 'retired'],
      [sessionId(10), 'retired'],
    ]);
    expect(gone(announced([], [known(10, { mergedInto: atMinute(99) })]))).toEqual([[sessionId(10), 'retired']]);
  });

  it('for three days, to the millisecond', () => {
    const shows = sessions([0, 120]);
    const since = (mergedAt: number) => gone(announced(shows, [known(5, { mergedInto: atMinute(0), mergedAt })]));
    expect(since(nowMs - 3 * dayMs + 1)).toEqual([]);
    expect(since(nowMs - 3 * dayMs)).toEqual([[sessionId(5), 'merged']]);
  });

  it('one revision after the other, and what is said is in order of time', () => {
    const shows = sessions([100, 110], [300, 310]);
    const { emit, revision, sessions: next } = announced(shows, [known(105)]);
    expect(emit.map(({ value }) => (value as { revision: number }).revision)).toEqual([8, 9, 10]);
    expect(revision).toBe(10);
    expect(next.map(({ startTime }) => startTime)).toEqual([100, 105, 300].map(atMinute));
  });
});

describe('what is not followed any more', () => {
  const [film, none] = [composed('f', 10), composed('t', 0, { composeStartTime: null })].map(videoOf);
  if (!film || !none) throw new Error('two');
  const of = (retentionDays: number) => rules({ retentionDays });

  it('is what is as old as the retention', () => {
    const end = atMinute(10) + 30 * dayMs;
    expect([isTooOld(film, of(30), end - 1), isTooOld(film, of(30), end)]).toEqual([false, true]);
    expect(isTooOld(none, of(30), end * 2)).toBe(false);
  });

  it('is what has had no session for 8 days, or for the retention', () => {
    expect(looseUntil(film, of(30))).toBe(atMinute(10) + 8 * dayMs);
    expect(looseUntil(film, of(3))).toBe(atMinute(10) + 3 * dayMs);
    expect(looseUntil(none, of(30))).toBeNull();
  });

  it('a film without a session is let go then, and not before', () => {
    const live = new StreamUnderTest().hear(composed('f', 10)).passTo(10 + 8 * day - 1 / 60);
    expect(live.facts).toHaveLength(1);
    expect(live.passTo(10 + 8 * day).states.size).toBe(0);
  });

  it('a session with a film is settled 8 days after the last news of either, and only once all is through', () => {
    const done = (minute: number) => ({ status: 'TRANSCODED', transcodedTime: atMinute(minute) }) as const;
    const isSettled = (live: StreamUnderTest, minute: number) => live.passTo(minute).only.settled;
    const watched = () => new StreamUnderTest().hear(segment('a', 0, 8), composed('f', 11.1, done(3 * day)));
    expect(isSettled(watched(), 11 * day - 1 / 60)).toBe(false);
    expect(isSettled(watched(), 11 * day)).toBe(true);
    const byNobody = policy({ composed: { compose: 'none' } });
    const last = 8 + 4 / 60;
    for (const [status, settles] of [
      ['FAILED', true],
      ['PARTIAL', true],
      ['SOURCE_READY', false],
      ['TRANSCODING', false],
    ] as const) {
      const live = new StreamUnderTest({ policy: byNobody }).hear(segment('a', 0, 8, { status }));
      expect(isSettled(live, last + 8 * day - 1 / 60)).toBe(false);
      expect([status, isSettled(live, last + 8 * day)]).toEqual([status, settles]);
    }
  });
});

describe('what a session that has closed keeps', () => {
  const by = (compose: 'none' | 'pipeline', disconnectDelaySeconds = 180) =>
    policy({ composed: { compose }, recording: { disconnectDelaySeconds } });
  const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(1) } as const;

  it('before it has closed its delay, but not who composes: what the policy says then holds', () => {
    const live = new StreamUnderTest({ policy: by('none') }).hear(segment('a', 0, 8, ready));
    live
      .passTo(10)
      .use(by('pipeline', 600))
      .hear(segment('b', 10, 40, ready))
      .passTo(77);
    expect(live.only.status).toBe('RECORDING');
    expect(live.passTo(78).jobs).toMatchObject([{ videoIds: ['a', 'b'] }]);
  });

  it('who composes, also where a late segment shows that it went on', () => {
    const live = new StreamUnderTest({ policy: by('pipeline') }).hear(segment('a', 0, 8, ready)).passTo(11);
    live.hear(segment('b', 8, 38, ready));
    expect(live.only.status).toBe('RECORDING');
    live
      .use(by('none'))
      .hear(segment('b', 8, 38, { ...ready, videoRevision: 2 }))
      .passTo(200);
    expect(live.jobs.map(({ videoIds }) => videoIds.join(' '))).toEqual(['a', 'a b']);
    expect(live.only).toMatchObject({ composeExpected: true, status: 'COMPOSING' });
  });

  it('its delay, also where a late segment shows that it went on', () => {
    const live = new StreamUnderTest({ policy: by('none', 600) }).hear(segment('a', 0, 8)).passTo(18);
    live
      .hear(segment('b', 8, 38))
      .use(by('none', 60))
      .hear(segment('c', 47, 50));
    expect(live.only.segments).toHaveLength(3);
  });

  it('of the first of its sessions that has closed, where a late segment joins them', () => {
    const live = new StreamUnderTest({ policy: by('pipeline') }).hear(segment('a', 0, 30, ready)).passTo(68);
    live
      .use(by('none'))
      .hear(segment('c', 60, 68, ready))
      .passTo(80);
    live.hear(segment('b', 30, 60, ready)).passTo(200);
    expect(live.jobs.map(({ videoIds }) => videoIds.join(' '))).toEqual(['a', 'a b c']);
  });

  it('but not those of a session that begins as it ends', () => {
    const videos = [segment('a', 0, 8), segment('b', 20, 28)].map(videoOf);
    const kept = { cycleMs: 1, disconnectDelayMs: 1, graceMs: 1, composeOverdueMs: 1, takeOver: false };
    const said = [atMinute(-5), atMinute(20)].map(
      (startTime) => ({ startTime, compose: 'PIPELINE', rules: kept }) as const,
    );
    const { sessions } = sessionsOf(videos, rules(), 0, { sessions: said, compositions: [] });
    expect(sessions.map(({ mode, rules: used }) => [mode, used.cycleMs])).toEqual([
      ['CLOUD', 1_800_000],
      ['PIPELINE', 1],
    ]);
  });
});
