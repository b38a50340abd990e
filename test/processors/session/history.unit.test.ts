/**
 * A fact about an archived time is judged over a part of the history, and what is said is what looking at all of it would
 * say (docs/session-status.md, "How it is kept"). Shows of eight minutes, of which the newest two or three are at hand.
 */
import { describe, expect, it } from 'vitest';
import { Archive } from '../../../processors/session/archive.ts';
import { videoOf } from '../../../processors/session/facts.ts';
import { judge } from '../../../processors/session/history.ts';
import { sessionTopology } from '../../../processors/session/index.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import {
  atMinute,
  composed,
  dayMs,
  minuteMs,
  policy,
  rules,
  StreamUnderTest,
  segment,
  stream,
  streamKey,
} from './stream.ts';

const day = dayMs / minuteMs;
const byNobody = policy({ composed: { compose: 'none' } });
/** So many shows, so many minutes from one to the next. */
const shows = (count: number, apart: number): StreamFact[] =>
  Array.from({ length: count }, (_, index) => segment(`s${index}`, index * apart, index * apart + 8));
const film = (id: string, minute: number, change: Partial<StreamFact> = {}) => composed(`film ${id}`, minute, change);

describe('what a change can touch', () => {
  /** Shows of eight minutes, so many minutes from one to the next. */
  function broadcasts(count: number, apart: number, then: (live: StreamUnderTest) => void = () => {}) {
    const live = new StreamUnderTest({ policy: byNobody }).hear(...shows(count, apart));
    then(live);
    const own = live.state;
    if (!own) throw new Error('no state');
    const archive = new Archive(stream, (key) => live.states.get(key) ?? null);
    const index = (ms: number | undefined) =>
      ms === undefined ? ms : Math.round((ms - atMinute(0)) / minuteMs / apart);
    return (minutes: number | readonly number[], add?: StreamFact, inPlace = false) => {
      const places = [minutes].flat().map(atMinute);
      const change = { places, clock: own.clock, inPlace, ...(add ? { add: [videoOf(add)] } : {}) };
      const { pages, withOwn, judged } = judge(own, archive, change, rules({ composed: { compose: 'none' } }), 0);
      const bound = (ms: number) => (Number.isFinite(ms) ? index(ms) : null);
      return [pages.map(({ startMs }) => index(startMs)), withOwn, bound(judged.fromMs), bound(judged.toMs)] as const;
    };
  }

  it('are the two shows before, its own and the next; these need one more before and two more after', () => {
    const touched = broadcasts(14, 240);
    expect(touched(6 * 240)).toEqual([[3, 4, 5, 6, 7, 8, 9], false, 4, 8]);
    expect(touched(6 * 240 + 100)).toEqual([[3, 4, 5, 6, 7, 8, 9], false, 4, 8]);
    expect(touched(7 * 240 - 1)).toEqual([[3, 4, 5, 6, 7, 8, 9], false, 4, 8]);
    expect(touched([5 * 240, 6 * 240])).toEqual([[2, 3, 4, 5, 6, 7, 8, 9], false, 3, 8]);
    expect(touched([6 * 240, 5 * 240])).toEqual([[2, 3, 4, 5, 6, 7, 8, 9], false, 3, 8]);
  });

  it('is its own show alone, where a segment stays in place', () => {
    const touched = broadcasts(14, 240);
    const further = (index: number) => segment(`s${index}`, index * 240, index * 240 + 8, { status: 'TRANSCODED' });
    const inPlace = (index: number) => touched([index * 240, index * 240], further(index), true);
    expect(inPlace(6)).toEqual([[3, 4, 5, 6, 7, 8, 9], false, 6, 7]);
    expect(inPlace(0)).toEqual([[0, 1, 2, 3], false, 0, 1]);
    expect(inPlace(11)).toEqual([[8, 9, 10, 11], true, 11, 12]);
    expect(inPlace(13)).toEqual([[], true, null, null]);
    // Nothing to the right is near.
    const rare = broadcasts(8, 6 * day);
    expect(rare(3 * 6 * day, segment('s3', 18 * day, 18 * day + 8), true)).toEqual([[3], false, 3, null]);
  });

  it.each([
    ['more than was said', [{ sessions: [] }, [4, 8]]],
    ['others than was said', [{ startTime: atMinute(6 * 240 + 1) }, [4, 8]]],
    ['by rules that it doesn’t keep', [{ rules: null }, [4, 8]]],
    ['as was said', [{ digest: 5 }, [6, 7]]],
  ] as const)('is as much as ever where a show is %s', (_, [change, expected]) => {
    const touched = broadcasts(14, 240, ({ states }) => {
      const key = `${streamKey}/s/${atMinute(6 * 240)}`;
      const page = states.get(key);
      if (!page) throw new Error('no page');
      const sessions = page.sessions.map((one) => ({ ...one, ...change }));
      states.set(key, { ...page, sessions, ...('sessions' in change ? change : {}) });
    });
    const further = segment('s6', 6 * 240, 6 * 240 + 8, { status: 'TRANSCODED' });
    expect(touched(6 * 240, further, true).slice(2)).toEqual(expected);
  });

  it('are as many as there are, at the beginning', () => {
    const touched = broadcasts(14, 240);
    expect(touched(0)).toEqual([[0, 1, 2, 3], false, null, 2]);
    expect(touched(240)).toEqual([[0, 1, 2, 3, 4], false, null, 3]);
    expect(touched(2 * 240)).toEqual([[0, 1, 2, 3, 4, 5], false, 0, 4]);
    expect(touched(-100)).toEqual([[0, 1, 2], false, null, 1]);
  });

  it('are the newest ones too, towards the end', () => {
    const touched = broadcasts(14, 240);
    expect([8, 9, 10, 11, 12, 13].map((index) => touched(index * 240))).toEqual([
      [[5, 6, 7, 8, 9, 10, 11], false, 6, 10],
      [[6, 7, 8, 9, 10, 11], true, 7, 11],
      [[7, 8, 9, 10, 11], true, 8, 12],
      [[8, 9, 10, 11], true, 9, null],
      [[], true, null, null],
      [[], true, null, null],
    ]);
  });

  it('are none that are more than two days away', () => {
    const touched = broadcasts(8, 6 * day);
    expect(touched(3 * 6 * day)).toEqual([[3], false, null, null]);
    expect(touched(3 * 6 * day + 3 * day)).toEqual([[], false, null, null]);
  });

  it('are more where shows become one: up to two in a row that begin as before', () => {
    const touched = broadcasts(14, 12);
    expect(touched(5 * 12, segment('late', 5 * 12 + 2, 5 * 12 + 4))).toEqual([[2, 3, 4, 5, 6, 7, 8], false, 3, 7]);
    const two = segment('late', 5 * 12 + 8, 5 * 12 + 9.5);
    expect(touched(5 * 12 + 8, two)).toEqual([[2, 3, 4, 5, 6, 7, 8, 9], false, 3, 8]);
    const four = segment('late', 5 * 12 + 8, 8 * 12 + 1);
    expect(touched(5 * 12 + 8, four)).toEqual([[2, 3, 4, 5, 6, 7, 8, 9, 10, 11], false, 3, 10]);
  });

  it('are three archived ones beside the newest, where a film may be an archived one’s', () => {
    const touched = broadcasts(14, 12);
    const [during, after] = [film('x', 12 * 12 + 0.2), film('x', 13 * 12 + 11.1)];
    expect(touched(12 * 12 + 0.2, during)).toEqual([[9, 10, 11], true, 10, null]);
    expect(touched(13 * 12 + 11.1, after)).toEqual([[], true, null, null]);
  });

  it('reach from the last moment of a show of days', () => {
    const live = new StreamUnderTest({ policy: byNobody });
    const long = Array.from({ length: 20 }, (_, index) => segment(`l${index}`, index * 360, index * 360 + 360));
    live.hear(
      ...long,
      ...shows(8, 240).map((one, index) =>
        segment(one.videoId, 5 * day + 240 + index * 240, 5 * day + 248 + index * 240),
      ),
    );
    const own = live.state;
    if (!own) throw new Error('no state');
    const archive = new Archive(stream, (key) => live.states.get(key) ?? null);
    const change = { places: [atMinute(0)], clock: own.clock };
    const { pages } = judge(own, archive, change, rules({ composed: { compose: 'none' } }), 0);
    expect(pages.map(({ startMs }) => (startMs - atMinute(0)) / minuteMs)).toEqual([
      0,
      ...[1, 2, 3].map((index) => 5 * day + index * 240),
    ]);
  });
});

