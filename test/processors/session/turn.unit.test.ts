/**
 * One look at a part of a stream's history: what it says, lets go of and waits for, to the millisecond. All shows are of
 * eight minutes, with a told cycle of 30 and a delay of three, so they are over at minute 11 of their own.
 */
import { describe, expect, it } from 'vitest';
import { dueAt } from '../../../processors/session/due.ts';
import { inOrder, videoOf } from '../../../processors/session/facts.ts';
import type { Judged, Span, Turned } from '../../../processors/session/span.ts';
import { turn } from '../../../processors/session/turn.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { Composition, EmittedSession } from '../../../schemas/generated/StreamState.ts';
import { atMinute, composed, dayMs, minuteMs, type PolicyChange, rules, segment, sessionId, stream } from './stream.ts';

const everything: Judged = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
/** What a show says last is its callback, four seconds after its end. */
const callbackMs = 4000;
const day = dayMs / minuteMs;
const retention = 30 * dayMs;
const byNobody: PolicyChange = { composed: { compose: 'none' } };
const byUs: PolicyChange = { composed: { compose: 'pipeline' } };

const placed = { composesUnplaced: false, isOrdered: () => false };

function look(
  facts: readonly StreamFact[],
  clockMs: number,
  change: Partial<Span> = {},
  of = byNobody,
  judged = everything,
) {
  const videos = facts.map(videoOf).toSorted(inOrder);
  const span: Span = {
    stream,
    revision: 0,
    clock: clockMs,
    videos,
    sessions: [],
    compositions: [],
    ...placed,
    ...change,
  };
  return turn(span, rules(of), clockMs, judged);
}

const again = (before: Turned, clockMs: number, judged = everything, of = byNobody) =>
  turn({ ...before, ...placed, clock: clockMs }, rules(of), clockMs, judged);
const due = (turned: Turned, of = byNobody, judged = everything) => dueAt(turned, rules(of), judged);
const keysOf = ({ emit }: Turned) => emit.filter(({ value }) => value !== null).map(({ key }) => key);
const deletedBy = ({ emit }: Turned) =>
  emit.flatMap(({ key, value, headers }) => (value === null ? [[key, headers?.reason]] : []));
const startsOf = ({ sessions }: Turned) => sessions.map(({ startTime }) => startTime);
const idsOf = (videos: readonly { readonly videoId: string }[]) => videos.map(({ videoId }) => videoId);

const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(1) } as const;
const [a, b, c] = [segment('a', 0, 8), segment('b', 60, 68), segment('c', 120, 128)];
const upload = (id: string, minute: number) =>
  segment(id, 0, 0, { kind: 'UPLOAD', recording: null, recordedTime: atMinute(minute) });
const middle: Judged = { fromMs: atMinute(60), toMs: atMinute(120) };

const composition = (minute: number, change: Partial<Composition> = {}): Composition => ({
  ...{ sessionStart: atMinute(minute), token: `lvc-${minute}-0`, generation: 0, reason: 'POLICY', state: 'PLANNED' },
  ...{ plannedAt: atMinute(minute), mediaId: null, errorCode: null, files: [] },
  ...change,
});
const emitted = (minute: number, change: Partial<EmittedSession> = {}): EmittedSession => ({
  ...{ startTime: atMinute(minute), endTime: atMinute(minute + 8), digest: 1, compose: null, rules: null },
  ...{ mergedInto: null, mergedAt: null, live: null },
  ...change,
});

describe('what is judged, of three shows the second', () => {
  it('alone is spoken of, and stands among the others by time', () => {
    const first = look([a, b, c], atMinute(200), {}, byNobody, middle);
    expect(keysOf(first)).toEqual([sessionId(60)]);
    expect(startsOf(first)).toEqual([atMinute(60)]);
    const said = [emitted(0), emitted(120)];
    expect(startsOf(look([a, b, c], atMinute(200), { sessions: said }, byNobody, middle))).toEqual(
      [0, 60, 120].map(atMinute),
    );
    expect(first.current.map(({ group }) => group.startMs)).toEqual([0, 60, 120].map(atMinute));
  });

  it('alone is composed', () => {
    const shows = [a, b, c].map((one) => ({ ...one, ...ready }));
    const jobs = look(shows, atMinute(200), {}, byUs, middle).emit.filter(({ topic }) => topic === 'compose-jobs');
    expect(jobs.map(({ value }) => (value as { videoIds: string[] }).videoIds)).toEqual([['b']]);
  });

  it('alone retires, with what was said of it and its facts', () => {
    const said = look([a, b, c, composed('film', 71.1)], atMinute(200));
    const old = again(said, atMinute(400) + retention, middle);
    expect(deletedBy(old)).toEqual([[sessionId(60), 'retired']]);
    expect(idsOf(old.videos)).toEqual(['a', 'c']);
    expect(startsOf(old)).toEqual([0, 120].map(atMinute));
    expect(old.current.map(({ group }) => group.startMs)).toEqual([0, 120].map(atMinute));
    expect(keysOf(old)).toEqual([]);
  });

  it('facts without a session are let go from its start to before the next one’s', () => {
    const loose = [59, 60, 119, 120].map((minute) => upload(`u${minute}`, minute));
    const old = look(loose, atMinute(10 * day), {}, byNobody, middle);
    expect(idsOf(old.videos)).toEqual(['u59', 'u120']);
    expect(idsOf(old.loose)).toEqual(['u59', 'u120']);
  });
});

