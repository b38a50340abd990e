/**
 * What is composed is paid for. A show is composed once, by the cloud or by us, and nothing that happens to what it has
 * become composes it or its neighbour again (docs/session-status.md, "Which composed video?" and "Composing by us").
 * Cycles of 20 minutes, three minutes of delay.
 */
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../processors/session/composition-parts.ts';
import type { Group } from '../../../processors/session/grouping.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { atMinute, composed, type PolicyChange, policy, StreamUnderTest, segment } from './stream.ts';

const cycle = { recording: { cycleSeconds: 1200 } };
const byUs: PolicyChange = { ...cycle, composed: { compose: 'pipeline' } };
const byCloud: PolicyChange = { ...cycle, composed: { compose: 'cloud' } };
const takeOver = (seconds: number): PolicyChange => ({ ...cycle, composed: { takeOverAfterSeconds: seconds } });

const ready = (minute: number) => ({ status: 'TRANSCODED', sourceReadyTime: atMinute(minute) }) as const;
const file = (id: string, from: number, to: number, change: Partial<StreamFact> = {}) =>
  segment(id, from, to, { ...ready(to), ...change });
const through = (minute: number) =>
  ({ status: 'TRANSCODED', sourceReadyTime: atMinute(minute), transcodedTime: atMinute(minute) }) as const;
const then = (fact: StreamFact, change: Partial<StreamFact>): StreamFact => ({
  ...fact,
  ...change,
  videoRevision: fact.videoRevision + 1,
});

type Told = readonly [minute: number, ...facts: readonly StreamFact[]];

/** Time passes in steps of a minute at most, as the facts come. */
function played(change: PolicyChange, ...history: readonly Told[]): StreamUnderTest {
  return playOn(new StreamUnderTest({ policy: policy(change), recode: true }), ...history);
}

function playOn(live: StreamUnderTest, ...history: readonly Told[]): StreamUnderTest {
  for (const [minute, ...facts] of history) {
    live.passTo(minute);
    for (const fact of facts) live.hearAt(fact, atMinute(minute));
  }
  return live;
}

const jobsOf = (live: StreamUnderTest) => live.jobs.map((job) => job.videoIds.join(' '));
const shown = (live: StreamUnderTest) =>
  live.current.map(({ segments, composed: films }) =>
    [segments, films].map((all) => all.map(({ videoId }) => videoId).join(' ')).join(' => '),
  );
const ours = (live: StreamUnderTest, at: number, change: Partial<StreamFact> = {}) =>
  composed('ours', at, {
    composeJob: { token: live.jobs[0]?.token ?? '', state: 'ACKNOWLEDGED', errorCode: null },
    ...change,
  });

describe('a changed policy doesn’t compose the archive', () => {
  const shows = [0, 60, 120, 180, 240].map((from): Told => [from + 8, file(`s${from}`, from, from + 8)]);

  it('what was left to the cloud stays so, also where composing was already overdue', () => {
    const live = played(byCloud, ...shows, [400]);
    expect(live.current.every(({ composeMissing }) => composeMissing)).toBe(true);
    live.use(policy(takeOver(3600)));
    playOn(live, [410, file('new', 400, 408)], [900]);
    expect(jobsOf(live)).toEqual(['new']);
  });

  it('and what was to be taken over when it ended is, though the policy has changed since', () => {
    const live = played(takeOver(3600), [8, file('a', 0, 8)], [20]).use(policy(byCloud));
    playOn(live, [70, file('b', 60, 68)], [900]);
    expect(jobsOf(live)).toEqual(['a']);
  });

  it('a session of a release that didn’t keep it has what the policy says', () => {
    const live = played(byCloud, [8, file('a', 0, 8)], [20]);
    for (const [key, state] of live.states) {
      const sessions = state.sessions.map((one) => ({ ...one, rules: one.rules && { ...one.rules, takeOver: null } }));
      live.states.set(key, { ...state, sessions });
    }
    playOn(live.use(policy(takeOver(1800))), [60]);
    expect(jobsOf(live)).toEqual(['a']);
  });
});

