/**
 * Worked histories of streams of which most is archived: what is said is what looking at all of the history each time
 * would say, and every record is found (docs/session-status.md, "How it is kept"). Shows of eight minutes.
 */
import { describe, expect, it } from 'vitest';
import { Archive, emptyState } from '../../../processors/session/archive.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { saidBy } from './archived-lives.ts';
import { bothWays, expectFound } from './both-ways.ts';
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
/** So many shows, so many minutes from one to the next. */
const shows = (count: number, apart: number, change: Partial<StreamFact> = {}): StreamFact[] =>
  Array.from({ length: count }, (_, index) => segment(`s${index}`, index * apart, index * apart + 8, change));
const film = (id: string, minute: number, change: Partial<StreamFact> = {}) => composed(`film ${id}`, minute, change);
const upload = (id: string, minute: number, change: Partial<StreamFact> = {}) =>
  segment(id, 0, 0, { kind: 'UPLOAD', recording: null, recordedTime: atMinute(minute), ...change });

describe('a film that began while the next show was on the air', () => {
  const apart = 12;
  /** Due at 11, and begun at 12.2: the next show has begun by then. */
  const late = (index: number, change: Partial<StreamFact> = {}) => film(`${index}`, index * apart + 12.2, change);
  const ids = (live: StreamUnderTest) => live.current.map((one) => one.composed.map(({ videoId }) => videoId).join());

  it.each([4, 5, 6, 7])(
    'is its show’s, also where that is archived and the film isn’t, and leaves it again: of %i',
    (count) => {
      {
        const { live, hear, passTo } = bothWays(byNobody);
        hear(...shows(count, apart));
        const last = count - 1;
        const expected = Array.from({ length: last }, (_, index) => `film ${index}`);
        hear(...expected.map((_, index) => late(index)));
        expect(ids(live)).toEqual([...expected, '']);
        hear(...expected.map((_, index) => late(index, { status: 'TRANSCODING', videoRevision: 2 })));
        hear(...expected.map((_, index) => late(index, { status: 'TRANSCODED', videoRevision: 3 })));
        expect(live.current.map(({ status }) => status).slice(0, -1)).toEqual(expected.map(() => 'READY'));
        hear(...expected.map((_, index) => late(index, { removed: true, videoRevision: 4 })));
        expect(ids(live)).toEqual(Array(count).fill(''));
        passTo(40 * day);
      }
    },
  );

  it('is found again by what is heard of its show and of those around it', () => {
    const { live, hear } = bothWays(byNobody);
    hear(...shows(8, apart), ...[0, 1, 2, 3, 4, 5, 6].map((index) => late(index)));
    for (let index = 0; index < 8; index += 1)
      hear(segment(`s${index}`, index * apart, index * apart + 8, { status: 'TRANSCODED', videoRevision: 2 }));
    for (let index = 7; index >= 0; index -= 1)
      hear(segment(`s${index}`, index * apart, index * apart + 8, { removed: true, videoRevision: 3 }));
    expect(live.sessions.size).toBe(0);
  });

  it('makes no more of the newest shows old, and its show’s time is not that of the newest', () => {
    const { live, hear, passTo } = bothWays(byNobody);
    hear(...shows(7, apart));
    expect(live.state?.sessions).toHaveLength(3);
    const own = live.state?.archivedBefore ?? 0;
    hear(late(3));
    expect([live.state?.reachesBack, live.state?.archivedBefore, live.state?.sessions.length]).toEqual([true, own, 3]);
    passTo(200);
    const first = live.state?.sessions[0]?.endTime ?? 0;
    expect(live.state?.dueAt).toBe(first + 4000 + 30 * dayMs);
  });

  it('alone makes what is newest look back', () => {
    const { live, hear } = bothWays(byNobody);
    hear(...shows(7, 240), film('own', 6 * 240 + 11.1), film('old', 240 + 11.1));
    expect(live.state?.reachesBack).toBe(false);
    const read = new Set<string>();
    live.onRead = (key) => read.add(key);
    live.hear(segment('s6', 6 * 240, 6 * 240 + 8, { videoRevision: 2 }));
    expect([...read].filter((key) => key.includes('/s/'))).toEqual([]);
  });
});

