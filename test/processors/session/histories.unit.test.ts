/**
 * Worked histories, one for each thing that a session must not do. Minutes of one day; a composed video is a film here.
 * What is expected is taken from docs/session-status.md and docs/policies.md.
 */
import { describe, expect, it } from 'vitest';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { bookOf } from '../run-topology.ts';
import { atMinute, composed, dayMs, minuteMs, policy, StreamUnderTest, segment, sessionId, stream } from './stream.ts';

const ready = (minute: number) => ({ status: 'TRANSCODED', sourceReadyTime: atMinute(minute) }) as const;
const done = (minute: number): Partial<StreamFact> => ({ status: 'TRANSCODED', transcodedTime: atMinute(minute) });
const day = dayMs / minuteMs;

/** Segments one after another, each told of when it ends. */
function show(live: StreamUnderTest, cycleMinutes: number, count: number, tailMinutes: number): StreamUnderTest {
  for (let index = 0; index < count; index += 1) {
    const from = index * cycleMinutes;
    const to = from + (index === count - 1 ? tailMinutes : cycleMinutes);
    live.passTo(to).hearAt(segment(`s${String(index).padStart(3, '0')}`, from, to, ready(to)), atMinute(to + 0.1));
  }
  return live;
}

const withPolicies = (input: Parameters<typeof bookOf>[0]) =>
  new StreamUnderTest({ policy: bookOf(input).policyFor(stream) });
const shown = (live: StreamUnderTest) =>
  live.current.map(({ status, segments, composed: films }) => [
    status,
    segments.map((one) => one.videoId).join(' '),
    films.map((one) => one.videoId).join(' '),
  ]);

describe('nothing composes unless a policy says so', () => {
  // More cycles than the cloud composes were ordered from the cloud again, whatever the policy said.
  it('a show of 41 cycles without any policy orders nothing: a mark says that the cloud composes no more than 40', () => {
    const live = show(withPolicies([]), 30, 41, 8).passTo(1300);
    expect(live.jobs).toEqual([]);
    expect(live.only.segmentLimitExceeded).toBe(true);
  });

  it('nor does a channel that never ends, with or without a policy that composes', () => {
    for (const input of [[], [{ composed: { compose: 'pipeline' as const } }]]) {
      const live = show(withPolicies(input), 5, 700, 5);
      expect(live.jobs).toEqual([]);
    }
  });

  it('the cloud is taken over from only where the policy says after how long', () => {
    const cloud = withPolicies([{ composed: { compose: 'cloud' } }]);
    expect(show(cloud, 60, 2, 8).passTo(200).jobs).toEqual([]);
    const taken = withPolicies([{ composed: { compose: 'cloud', takeOverAfterSeconds: 600 } }]);
    expect(show(taken, 60, 2, 8).passTo(200).jobs).toHaveLength(1);
  });
});

describe('a session is composed when its end is certain, and as a whole', () => {
  // Each cycle looked short beside a default that nobody had said: it was composed 1, 2, ... 8 times, and the whole never.
  it('cycles of 20 minutes, and nobody said how long they are: one composition of all nine', () => {
    const live = show(withPolicies([{ composed: { compose: 'pipeline' } }]), 20, 9, 8).passTo(400);
    expect(live.jobs.map((job) => job.videoIds.length)).toEqual([9]);
  });

  it('cycles longer than anybody said', () => {
    const said = { cycleSeconds: 1200 };
    const live = show(withPolicies([{ recording: said, composed: { compose: 'pipeline' } }]), 60, 4, 8).passTo(900);
    expect(live.jobs.map((job) => job.videoIds.length)).toEqual([4]);
  });

  it('a single recording, and nobody said how long a cycle is: it may go on, until a whole cycle has passed', () => {
    const live = show(withPolicies([{ composed: { compose: 'pipeline' } }]), 20, 1, 20).passTo(20 + 3 + 60 + 4);
    expect(live.jobs).toEqual([]);
    expect(live.passTo(20 + 3 + 60 + 5).jobs).toHaveLength(1);
  });

  it('a tail shorter than the cycle that the recordings show ends it at once', () => {
    const live = show(withPolicies([{ composed: { compose: 'pipeline' } }]), 20, 3, 8).passTo(40 + 8 + 3);
    expect(live.jobs.map((job) => job.videoIds.length)).toEqual([3]);
  });
});

