/**
 * Older sessions are in records of their own (docs/session-status.md, "How it is kept"): whatever comes, what is said is
 * what looking at the whole history would say, each fact is in one record, and each record is found again.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { videoOf } from '../../../processors/session/facts.ts';
import { placeOf, windowOf } from '../../../processors/session/times.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamState, StreamVideo } from '../../../schemas/generated/StreamState.ts';
import { composed, dayMs, minuteMs, policy, StreamUnderTest, segment, sessionId, streamKey } from './stream.ts';

const day = dayMs / minuteMs;
const dayOf = (ms: number) => Math.floor(ms / dayMs);

type Kind = 's' | 'd' | 'v' | 'c';
function recordsOf(live: StreamUnderTest, kind: Kind): ReadonlyMap<string, StreamState> {
  const prefix = `${streamKey}/${kind}/`;
  return new Map(
    [...live.states].flatMap(([key, state]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), state]] : [])),
  );
}

/** Everything is in one record, and every record beside the stream's own is found by time, by video and by composition. */
function expectFound(live: StreamUnderTest): void {
  const own = live.state;
  const pages = [...recordsOf(live, 's')].map(([start, state]) => ({ startMs: Number(start), ...state }));
  const ids = [...(own?.videos ?? []), ...pages.flatMap(({ videos }) => videos)].map(({ videoId }) => videoId);
  expect(new Set(ids).size).toBe(ids.length);
  const composedOf = new Map(
    pages.flatMap(({ compositions }) => compositions.map((one) => [jobOf(one.token), one.sessionStart])),
  );
  const homeOf = (video: StreamVideo) => composedOf.get(jobOf(video.composeJob?.token ?? '')) ?? placeOf(video);
  expect(pointers(live, 'v')).toEqual(
    new Map(pages.flatMap(({ videos }) => videos.map((video) => [video.videoId, homeOf(video)]))),
  );
  expect(pointers(live, 'c')).toEqual(composedOf);
  const listed = new Map<string, number[]>();
  for (const { startMs, videos, sessions } of pages.toSorted((a, b) => a.startMs - b.startMs)) {
    const ends = [
      ...videos.map((video) => windowOf(video)?.endMs ?? placeOf(video)),
      ...sessions.map(({ endTime }) => endTime),
    ];
    for (let at = dayOf(startMs); at <= dayOf(Math.max(startMs, ...ends)); at += 1)
      listed.set(String(at), [...(listed.get(String(at)) ?? []), startMs]);
  }
  expect(new Map([...recordsOf(live, 'd')].map(([key, state]) => [key, state.pages]))).toEqual(listed);
  expect(own?.archived ?? 0).toBe(pages.length);
  const newest = live.current.slice(-3).map(({ startTime }) => startTime);
  const inOwn = own?.sessions.filter(({ mergedInto }) => mergedInto === null) ?? [];
  expect(inOwn.length).toBeLessThanOrEqual(3);
  for (const { startTime } of inOwn) expect(newest).toContain(startTime);
}

const byText = (a: string, b: string) => (a < b ? -1 : 1);
const jobOf = (token: string) => token.slice(0, token.lastIndexOf('-'));
const pointers = (live: StreamUnderTest, kind: Kind) =>
  new Map([...recordsOf(live, kind)].map(([key, state]) => [key, state.pointer]));

type Show = { rest: number; files: readonly number[]; films: readonly number[]; moved: number };
const rest = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 181, max: 800 }).map((seconds) => seconds / 60) },
  { weight: 2, arbitrary: fc.constantFrom(30, 240, 1000) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map((days) => days * day) },
);
const show: fc.Arbitrary<Show> = fc.record({
  rest,
  files: fc.array(fc.constantFrom(1, 8, 30), { minLength: 1, maxLength: 3 }),
  films: fc.array(fc.oneof(fc.integer({ min: -3, max: 15 }), fc.constantFrom(600, 1400)), { maxLength: 2 }),
  moved: fc.constantFrom(0, 0, 0, 0, 0, 1, 7),
});

/** A long life, each video with its last revision; some were first placed some days off. */
const life = fc.array(show, { minLength: 4, maxLength: 10 }).map((shows) => {
  const facts: StreamFact[] = [];
  let minute = 0;
  for (const [index, { rest: pause, files, films, moved }] of shows.entries()) {
    minute += pause;
    for (const [file, length] of files.entries()) {
      const id = `${index}.${file}`;
      if (moved > 0) facts.push(segment(id, minute + moved * day, minute + moved * day + length));
      const ready = { status: 'SOURCE_READY', videoRevision: 2 } as const;
      facts.push(segment(id, minute, minute + length, ready));
      minute += length;
    }
    for (const [film, after] of films.entries())
      facts.push(composed(`film ${index}.${film}`, minute + 3 + after + 0.1));
  }
  return facts;
});