describe('what is as before', () => {
  const open = look([segment('a', 0, 30)], atMinute(31));

  it('stays the very entry that it was, so that its record isn’t written again', () => {
    const planned = composition(0, { state: 'ACKNOWLEDGED', mediaId: 'film' });
    const composeJob = { token: planned.token, state: 'ACKNOWLEDGED', errorCode: null } as const;
    const facts = [a, b, composed('film', 12, { composeJob, status: 'ANNOUNCED' })];
    const said = [emitted(9, { mergedInto: atMinute(0), mergedAt: atMinute(12) })];
    const first = look(facts, atMinute(200), { compositions: [planned], sessions: said });
    const second = again(first, atMinute(201));
    expect(second.sessions).toHaveLength(3);
    for (const [index, one] of second.sessions.entries()) expect(one).toBe(first.sessions[index]);
    expect(second.compositions[0]).toBe(planned);
    expect(second.emit).toEqual([]);
  });

  it.each([
    ['endTime', { endTime: atMinute(29) }],
    ['digest', { digest: 1 }],
    ['compose', { compose: 'CLOUD' }],
    ['mergedInto', { mergedInto: atMinute(60) }],
    ['mergedAt', { mergedAt: 5 }],
    ['rules', { rules: null }],
    ['rules', { rules: { ...rules(byNobody), graceMs: 1, takeOver: false } }],
  ] as const)('is another entry where its %s was another', (_, change) => {
    const [entry] = open.sessions;
    if (!entry) throw new Error('no entry');
    const closed = 'compose' in change ? atMinute(300) : atMinute(31);
    const first = again(open, closed).sessions[0];
    const before = { ...(first ?? entry), ...change };
    const [now] = again({ ...open, sessions: [before] }, closed).sessions;
    expect(now).not.toBe(before);
  });

  it('an entry of the ledger is another where its outcome is', () => {
    const planned = composition(0);
    const composeJob = { token: planned.token, state: 'ACKNOWLEDGED', errorCode: null } as const;
    const facts = [a, composed('film', 12, { composeJob, status: 'ANNOUNCED' })];
    for (const change of [{}, { state: 'ACKNOWLEDGED' }, { mediaId: 'film' }, { errorCode: 'X' }] as const) {
      const { compositions } = look(facts, atMinute(20), { compositions: [{ ...planned, ...change }] });
      expect(compositions).toEqual([{ ...planned, state: 'ACKNOWLEDGED', mediaId: 'film' }]);
    }
  });
});

describe('what has retired', () => {
  it('does so when its retention is over, not before, and is deleted once', () => {
    const end = atMinute(8) + callbackMs + retention;
    const said = look([a], atMinute(12));
    expect(deletedBy(again(said, end - 1))).toEqual([]);
    expect(deletedBy(again(said, end))).toEqual([[sessionId(0), 'retired']]);
    expect(again(said, end)).toMatchObject({ videos: [], sessions: [], current: [] });
  });

  it('is no session that another id leads to', () => {
    const said = look([a], atMinute(12), {
      sessions: [emitted(4, { mergedInto: atMinute(0), mergedAt: atMinute(9) })],
    });
    expect(startsOf(said)).toEqual([0, 4].map(atMinute));
    const old = again(said, atMinute(9) + retention);
    expect(deletedBy(old).toSorted()).toEqual([
      [sessionId(0), 'retired'],
      [sessionId(4), 'retired'],
    ]);
    expect(old.sessions).toEqual([]);
  });
});

describe('a composition is remembered', () => {
  const left = (minutes: readonly number[], clockMs: number, change: Partial<Composition> = {}, facts = [a, b]) =>
    look(facts, clockMs, { compositions: minutes.map((minute) => composition(minute, change)) }).compositions.map(
      ({ sessionStart }) => (sessionStart - atMinute(0)) / minuteMs,
    );
  const long = { plannedAt: atMinute(-99 * day) };

  it('with the session that now covers its show, from its first moment to its last', () => {
    expect(left([-1, 0, 4, 8, 9, 59, 60, 68, 69], atMinute(100), long)).toEqual([0, 4, 8, 60, 68]);
  });

  it('without one for as long as a session would be', () => {
    expect(left([30], atMinute(30) + retention - 1, {}, [])).toEqual([30]);
    expect(left([30], atMinute(30) + retention, {}, [])).toEqual([]);
  });

  it('no longer than its session', () => {
    const justPlanned = { plannedAt: atMinute(40 * day) };
    const late = segment('b', 20 * day, 20 * day + 8);
    expect(left([0, 8, 9, 20 * day], atMinute(40 * day), justPlanned, [a, late])).toEqual([9, 20 * day]);
  });
});