describe('a film that failed or was deleted gives way', () => {
  // It kept its place, so that the retry went to the session before, hours ago.
  it.each(['FAILED', 'DELETED'] as const)('%s: the retry is of the same show, and makes it ready', (status) => {
    const live = new StreamUnderTest().hear(segment('old', 0, 8), segment('a', 120, 128));
    live.hear(composed('film1', 131.1, { status }), composed('film2', 140, done(150)));
    expect(shown(live.passTo(200))).toEqual([
      ['ENDED', 'old', ''],
      ['READY', 'a', 'film1 film2'],
    ]);
  });

  it('however it is known: the retry is there before the first one fails', () => {
    const live = new StreamUnderTest().hear(segment('old', 0, 8), segment('a', 120, 128), composed('film1', 131.1));
    live.hear(composed('film2', 140, done(150)), composed('film1', 131.1, { status: 'FAILED', videoRevision: 2 }));
    expect(shown(live.passTo(200)).at(-1)).toEqual(['READY', 'a', 'film1 film2']);
  });

  it('two compositions of one session in one container stay with it, whatever was recorded', () => {
    const m3u8 = { format: 'm3u8' };
    for (const twice of [false, true]) {
      const live = new StreamUnderTest().hear(segment('old', 0, 8), segment('a', 120, 128, m3u8));
      if (twice) live.hear(segment('A', 120, 128, m3u8));
      live.hear(
        composed('raw', 131.1, { ...m3u8, ...done(140) }),
        composed('transcoded', 131.2, { ...m3u8, ...done(141) }),
      );
      expect(live.passTo(200).current.map((session) => session.composed.map((one) => one.videoId))).toEqual([
        [],
        ['raw', 'transcoded'],
      ]);
      expect(live.current[1]).toMatchObject({ status: 'READY', composedSurplus: !twice });
    }
  });

  it('a second film where the one before fell due just now and has none is that one’s', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8), segment('b', 12, 13));
    live.hear(composed('late', 16.2), composed('prompt', 16.1));
    expect(live.current.map((session) => session.composed.map((one) => one.videoId))).toEqual([['late'], ['prompt']]);
  });
});

describe('a finished show stays what it was', () => {
  // The gap was shorter than the delay, so both were one session, with the second film.
  it('a stop by command and a re-push within the delay: the compose start in the gap ends the session there', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8), composed('film1', 8.1, done(15)));
    expect(shown(live)).toEqual([['READY', 'a', 'film1']]);
    live.hear(segment('b', 9, 20), composed('film2', 20.1));
    expect(shown(live)).toEqual([
      ['READY', 'a', 'film1'],
      ['COMPOSING', 'b', 'film2'],
    ]);
    const other = new StreamUnderTest().hear(composed('film2', 20.1), segment('b', 9, 20), segment('a', 0, 8));
    expect(shown(other.hear(composed('film1', 8.1, done(15))))).toEqual(shown(live));
  });

  it('but not one of the session before, which fell due in that gap', () => {
    const live = new StreamUnderTest().hear(segment('x', 0, 8), segment('a', 11.05, 11.08), segment('b', 12, 20));
    live.hear(composed('of x', 11.1), composed('of both', 23.1));
    expect(shown(live)).toEqual([
      ['COMPOSING', 'x', 'of x'],
      ['COMPOSING', 'a b', 'of both'],
    ]);
  });

  it('nor one that began between two cycles without a gap', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), segment('b', 30 + 1 / 60, 38), composed('film', 30));
    expect(live.only.segments).toHaveLength(2);
  });

  it('a longer delay joins nothing that has closed, a shorter one divides nothing', () => {
    const ways: [number, number, number][] = [
      [180, 600, 2],
      [600, 180, 1],
    ];
    for (const [before, after, sessions] of ways) {
      const by = (disconnectDelaySeconds: number) =>
        policy({ recording: { disconnectDelaySeconds }, composed: { compose: 'pipeline' } });
      const live = new StreamUnderTest({ policy: by(before) });
      live.hear(segment('a', 0, 8, ready(9)), segment('b', 13, 20, ready(21))).passTo(100);
      expect(live.current).toHaveLength(sessions);
      const [said, jobs] = [shown(live), live.jobs.length];
      live
        .use(by(after))
        .hear(segment('b', 13, 20, { ...ready(21), videoRevision: 2 }))
        .passTo(300);
      live.hear(segment('z', 400, 408)).passTo(420);
      expect(shown(live).slice(0, sessions)).toEqual(said);
      expect(live.jobs).toHaveLength(jobs);
    }
  });

  it('a longer cycle or silence reopens nothing', () => {
    const live = new StreamUnderTest({ policy: policy({ silentAfterSeconds: 600 }) });
    live.hear(segment('a', 0, 20, done(25))).passTo(60);
    expect(live.only).toMatchObject({ status: 'PARTIAL', composeMissing: true });
    live.use(policy({ silentAfterSeconds: 86_400, recording: { cycleSeconds: 1200, graceSeconds: 86_400 } }));
    live.hear(segment('a', 0, 20, { ...done(25), videoRevision: 2 })).passTo(61);
    expect(live.only).toMatchObject({ status: 'PARTIAL', composeMissing: true, endTime: atMinute(20) });
  });
});