describe('a composed video that was composed keeps its place, whatever becomes of it', () => {
  const [film1, film2] = [composed('film1', 11.1), composed('film2', 14.1)];
  const [done1, done2] = [then(film1, through(13)), then(film2, through(17))];
  const history: readonly Told[] = [
    [8, file('a', 0, 8)],
    [11.1, film1],
    [14, file('b', 12, 14)],
    [14.1, film2],
    [30, done1, done2],
  ];

  it.each<[string, Partial<StreamFact>]>([
    ['deleted', { status: 'DELETED' }],
    ['blocked by a person', { status: 'FAILED' }],
    ['failed to be transcoded', { status: 'FAILED', transcodedTime: null }],
  ])('%s', (_, change) => {
    const live = played(takeOver(1800), ...history, [600, then(done1, change)], [900]);
    expect(shown(live)).toEqual(['a => film1', 'b => film2']);
    expect(live.current[1]?.status).toBe('READY');
    expect(jobsOf(live)).toEqual([]);
  });

  it('while one that failed to be composed gives way to its retry', () => {
    const failed = then(film1, { status: 'FAILED' });
    const live = played(byCloud, [8, file('a', 0, 8)], [11.2, failed], [14, file('b', 12, 14)], [14.1, film2]);
    expect(shown(live)).toEqual(['a => film1 film2', 'b => ']);
  });
});

describe('a session that we compose has no room for what the cloud begins', () => {
  it.each(['ANNOUNCED', 'TRANSCODED', 'DELETED'] as const)('ours %s: the next show keeps its own', (status) => {
    const live = played(takeOver(300), [8, file('p', 0, 8)], [16]);
    playOn(live, [16.5, ours(live, 16.5)], [17, file('a', 12, 17)], [17.1, composed('film', 17.1)]);
    playOn(live, [18, then(ours(live, 16.5), { ...ready(17.5), status })], [200]);
    expect(shown(live)).toEqual(['p => ours', 'a => film']);
    expect(jobsOf(live)).toEqual(['p']);
  });

  it('nor before ours is acknowledged', () => {
    const live = played(takeOver(300), [8, file('p', 0, 8)], [17, file('a', 12, 17)], [17.1, composed('film', 17.1)]);
    expect(shown(live.passTo(200))).toEqual(['p => ', 'a => film']);
    expect(jobsOf(live)).toEqual(['p']);
  });
});