describe('the newest shows', () => {
  it('at hand are two or three', () => {
    const counts = [1, 2, 3, 4, 5, 6, 7].map((count) => {
      const { state } = new StreamUnderTest({ policy: byNobody }).hear(...shows(count, 240));
      return [state?.sessions.length, state?.archived];
    });
    expect(counts).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [2, 2],
      [3, 2],
      [2, 4],
      [3, 4],
    ]);
  });

  it('see time pass with that of an archived one, which changes nothing else about them', () => {
    const live = new StreamUnderTest({ policy: byNobody }).hear(...shows(10, 240)).passTo(10 * 240);
    const topology = sessionTopology({ policies: { policyFor: () => byNobody } });
    const read = (key: string) => live.states.get(key) ?? null;
    for (const index of [0, 3, 4, 5, 6]) {
      const key = `${streamKey}/s/${atMinute(index * 240)}`;
      const page = live.states.get(key);
      if (!page || !live.state) throw new Error('no page');
      const fired = topology.timer?.fire(key, page, { nowMs: page.dueAt ?? 0, read });
      expect(fired).toMatchObject({ kind: 'next', state: null });
      const own = fired?.kind === 'next' ? new Map(fired.others).get(streamKey) : null;
      expect(own).toEqual({ ...live.state, clock: page.dueAt, archived: own?.archived, revision: own?.revision });
    }
  });

  it('are at hand with no more than 640 segments, but for the newest two', () => {
    const many = (session: number, count: number) =>
      Array.from({ length: count }, (_, index) => {
        const minute = session * 20_000 + index * 5;
        return segment(`${session}.${String(index).padStart(3, '0')}`, minute, minute + 5);
      });
    /** All but the last as if they had been heard before. */
    const filled = (...counts: readonly number[]) => {
      const live = new StreamUnderTest({ policy: byNobody }).hear(...counts.flatMap((_, session) => many(session, 1)));
      const facts = counts.flatMap((count, session) => many(session, count));
      if (!live.state) throw new Error('no state');
      live.states.set(streamKey, { ...live.state, videos: facts.slice(0, -1).map(videoOf) });
      return live.hear(...facts.slice(-1)).state?.videos.length;
    };
    expect([filled(1, 319, 320), filled(1, 320, 320), filled(1, 320, 321)]).toEqual([640, 640, 321]);
  });
});