describe('a late segment', () => {
  it.each<[string, number, number]>([
    ['of two shows makes one', 8, 9.5],
    ['of four', 8, 37],
    ['of seven', 8, 73],
    ['as long as none before', 4, 7],
    ['that begins before its show', -2, 1],
  ])('%s, wherever they are', (_, from, to) => {
    for (const index of [0, 3, 5, 6, 7, 8]) {
      const { hear, passTo, live } = bothWays(byNobody);
      hear(...shows(10, 12), segment('late', index * 12 + from, index * 12 + to));
      hear(segment('late', index * 12 + from, index * 12 + to, { removed: true, videoRevision: 2 }));
      hear(segment('late', index * 12 + from, index * 12 + to, { videoRevision: 3 }), ...shows(12, 12).slice(10));
      passTo(5 * day);
      passTo(40 * day);
      expect(live.states.size).toBe(0);
    }
  });

  it('between shows that are far apart is a show of its own', () => {
    for (const apart of [240, day, 3 * day]) {
      const { hear, live } = bothWays(byNobody);
      hear(...shows(8, apart));
      for (let index = 0; index < 7; index += 1)
        hear(segment(`late ${index}`, (index + 0.5) * apart, (index + 0.5) * apart + 8));
      expect(live.current).toHaveLength(15);
    }
  });
});

describe('a film that was another’s', () => {
  it('as one before is gone, and ends its show no more: two shows are one, however many follow', () => {
    for (const following of [1, 3, 8]) {
      const { live, hear } = bothWays(byNobody);
      hear(...shows(5, 12), segment('a', 60, 68), film('of a', 71.1), segment('b', 72, 80), film('of b', 80.1));
      hear(segment('c', 81, 89), ...shows(9 + following, 12).slice(9));
      expect(live.sessions.get(sessionId(81))?.segments).toHaveLength(1);
      hear(film('of a', 71.1, { removed: true, videoRevision: 2 }));
      expect(live.sessions.get(sessionId(72))?.segments.map(({ videoId }) => videoId)).toEqual(['b', 'c']);
      hear(film('of a', 71.1, { videoRevision: 3 }));
      expect(live.sessions.get(sessionId(81))?.segments).toHaveLength(1);
    }
  });
});

describe('what has no time', () => {
  it('stays with the newest shows', () => {
    const { live, hear } = bothWays(byNobody);
    hear(...shows(6, 240), film('timeless', 0, { composeStartTime: null }), ...shows(8, 240).slice(6));
    expect(live.state?.videos.map(({ videoId }) => videoId)).toContain('film timeless');
    hear(film('timeless', 240 + 11.1, { videoRevision: 2 }));
    expect(live.sessions.get(sessionId(240))?.composed).toHaveLength(1);
    hear(film('timeless', 0, { composeStartTime: null, videoRevision: 3 }));
    expect(live.sessions.get(sessionId(240))?.composed).toHaveLength(0);
  });
});