describe('the same parts are composed once', () => {
  const whole = [file('a', 0, 20), file('b', 20, 28)];
  const late = (id: string, from: number, status: StreamFact['status']) => file(id, from, from + 1, { status });

  it.each<[string, readonly StreamFact[], readonly string[]]>([
    ['late ones can’t be used', [late('x', 29, 'FAILED'), late('y', 30, 'DELETED')], ['a b']],
    ['one is deleted', [then(file('b', 20, 28), { status: 'DELETED' })], ['a b']],
    ['all are', ['a', 'b'].map((id, i) => then(file(id, i * 20, 20 + i * 8), { status: 'DELETED' })), ['a b']],
    ['a late one can be used', [late('x', 29, 'TRANSCODED')], ['a b', 'a b x']],
    ['a late one lies between', [late('x', -2, 'TRANSCODED')], ['a b', 'x a b']],
  ])('%s', (_, facts, expected) => {
    const live = played(byUs, [28, ...whole], [40, ...facts], [300]);
    expect(jobsOf(live)).toEqual(expected);
    expect(live.only.composition?.token).toBe(live.jobs.at(-1)?.token);
  });

  it('where the files of a second container are heard of later than all time that we wait', () => {
    const [mp4, m3u8] = [{ format: 'mp4' }, { format: 'm3u8' }];
    const twice = played(byUs, [20, file('a', 0, 20, mp4), file('A', 0, 20, m3u8)], [31.1, file('b', 20, 28, mp4)]);
    expect(jobsOf(playOn(twice, [32.1, file('B', 20, 28, m3u8)], [300]))).toEqual(['a b']);
    // The format that is preferred comes second, and so changes which files would be chosen.
    const second = played(byUs, [31.1, file('a', 0, 8, mp4)], [32, file('A', 0, 8, m3u8)], [300]);
    expect(jobsOf(second)).toEqual(['a']);
  });

  it('where a file of one container failed, and that of the other is heard of later', () => {
    const [mp4, m3u8] = [{ format: 'mp4' }, { format: 'm3u8' }];
    const failed = file('b', 20, 28, { ...mp4, status: 'FAILED' });
    const both: Told = [20, file('a', 0, 20, mp4), file('A', 0, 20, m3u8)];
    const late = played(byUs, both, [28.1, failed], [32, file('B', 20, 28, m3u8)], [300]);
    expect(jobsOf(late)).toEqual(['A B']);
    // It never comes, or failed as well: there is no more of it.
    const lost = played(byUs, both, [28.1, failed], [60]);
    expect(jobsOf(lost)).toEqual([]);
    expect(jobsOf(playOn(lost, [61], [300]))).toEqual(['A']);
    const gone = played(byUs, both, [28.1, failed, file('B', 20, 28, { ...m3u8, status: 'FAILED' })], [32]);
    expect(jobsOf(gone)).toEqual(['A']);
    // Where there is one container, or another file of that cycle, nothing is waited for.
    const one = played(byUs, [20, file('a', 0, 20, mp4)], [28.1, failed], [32]);
    expect(jobsOf(one)).toEqual(['a']);
    const other = played(byUs, both, [28.1, file('B', 20, 28, m3u8)], [32]);
    expect(jobsOf(other)).toEqual(['A B']);
  });

  it('in the files of one cycle where another failed, it is what is left', () => {
    const live = played(byUs, [28, file('a', 0, 20, { status: 'FAILED' }), file('b', 20, 28)], [40]);
    expect(jobsOf(live)).toEqual(['b']);
    // It is there after all: that time isn't composed yet.
    expect(jobsOf(playOn(live, [41, then(file('a', 0, 20), {})], [300]))).toEqual(['b', 'a b']);
  });

  it('two sessions that turn out to be one are composed together', () => {
    const live = played(byUs, [8, file('a', 0, 8)], [20, file('c', 12, 17)], [40], [41, file('b', 8, 12)], [300]);
    expect(jobsOf(live)).toEqual(['a', 'c', 'a b c']);
  });

  it('a late file of another encoder, within the time of those that were composed', () => {
    const [second, m3u8] = [1 / 60, { format: 'm3u8' }];
    const ordered = (gap: number, from: number, to: number) => {
      const parts = [file('a', 0, 20), file('b', 20 + gap, 28), file('c', 30, 31)];
      const live = played(byUs, [31, ...parts], [60, file('late', from, to, m3u8)], [300]);
      return jobsOf(live).length;
    };
    // It goes on from one file to the next, to the two seconds that times are exact to.
    expect([ordered(0, 5, 25), ordered(2 * second, 5, 25), ordered(3 * second, 5, 25)]).toEqual([1, 1, 2]);
    expect([ordered(0, -2 * second, 15), ordered(0, -3 * second, 15)]).toEqual([1, 2]);
    expect([ordered(0, 15, 28 + 2 * second), ordered(0, 15, 28 + 3 * second)]).toEqual([1, 2]);
  });

  it('of several compositions that of just these files counts, else the youngest of all their time', () => {
    const [mp4, m3u8] = [{ format: 'mp4' }, { format: 'm3u8' }];
    const live = played(byUs, [28, file('a', 0, 20, mp4), file('b', 20, 28, mp4)], [40]);
    const middle = file('middle', 28, 29, mp4);
    playOn(live, [41, middle], [60], [61, then(middle, { status: 'DELETED' })], [62]);
    expect(jobsOf(live)).toEqual(['a b', 'a b middle']);
    expect(live.only.composition?.token).toBe(live.jobs[0]?.token);
    playOn(live, [63, file('A', 0, 20, m3u8), file('B', 20, 28, m3u8)], [300]);
    expect(jobsOf(live)).toHaveLength(2);
    expect(live.only.composition?.token).toBe(live.jobs[1]?.token);
  });

  it('an entry of an earlier release told no more than the token, of all segments', () => {
    const live = played(byUs, [28, ...whole], [40]);
    const named = (ids: readonly string[]) => {
      const token = tokenOf({ segments: ids.map((id) => ({ video: { videoId: id } })) } as unknown as Group, 0);
      for (const [key, state] of live.states)
        live.states.set(key, {
          ...state,
          compositions: state.compositions.map((one) => ({ ...one, token, files: [] })),
        });
      return token;
    };
    named(['a', 'b']);
    playOn(live, [41, late('x', 29, 'FAILED')], [100]);
    expect([jobsOf(live), live.only.composition?.token]).toEqual([['a b'], live.jobs[0]?.token]);
    const token = named(['a', 'b', 'x']);
    playOn(live, [101, then(late('x', 29, 'FAILED'), {})], [300]);
    expect([jobsOf(live), live.only.composition?.token]).toEqual([['a b'], token]);
  });

  it.each([1, 600, 5 * 24 * 60])(
    'and stays where it is, and orders nothing, if its file is of %i minutes later',
    (minutes) => {
      for (const alone of [false, true]) {
        const live = new StreamUnderTest({ policy: policy({ ...byUs, maxActAgeSeconds: 99 * 86_400 }), alone });
        playOn(
          live,
          [28, file('a', 0, 8)],
          ...[60, 120, 180, 240].map((at): Told => [at + 8, file(`s${at}`, at, at + 8)]),
        );
        for (const [key, state] of live.states)
          live.states.set(key, { ...state, compositions: state.compositions.map((one) => ({ ...one, files: [] })) });
        playOn(live, [300, { ...file('a', minutes, minutes + 8), videoRevision: 2 }], [9 * 24 * 60]);
        expect(jobsOf(live)).toEqual(['a', 's60', 's120', 's180', 's240']);
      }
    },
  );

  it('a show is composed however many younger ones have been, and a file of a moment as any', () => {
    const shows = Array.from({ length: 12 }, (_, index) => file(`s${index}`, index * 60, index * 60 + (index && 8)));
    const live = new StreamUnderTest({ policy: policy(byUs), alone: true });
    for (const [index, show] of shows.toReversed().entries()) playOn(live, [900 + index, show]);
    expect(jobsOf(live)).toEqual(shows.map(({ videoId }) => videoId).toReversed());
    expect(live.current.every(({ composition }) => composition !== null)).toBe(true);
  });

  it('files in the order of their starts, one without a start before the cycle that starts when it ends', () => {
    const [seconds, lost] = [1 / 60, { recording: { startTime: atMinute(-480), endTime: atMinute(20) } }];
    const nested = [file('z', 0, 20), file('b', 5, 15), file('c', 20, 28)];
    expect(jobsOf(played(byUs, [28, ...nested], [300]))).toEqual(['z b c']);
    const starts = (ms: number) => jobsOf(played(byUs, [28, file('z', 0, 20, lost), file('b', 20 - ms, 28)], [300]));
    expect([starts(0), starts(2 * seconds), starts(5 * seconds)]).toEqual([['z b'], ['z b'], ['b z']]);
  });
});