describe('what tells of a job that produced nothing', () => {
  const standIn = (token: string, state: 'FAILED' | 'ACKNOWLEDGED' = 'FAILED') =>
    composed(`of ${token}`, 0, {
      ...{ kind: 'UNKNOWN', composeStartTime: null, recordedTime: atMinute(12) },
      composeJob: { token, state, errorCode: null },
    });
  const kept = (fact: StreamFact, clockMs: number) =>
    idsOf(look([a, fact], clockMs, { compositions: [composition(0, { token: 'lvc-0-0' })] }).videos);

  it('is let go at once where the composition isn’t remembered, a product is not', () => {
    expect(kept(standIn('lvc-0-0'), atMinute(12))).toEqual(['a', 'of lvc-0-0']);
    expect(kept(standIn('lvc-1-0'), atMinute(12))).toEqual(['a']);
    expect(kept(standIn('lvc-1-0', 'ACKNOWLEDGED'), atMinute(12))).toEqual(['a', 'of lvc-1-0']);
  });

  it('waits no longer for a session than other facts', () => {
    expect(kept(standIn('lvc-0-0'), atMinute(12) + 8 * dayMs - 1)).toEqual(['a', 'of lvc-0-0']);
    expect(kept(standIn('lvc-0-0'), atMinute(12) + 8 * dayMs)).toEqual(['a']);
  });

  it('is let go in the look in which its session retires', () => {
    const clockMs = atMinute(8) + callbackMs + retention;
    const late = { ...standIn('lvc-0-0'), recordedTime: clockMs - 1 };
    const old = look([a, late], clockMs, { compositions: [composition(0, { token: 'lvc-0-0', plannedAt: clockMs })] });
    expect([idsOf(old.videos), old.compositions]).toEqual([[], []]);
  });
});

describe('time changes something next', () => {
  const through = { status: 'TRANSCODED' } as const;
  const heard = atMinute(8) + callbackMs;

  it('when a show is over, then when it retires', () => {
    expect(due(look([a], atMinute(9)))).toBe(atMinute(11));
    expect(due(look([a], atMinute(11) - 1))).toBe(atMinute(11));
    expect(due(look([a], atMinute(11)))).toBe(heard + retention);
  });

  it('when it is settled, where all of it is through', () => {
    const done = segment('a', 0, 8, through);
    expect(due(look([done], atMinute(11)))).toBe(heard + 8 * dayMs);
    expect(due(look([done], heard + 8 * dayMs))).toBe(heard + retention);
  });

  it('where it is composed: when its end is certain, and when composing is overdue', () => {
    const cloud: PolicyChange = { recording: { cycleTold: false } };
    // A short file says nothing of a cycle that nobody told: 8 + delay + cycle + grace.
    const certain = 8 + 3 + 30 + 5;
    const dues = [9, 11, certain, certain + 30].map((minute) => due(look([a], atMinute(minute), {}, cloud), cloud));
    expect(dues).toEqual([atMinute(11), atMinute(certain), atMinute(certain + 30), heard + retention]);
    const nobody: PolicyChange = { ...cloud, ...byNobody };
    expect(due(look([a], atMinute(11), {}, nobody), nobody)).toBe(heard + retention);
  });

  it('neither, once it is composed by us, nor its end, once the cloud has composed it', () => {
    const ended = [segment('a', 0, 30, ready), composed('film', 30.1)];
    const ours = look([segment('a', 0, 8, ready)], atMinute(11), {}, byUs);
    expect(ours.emit.filter(({ topic }) => topic === 'compose-jobs')).toHaveLength(1);
    expect(due(ours, byUs)).toBe(heard + retention);
    expect(due(look(ended, atMinute(31)))).toBe(atMinute(30.1) + retention);
  });

  it('when what has no session is let go, but for what has no time', () => {
    expect(due(look([upload('u', 5)], atMinute(9)))).toBe(atMinute(5) + 8 * dayMs);
    expect(due(look([composed('t', 0, { composeStartTime: null })], atMinute(9)))).toBeNull();
    expect(due(look([], atMinute(9)))).toBeNull();
  });

  it('when an id no longer leads to another', () => {
    const merged = [emitted(4, { mergedInto: atMinute(0), mergedAt: atMinute(30) })];
    expect(due(look([a], atMinute(40), { sessions: merged }))).toBe(atMinute(30) + 3 * dayMs);
  });

  it('the first of these, of what is judged alone', () => {
    const merged = [emitted(62, { mergedInto: atMinute(60), mergedAt: atMinute(65) - 3 * dayMs })];
    const turned = look([a, b, c, upload('u', 90)], atMinute(50), { sessions: merged });
    const within = (from: number, to: number) => due(turned, byNobody, { fromMs: atMinute(from), toMs: atMinute(to) });
    expect([within(0, 60), within(60, 61), within(60, 120), within(120, 130)]).toEqual([
      heard + retention,
      atMinute(65),
      atMinute(65),
      atMinute(131),
    ]);
    expect([within(61, 62), within(62, 63), within(63, 90), within(90, 91), within(91, 120)]).toEqual([
      null,
      null,
      null,
      atMinute(90) + 8 * dayMs,
      null,
    ]);
  });
});