describe('an archived show', () => {
  it('whose times are corrected has another id, to which the old one leads', () => {
    for (const index of [0, 2, 4, 5]) {
      const { hear, live, passTo } = bothWays(byNobody);
      hear(...shows(8, 240));
      const from = index * 240;
      hear(segment(`s${index}`, from + 2, from + 8, { videoRevision: 2 }));
      expect(live.sessions.get(sessionId(from))?.mergedInto).toBe(sessionId(from + 2));
      hear(segment(`s${index}`, from + 2, from + 8, { videoRevision: 3 }));
      hear(segment(`s${index}`, from - 2, from + 8, { videoRevision: 4 }));
      passTo(2 * 240 + 20);
      passTo(9 * day);
      expect(live.sessions.size).toBe(8);
    }
  });

  it('takes in what says nothing new about it: its facts are the latest', () => {
    const { hear } = bothWays(byNobody);
    hear(...shows(8, 240), film('1', 240 + 11.1), film('2', 480 + 11.1));
    hear(segment('s1', 240, 248, { videoRevision: 2 }), film('2', 480 + 11.1, { videoRevision: 2 }));
    hear(
      upload('u', 250),
      upload('u', 251, { videoRevision: 2 }),
      upload('old', -10 * day),
      upload('older', -11 * day),
    );
    hear(upload('old', -10 * day, { videoRevision: 2 }), upload('old', 255, { videoRevision: 3 }));
  });

  it('retires with all that retire at the same moment', () => {
    const { hear, passTo, live } = bothWays(byNobody);
    hear(...shows(9, 240, { status: 'TRANSCODED', transcodedTime: atMinute(3 * day) }));
    passTo(33 * day - 1);
    expect(live.sessions.size).toBe(9);
    passTo(33 * day);
    expect([live.sessions.size, live.states.size]).toEqual([0, 0]);
  });

  it.each([67, 68])('retires with its film of minute %i, which is in the record of the show after next', (minute) => {
    const { hear, passTo, live } = bothWays(byNobody);
    const later = { status: 'TRANSCODED', transcodedTime: atMinute(day) } as const;
    hear(segment('a', 0, 58), segment('b', 61.1, 62, later), film('b', 66, later), segment('c', 67, 97, later));
    hear(film('a', minute), ...[2, 3, 4, 5].map((hour) => segment(`s${hour}`, hour * 60, hour * 60 + 8, later)));
    expect(live.current.slice(0, 3).map((one) => one.composed.map(({ videoId }) => videoId).join())).toEqual([
      'film a',
      'film b',
      '',
    ]);
    passTo(30 * day + minute);
    expect(live.facts.map(({ videoId }) => videoId)).not.toContain('film a');
    expect(live.current).toHaveLength(6);
    passTo(32 * day);
    expect(live.states.size).toBe(0);
  });

  it('has the film of two shows later, where the one between has its own', () => {
    const { hear, live } = bothWays(byNobody);
    const short = Array.from({ length: 10 }, (_, index) => segment(`s${index}`, index * 5, index * 5 + 1));
    hear(...short);
    for (const index of [2, 5, 7]) {
      const own = film(`own ${index}`, index * 5 + 4.5);
      const late = film(`late ${index}`, index * 5 + 5.5);
      const ids = () => [index - 1, index].map((one) => live.current[one]?.composed.map(({ videoId }) => videoId));
      hear(own, late);
      expect(ids()).toEqual([[late.videoId], [own.videoId]]);
      hear({ ...late, status: 'TRANSCODING', videoRevision: 2 }, { ...late, status: 'TRANSCODED', videoRevision: 3 });
      hear({ ...own, status: 'FAILED', videoRevision: 2 });
      hear({ ...own, status: 'TRANSCODED', videoRevision: 3 }, { ...late, removed: true, videoRevision: 4 });
    }
  });
});