describe('what the cloud composes isn’t composed by us', () => {
  it('pipeline, and the cloud has composed it before its end was certain', () => {
    const live = played(byUs, [20, file('a', 0, 20)], [28, file('b', 20, 28)], [28.1, composed('film', 28.1)], [300]);
    expect(jobsOf(live)).toEqual([]);
    expect(live.only).toMatchObject({ composedSurplus: false, composition: null });
  });

  it('nor where it began after that, as long as we waited for a source', () => {
    const [a, b] = [file('a', 0, 20), segment('b', 20, 28)];
    const live = played(byUs, [28, a, b], [33, composed('film', 33)], [35, then(b, ready(35))], [300]);
    expect([jobsOf(live), shown(live)]).toEqual([[], ['a b => film']]);
  });

  it('where it does so after us, a mark says that there are two', () => {
    const live = played(byUs, [20, file('a', 0, 20)], [28, file('b', 20, 28)], [31]);
    playOn(live, [31.1, composed('film', 31.1)], [32, ours(live, 31.5)], [300]);
    expect(jobsOf(live)).toEqual(['a b']);
    expect(live.only).toMatchObject({ composedSurplus: true });
  });

  it('a composed video in mid-show may be that of the show before: nothing is composed of what is still running', () => {
    const live = played(byUs, [8, file('old', 0, 8)], [32, file('a', 12, 32)], [35.2, composed('late', 35.2)], [36]);
    expect(jobsOf(live)).toEqual(['old']);
    playOn(live, [52, file('b', 32, 52)], [60, file('c', 52, 60)], [300]);
    expect(jobsOf(live)).toEqual(['old', 'a b c']);
  });
});

describe('what a session is once we compose it', () => {
  it('is said with the command: it isn’t missing any more', () => {
    const live = played(takeOver(300), [8, file('a', 0, 8, { ...ready(8), status: 'TRANSCODED' })], [15.9]);
    expect(live.only).toMatchObject({ status: 'ENDED', composeMissing: false });
    const commanded = playOn(live, [16]).emissions.slice(-2);
    expect(new Set(commanded.map(({ topic }) => topic))).toEqual(new Set(['compose-jobs', 'session-state']));
    expect(live.only).toMatchObject({ status: 'COMPOSING', composeMissing: false, composition: { state: 'PLANNED' } });
  });

  it.each<[string, readonly StreamFact[], string]>([
    ['ours failed, and there is no other', [], 'PARTIAL'],
    ['the cloud’s is there', [composed('film', 17, through(18))], 'READY'],
    ['the cloud’s two are there', ['x', 'y'].map((id) => composed(id, 17, through(18))), 'READY'],
    ['the cloud’s is on its way', [composed('film', 17)], 'COMPOSING'],
  ])('%s', (_, films, status) => {
    const live = played(takeOver(300), [8, file('a', 0, 8, { ...ready(8), status: 'TRANSCODED' })], [17, ...films]);
    playOn(live, [19, ours(live, 16.5, { status: 'FAILED' })], [20]);
    expect(live.only.status).toBe(status);
  });
});