describe('without a policy the cloud’s defaults hold', () => {
  // A composed video was expected of everybody, and nobody had asked for one.
  it('practice 1: every segment transcoded, nothing composed, is ready', () => {
    const live = withPolicies([]).hear(segment('a', 0, 60, done(70)), segment('b', 60, 68, done(75)));
    expect(live.passTo(300).only).toMatchObject({ status: 'READY', composeExpected: false, composeMissing: false });
  });

  it('a film that comes all the same is the session’s', () => {
    const live = withPolicies([]).hear(segment('a', 0, 60, done(70)), segment('b', 60, 68), composed('film', 71.2));
    expect(live.only).toMatchObject({ status: 'COMPOSING', composed: [{ videoId: 'film' }] });
  });
});

describe('a time that cannot be true', () => {
  const never = Date.UTC(9999, 0, 1);
  const next = [segment('b', 60, 68), segment('c', 300, 308)];

  // One RecordEndTime in 9999 made every later segment a part of that session.
  it.each<[string, StreamFact['recording']]>([
    ['an end after its own callback', { startTime: atMinute(0), endTime: never }],
    ['a start after its own callback', { startTime: never, endTime: atMinute(8) }],
    ['a start decades ago', { startTime: 1000, endTime: atMinute(8) }],
    ['an end decades ago', { startTime: atMinute(0), endTime: 1000 }],
    ['both after its own callback', { startTime: never, endTime: never }],
  ])('in a recording, %s: the others are sessions of their own, and a mark says so', (_what, recording) => {
    const odd = segment('a', 0, 8, { recording, durationSeconds: 480 });
    for (const facts of [
      [odd, ...next],
      [...next, odd],
    ]) {
      const live = new StreamUnderTest().hear(...facts).passTo(400);
      expect(live.current.map((session) => [session.segments.length, session.timesBounded])).toEqual([
        [1, true],
        [1, false],
        [1, false],
      ]);
      const length = (live.current[0]?.endTime ?? 0) - (live.current[0]?.startTime ?? 0);
      expect(length).toBeGreaterThanOrEqual(0);
      expect(length).toBeLessThanOrEqual(10 * minuteMs);
    }
  });

  it('in one video, far in the future: the session settles and retires like any other', () => {
    const notComposed = policy({ composed: { compose: 'none' } });
    const live = new StreamUnderTest({ policy: notComposed });
    live.hear(segment('a', 0, 8, { ...done(12), transcodedTime: never }), segment('b', 8, 10, done(12)), ...next);
    expect(live.passTo(9 * day).sessions.get(sessionId(0))).toMatchObject({ settled: true });
    live.passTo(31 * day);
    expect(live.sessions.size).toBe(0);
    expect(live.states.size).toBe(0);
  });
});

describe('what is too old', () => {
  it('is left out with a reason of its own, and retentionDays decides what that is', () => {
    const year = 365 * day;
    const live = new StreamUnderTest().hearAt(segment('a', 0, 8), atMinute(year));
    expect(live.drops).toEqual(['older-than-retention']);
    const patient = new StreamUnderTest({ policy: policy({ retentionDays: 400 }) });
    expect(patient.hearAt(segment('a', 0, 8), atMinute(year)).current).toHaveLength(1);
  });
});