describe('an id that leads to a newer show, where nothing else is left of its time', () => {
  it('is kept with that show as soon as it is looked at, until it has served its time', () => {
    const live = new StreamUnderTest({ policy: byNobody }).hear(segment('a', 72, 80));
    const archive = new Archive(stream, () => null);
    const said = { startTime: atMinute(60), endTime: atMinute(72), digest: 1, compose: null, rules: null, live: null };
    const sessions = [{ ...said, mergedInto: atMinute(72), mergedAt: atMinute(90) }];
    const dueAt = atMinute(90) + 3 * dayMs;
    archive.put({ startMs: atMinute(60), state: { ...emptyState(stream), sessions, dueAt } });
    for (const [key, state] of archive.changes) if (state) live.states.set(key, state);
    if (live.state) live.states.set(streamKey, { ...live.state, archivedBefore: atMinute(72), archived: 1 });
    const pages = () =>
      [...live.states.keys()].flatMap((key) => (key.includes('/s/') ? [Number(key.split('/').at(-1))] : []));
    live.hear(upload('u', 61));
    expect(pages()).toEqual([atMinute(61)]);
    live.hear(upload('u', 75, { videoRevision: 2 }));
    expect([pages(), live.state?.archived]).toEqual([[], 0]);
    expect(live.state?.sessions.map(({ startTime }) => startTime)).toEqual([60, 72].map(atMinute));
    expectFound(live);
    live.passTo(90 + 3 * day - 1);
    expect(live.tombstones.size).toBe(0);
    live.passTo(90 + 3 * day);
    expect([...live.tombstones]).toEqual([[sessionId(60), 'merged']]);
    expect([pages(), live.state?.archived]).toEqual([[], 0]);
  });
});