describe('a composed video of which nothing tells when it began', () => {
  // Its EventTime lay in the future, so it counts for none.
  const unplaced = composed('film', 0, { composeStartTime: null });

  it('holds back what would be composed because the cloud seems late: it may be just that', () => {
    const live = played(takeOver(600), [8, file('a', 0, 8)], [11.1, unplaced], [23]);
    expect(live.only).toMatchObject({ composeMissing: true, composition: null });
    playOn(live, [24, then(unplaced, ready(24))], [300]);
    expect([shown(live), jobsOf(live)]).toEqual([['a => film'], []]);
  });

  const unknown = { token: 'lvc-1-0', state: 'IN_DOUBT', errorCode: null } as const;
  it.each<[string, StreamFact]>([
    ['one of which that is known', composed('film', -100)],
    ['what became of a job of ours', { ...unplaced, composeJob: unknown }],
    ['one that turned out to be of another stream', { ...unplaced, removed: true }],
    ['an upload', { ...unplaced, kind: 'UPLOAD' }],
  ])('but %s holds back nothing', (_, fact) => {
    expect(jobsOf(played(takeOver(600), [8, file('a', 0, 8)], [11.1, fact], [30]))).toEqual(['a']);
  });

  it('until it fails', () => {
    const live = played(takeOver(600), [8, file('a', 0, 8)], [11.1, unplaced], [30]);
    expect(jobsOf(live)).toEqual([]);
    expect(jobsOf(playOn(live, [31, then(unplaced, { status: 'FAILED' })]))).toEqual(['a']);
  });

  it('also what is archived already', () => {
    const shows = [0, 12, 24, 36, 48].map((from): Told => [from + 8, file(`s${from}`, from, from + 8)]);
    expect(jobsOf(played(takeOver(7200), ...shows, [57, unplaced], [600]))).toEqual([]);
    expect(jobsOf(played(takeOver(7200), ...shows, [600]))).toHaveLength(5);
  });

  it('and nothing that is ours by the policy', () => {
    expect(jobsOf(played(byUs, [8, file('a', 0, 8)], [11.1, unplaced], [23]))).toEqual(['a']);
  });
});

describe('a time that can’t be true', () => {
  // Its start is told as eight hours before.
  const wrong = (id: string, to: number, change: Partial<StreamFact> = {}) => file(id, to - 20 - 480, to, change);

  it('doesn’t make the last segment a short one, and no file is left out', () => {
    const first = wrong('a', 20);
    const live = played(byUs, [20, first], [27]);
    expect([live.only.status, jobsOf(live)]).toEqual(['RECORDING', []]);
    playOn(live, [40, file('b', 20, 40)], [48, file('c', 40, 48)], [300]);
    expect(jobsOf(live)).toEqual(['a b c']);
    expect(live.only.timesBounded).toBe(true);
  });

  it('whatever the ids are, and also where the length of the file tells when it began', () => {
    const rest: readonly Told[] = [[40, file('b', 20, 40)], [48, file('c', 40, 48)], [300]];
    const later = played(byUs, [20, wrong('z', 20)], ...rest);
    expect(jobsOf(later)).toEqual(['z b c']);
    const known = played(byUs, [20, wrong('z', 20, { durationSeconds: 1200 })], ...rest);
    expect(jobsOf(known)).toEqual(['z b c']);
  });

  it('and is corrected: the same files are composed once, whichever way round they seemed to be', () => {
    const files = [wrong('z', 20), file('b', 20, 40), file('c', 40, 48)];
    const live = played(byUs, [48, ...files], [300]);
    playOn(live, [301, then(wrong('z', 20), { durationSeconds: 1200 })], [310]);
    playOn(live, [311, { ...file('z', 0, 20), videoRevision: 3 }], [320]);
    playOn(live, [321, { ...file('z', 24, 39), videoRevision: 4 }], [700]);
    expect(jobsOf(live)).toEqual(['z b c']);
    expect(live.only.composition?.token).toBe(live.jobs[0]?.token);
  });
});