/** Time passes no further than what has no session waits for one (8 days): what came later might find it gone. */
const delivered = life.chain((facts) =>
  fc.record({
    facts: fc.oneof(fc.constant(facts), fc.shuffledSubarray([...facts], { minLength: facts.length })),
    timers: fc.array(fc.option(fc.integer({ min: 0, max: 7 * day }), { freq: 4 }), {
      minLength: facts.length,
      maxLength: facts.length,
    }),
    compose: fc.constantFrom('cloud' as const, 'none' as const),
  }),
);

/** The same lives each time. */
const lives = fc.sample(delivered, { seed: 7, numRuns: 16 });

describe('what is archived', () => {
  it.for([...lives.keys()])('is judged as the whole history would be, and found again: life %i', (number) => {
    const { facts, timers, compose } = lives[number] ?? { facts: [], timers: [], compose: 'none' };
    const options = { policy: policy({ maxActAgeSeconds: 99 * 86_400, retentionDays: 100, composed: { compose } }) };
    const [live, whole] = [new StreamUnderTest(options), new StreamUnderTest({ ...options, alone: true })];
    const said = (one: StreamUnderTest) =>
      JSON.stringify([one.current, one.facts, [...one.tombstones].toSorted(([a], [b]) => byText(a, b))]);
    let minute = 0;
    for (const [index, fact] of facts.entries()) {
      minute = Math.max(minute, timers[index] ?? 0);
      for (const one of [live, whole]) one.hear(fact).passTo(minute);
      if (index % 5 !== 4) continue;
      expectFound(live);
      expect(said(live)).toBe(said(whole));
    }
    for (const one of [live, whole]) one.passTo(50 * day);
    expectFound(live);
    expect(said(live)).toBe(said(whole));
    live.passTo(400 * day);
    expect([...live.states.keys()]).toEqual([]);
    expect(live.sessions.size).toBe(0);
  });
});

describe('a stream of many sessions', () => {
  const none = policy({ composed: { compose: 'none' } });
  const name = (index: number) => String(index).padStart(3, '0');
  /** Sessions of eight minutes, so many minutes from one to the next. */
  function broadcasts(count: number, apart: number): StreamUnderTest {
    const live = new StreamUnderTest({ policy: none });
    for (let index = 0; index < count; index += 1) live.hear(segment(name(index), index * apart, index * apart + 8));
    return live;
  }

  it('reads and writes a few records for a fact, however many there are', () => {
    const counted = (live: StreamUnderTest, fact: StreamFact) => {
      const before = new Map(live.states);
      const read = new Set<string>();
      live.onRead = (key) => read.add(key);
      live.hear(fact);
      live.onRead = undefined;
      const written = [...new Set([...before.keys(), ...live.states.keys()])].filter(
        (key) => before.get(key) !== live.states.get(key),
      );
      return { pages: [...read].filter((key) => key.includes('/s/')).length, written: written.length };
    };
    const late = { status: 'TRANSCODED', videoRevision: 2 } as const;
    for (const count of [20, 60]) {
      const apart = 240;
      const live = broadcasts(count, apart);
      const newest = (count - 1) * apart;
      expect(counted(live, segment(name(count - 1), newest, newest + 8, late))).toEqual({ pages: 0, written: 1 });
      const old = 9 * apart;
      const { pages, written } = counted(live, segment(name(9), old, old + 8, late));
      expect(pages).toBeLessThanOrEqual(7);
      expect(written).toBe(2);
      expectFound(live);
    }
  });

  it('a late fact of an old session changes that session alone, and one that moves is taken away and added', () => {
    const live = broadcasts(12, 1000);
    const said = live.emissions.length;
    live.hear(segment(name(3), 3000, 3008, { status: 'TRANSCODED', videoRevision: 2 }));
    expect(live.emissions.slice(said).map(({ key }) => key)).toEqual([sessionId(3000)]);
    live.hear(segment(name(3), 9000.5, 9007, { status: 'TRANSCODED', videoRevision: 3 }));
    expect(live.tombstones.get(sessionId(3000))).toBe('retired');
    expect(live.sessions.get(sessionId(9000))?.segments.map(({ videoId }) => videoId)).toEqual(['009', '003']);
    expectFound(live);
  });

  it('sessions of many segments: no more than 640 in its own record, but for the newest session', () => {
    const live = new StreamUnderTest({ policy: none });
    const inOwn = () => live.state?.videos.length;
    const facts = (session: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        segment(`${session}.${name(index)}`, session * 20_000 + index * 5, session * 20_000 + index * 5 + 5),
      );
    live.hear(...facts(0, 1), ...facts(1, 1));
    // All but the last as if they had been heard before.
    const filled = (count: number) => {
      const videos = [...facts(0, 320), ...facts(1, count - 1)].map(videoOf);
      if (live.state) live.states.set(streamKey, { ...live.state, videos });
      return live.hear(...facts(1, count).slice(-1));
    };
    filled(320);
    expect(inOwn()).toBe(640);
    filled(321);
    expect(inOwn()).toBe(321);
  });
});