describe('what we compose', () => {
  const byUs = policy({ composed: { compose: 'pipeline' }, maxActAgeSeconds: 99 * 86_400 });
  const product = (token: string, minute: number, change: Partial<StreamFact> = {}) =>
    film(token, minute, { composeJob: { token, state: 'ACKNOWLEDGED', errorCode: null }, ...change });
  const ready = { status: 'TRANSCODED' } as const;

  it.each([
    ['soon', 1, 12],
    ['while other shows are on the air', 5, 1],
    ['days later', 9 * 24, 1],
  ])('is archived with its show, whenever its film is told of: %s', (_, apart, minute) => {
    const { live, hear, passTo } = bothWays(byUs);
    for (const [index, one] of shows(8, 240, ready).entries()) {
      hear(one);
      passTo(index * 240 + 20);
    }
    const tokens = live.jobs.map(({ token }) => token);
    const told = (change: Partial<StreamFact>) =>
      tokens.map((token, index) => product(token, index * 240 + apart * 60 + minute, change));
    hear(...told({}));
    hear(...told({ status: 'TRANSCODED', videoRevision: 2 }).toReversed());
    expect(new Set(live.current.map(({ status }) => status))).toEqual(new Set(['READY']));
    passTo(60 * day);
    expect(live.states.size).toBe(0);
  });

  it.each([1, 7])(
    'goes with the first of its files where that is found %i days off: nothing is ordered again',
    (days) => {
      const { live, hear, passTo } = bothWays(byUs);
      const first = days * day + 500;
      hear(...shows(8, 240, ready), segment('broken', first - 4, first + 24, { status: 'FAILED' }));
      hear(segment('a', first, first + 30, ready));
      passTo(first + 100);
      const token = live.jobs.find(({ videoIds }) => videoIds.includes('a'))?.token ?? '';
      hear(product(token, first + 101), segment('before', first - 40, first - 6, ready));
      passTo(first + 200);
      hear(segment('a', 500, 530, { ...ready, videoRevision: 2 }));
      passTo(first + 9 * day);
      hear(product(token, first + 101, { status: 'TRANSCODED', videoRevision: 2 }));
      expect(live.sessions.get(sessionId(500))).toMatchObject({ status: 'READY', composition: { token } });
      const ordered = live.jobs.map(({ videoIds }) => videoIds.join(' ')).filter((ids) => !ids.startsWith('s'));
      expect(ordered).toEqual(['a', 'before a']);
    },
  );

  it('is ordered once, also where two containers of one cycle turn out to be days off, one after the other', () => {
    const { live, hear, passTo } = bothWays(byUs);
    const [mp4, m3u8] = [
      { ...ready, format: 'mp4' },
      { ...ready, format: 'm3u8' },
    ];
    hear(...shows(8, 240, ready), segment('a', 8 * day, 8 * day + 8, mp4), segment('A', 8 * day, 8 * day + 8, m3u8));
    passTo(9 * day);
    hear(segment('A', 500, 508, { ...m3u8, videoRevision: 2 }), segment('a', 500, 508, { ...mp4, videoRevision: 2 }));
    passTo(10 * day);
    // The second was alone for a moment: that could have been a show of its own.
    expect(live.jobs.map(({ videoIds }) => videoIds.join(' ')).slice(8)).toEqual(['A', 'a']);
    expect(live.sessions.get(sessionId(500))?.composition?.token).toBe(live.jobs[8]?.token);
  });

  it('takes in films that were heard of before, wherever they are: after a replay', () => {
    const asked = new StreamUnderTest({ policy: byUs }).hear(...shows(8, 240, ready)).passTo(2 * day);
    const tokenOf = (show: number) => asked.jobs.find(({ videoIds }) => videoIds.includes(`s${show}`))?.token ?? '';
    const job = (show: number) =>
      ({ composeJob: { token: tokenOf(show), state: 'ACKNOWLEDGED', errorCode: null } }) as const;
    const [live, whole] = [new StreamUnderTest({ policy: byUs }), new StreamUnderTest({ policy: byUs, alone: true })];
    // How often the same is said on the way may differ.
    const each = (happens: (one: StreamUnderTest) => void) => {
      for (const one of [live, whole]) happens(one);
      expectFound(live);
      expect(saidBy(live)).toEqual(saidBy(whole));
    };
    const hear = (...facts: readonly StreamFact[]) => each((one) => one.hear(...facts));
    const passTo = (minute: number) => each((one) => one.passTo(minute));
    hear(...shows(8, 240, ready), segment('last', 30 * day, 30 * day + 8, { ...ready, status: 'RECORDED' }));
    hear(
      segment('more', 40 * day, 40 * day + 8),
      segment('most', 41 * day, 41 * day + 8),
      film('of the cloud', 12 * day),
    );
    // One in the middle of another show's time, two of one job, and one alone in its time that is corrected.
    hear(film('1', 3 * 240 + 4, job(1)), film('2', 12 * day, job(2)), film('2 again', 2 * 240 + 12, job(2)));
    hear(
      film('3', 20 * day, job(3)),
      film('4', 20 * day, job(4)),
      film('3', 16 * day, { ...job(3), videoRevision: 2 }),
    );
    hear(film('2 again', 17 * day, { ...job(2), videoRevision: 2 }));
    passTo(10 * day);
    const films = (show: number) =>
      live.sessions.get(sessionId(show * 240))?.composed.map(({ videoId }) => videoId.replace('film ', ''));
    expect([0, 1, 2, 3, 4, 5].map(films)).toEqual([[], ['1'], ['2', '2 again'], ['3'], ['4'], []]);
    hear(film('2', 12 * day, { ...job(2), status: 'TRANSCODED', videoRevision: 2 }));
    expect([...live.states.keys()].filter((key) => key.includes('/p/'))).toEqual([]);
    passTo(99 * day);
    expect(live.states.size).toBe(0);
  });

  it('is remembered with the show that its show has become', () => {
    for (const index of [1, 3, 4, 5]) {
      const { live, hear, passTo } = bothWays(byUs);
      hear(...shows(8, 12, ready));
      passTo(8 * 12);
      const token = live.jobs[index + 1]?.token ?? '';
      const bridge = segment('bridge', index * 12 + 8, index * 12 + 9.5, ready);
      hear(bridge);
      passTo(8 * 12 + 1);
      hear(product(token, index * 12 + 40));
      hear({ ...bridge, removed: true, videoRevision: 2 });
      passTo(8 * 12 + 2);
      hear(product(token, index * 12 + 40, { status: 'TRANSCODED', videoRevision: 2 }));
      expect(live.sessions.get(sessionId(index * 12 + 12))?.status).toBe('READY');
      passTo(60 * day);
      expect(live.states.size).toBe(0);
    }
  });
});
