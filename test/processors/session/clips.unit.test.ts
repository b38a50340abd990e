/**
 * A clip is cut once, whatever is asked again, replayed or late; it belongs to its session, and is never its film
 * (docs/clips.md). Three cycles of 20 minutes, all playable, the cloud composing nothing unless said.
 */
import { describe, expect, it } from 'vitest';
import { videoOf } from '../../../processors/session/facts.ts';
import { sessionsOf } from '../../../processors/session/index.ts';
import type { ClipFact, StreamFact } from '../../../schemas/generated/StreamFact.ts';
import {
  atMinute,
  composed,
  dayMs,
  type PolicyChange,
  policy,
  rules,
  StreamUnderTest,
  segment,
  sessionId,
  streamKey,
} from './stream.ts';

const playable = (minute: number) =>
  ({ status: 'TRANSCODED', sourceReadyTime: atMinute(minute), transcodedTime: atMinute(minute) }) as const;
const show = (from = 0, name = '') => [
  segment(`a${name}`, from, from + 20, playable(from + 21)),
  segment(`b${name}`, from + 20, from + 40, playable(from + 41)),
  segment(`c${name}`, from + 40, from + 48, playable(from + 49)),
];
const key = 'lvk-0123456789abcdef0123456789abcdef';
const standIn = `compose:${key}-0`;
const [blank] = show();

function asked(change: Partial<ClipFact> = {}, at = 60): StreamFact {
  const clip: ClipFact = {
    ...{ token: `${key}-0`, state: 'REQUESTED', errorCode: null, from: atMinute(19), to: atMinute(21), title: 'goal' },
    ...{ templateGroupId: null, requestedAt: atMinute(at) },
    parts: [
      { videoId: 'a', inSeconds: 1140, outSeconds: null },
      { videoId: 'b', inSeconds: 0, outSeconds: 60 },
    ],
    ...{ errorMessage: null, finishedAt: null, ...change },
  };
  const none = { recording: null, recordedTime: null, sourceReadyTime: null, transcodedTime: null };
  const videoId = `compose:${clip.token}`;
  return { ...(blank as StreamFact), ...none, videoId, kind: 'UNKNOWN', status: 'ANNOUNCED', clip };
}

/** The same subject, one event later. */
const then = (fact: StreamFact, change: Partial<StreamFact>): StreamFact => ({
  ...fact,
  ...change,
  videoRevision: fact.videoRevision + 1,
});

/** The video that was cut, which its acknowledgement alone tells of. */
const product = (
  status: StreamFact['status'],
  change: Partial<StreamFact> = {},
  clip: Partial<ClipFact> = {},
): StreamFact => ({
  ...asked({ state: 'ACKNOWLEDGED', requestedAt: null, parts: [], ...clip }),
  ...{ videoId: 'clip', kind: 'UPLOAD', status, ...change },
});

const byNobody: PolicyChange = { recording: { cycleSeconds: 1200 }, composed: { compose: 'none' } };
const live = (change: PolicyChange = byNobody) =>
  new StreamUnderTest({ policy: policy(change), recode: true }).hear(...show()).passTo(60);
const cuts = ({ jobs }: StreamUnderTest) => jobs.filter(({ clip }) => clip !== null);
const clipsOf = (stream: StreamUnderTest) => stream.only.clips;

describe('a clip across a boundary', () => {
  it('is one command, with all that the job runner needs', () => {
    const stream = live().hearAt(asked({ templateGroupId: 'group-1' }), atMinute(60));
    expect(stream.jobs).toEqual([
      {
        token: `${key}-0`,
        sessionId: sessionId(0),
        stream: expect.objectContaining({ streamName: 'room-42' }),
        // A runner of an earlier release finds nothing to compose.
        videoIds: [],
        templateGroupId: 'group-1',
        region: null,
        generation: 0,
        plannedAt: atMinute(60),
        clip: { title: 'goal', from: atMinute(19), to: atMinute(21), parts: asked().clip?.parts },
      },
    ]);
    expect(clipsOf(stream)).toMatchObject([{ token: `${key}-0`, state: 'PLANNED', videoId: null, title: 'goal' }]);
    const plain = live().hearAt(asked(), atMinute(60));
    expect(plain.jobs).toMatchObject([{ templateGroupId: 'VOD_NO_TRANSCODE' }]);
  });

  it('is followed until its source is there', () => {
    const stream = live().hearAt(asked(), atMinute(60));
    const told = (fact: StreamFact) => clipsOf(stream.hearAt(fact, atMinute(61)))[0];
    const first = product('ANNOUNCED');
    const planned = { plannedAt: atMinute(60), errorCode: null, errorMessage: null };
    expect(told(first)).toMatchObject({ state: 'ACKNOWLEDGED', videoId: 'clip', status: 'ANNOUNCED', ...planned });
    const clip = { ...(first.clip as ClipFact), finishedAt: atMinute(62) };
    const ready = then(first, { status: 'SOURCE_READY', sourceReadyTime: atMinute(62), clip });
    const ended = { state: 'DONE', videoId: 'clip', status: 'SOURCE_READY', finishedAt: atMinute(62), ...planned };
    expect(told(ready)).toMatchObject(ended);
    const gone = then(ready, { status: 'DELETED' });
    expect(told(gone)).toMatchObject({ state: 'DONE', status: 'DELETED' });
    expect(clipsOf(stream)[0]?.parts).toHaveLength(2);
  });

  const why = { errorMessage: 'why', finishedAt: atMinute(61) };
  it.each<[string, StreamFact, string, string, number | null]>([
    [
      'the cloud refuses it',
      then(asked({ state: 'FAILED', errorCode: 'InvalidParameter', ...why }), {}),
      'FAILED',
      'InvalidParameter',
      atMinute(61),
    ],
    [
      'nobody knows',
      then(asked({ state: 'IN_DOUBT', errorCode: 'ReadTimeout', ...why, finishedAt: null }), {}),
      'IN_DOUBT',
      'ReadTimeout',
      null,
    ],
    [
      'it could not be produced',
      product('FAILED', {}, { errorCode: 'ProduceFailed', ...why }),
      'FAILED',
      'ProduceFailed',
      atMinute(61),
    ],
  ])('says so where %s', (_what, fact, state, errorCode, finishedAt) => {
    const stream = live().hearAt(asked(), atMinute(60)).hearAt(fact, atMinute(61));
    const told = { state, errorCode, errorMessage: 'why', plannedAt: atMinute(60), finishedAt };
    expect(clipsOf(stream)).toMatchObject([told]);
    expect(cuts(stream)).toHaveLength(1);
  });

  it('that a person has done again is that clip', () => {
    const again = product('ANNOUNCED', {}, { token: `${key}-1` });
    const failed = then(asked({ state: 'FAILED', errorCode: 'InternalError' }), {});
    const stream = live().hearAt(asked(), atMinute(60)).hearAt(failed, atMinute(61)).hearAt(again, atMinute(70));
    expect(clipsOf(stream)).toMatchObject([
      { token: `${key}-1`, state: 'ACKNOWLEDGED', errorCode: null, videoId: 'clip' },
    ]);
  });
});

describe('a clip is cut once', () => {
  it('however often its request is heard', () => {
    const stream = live().hearAt(asked(), atMinute(60)).hearAt(asked(), atMinute(61));
    stream.hearAt(then(asked(), { errorMessage: 'whatever' }), atMinute(62)).passTo(300);
    expect(cuts(stream)).toHaveLength(1);
    expect(clipsOf(stream)).toHaveLength(1);
  });

  it('also where the store was lost, and what became of it is heard before the request', () => {
    for (const outcome of [product('TRANSCODED'), then(asked({ state: 'IN_DOUBT' }), {})]) {
      const stream = live().hearAt(outcome, atMinute(60)).hearAt(then(asked(), {}), atMinute(61));
      expect(cuts(stream)).toEqual([]);
      expect(clipsOf(stream)).toMatchObject([{ title: 'goal' }]);
    }
  });

  it('also where it is heard of before the session, and refused then, which what was cut outweighs', () => {
    const before = new StreamUnderTest({ policy: policy(byNobody), recode: true });
    before
      .hearAt(asked(), atMinute(60))
      .hear(...show())
      .passTo(61);
    expect(cuts(before)).toEqual([]);
    expect(clipsOf(before)).toMatchObject([{ state: 'REFUSED', errorCode: 'NotOfSession' }]);
    before.hearAt(product('TRANSCODED'), atMinute(62));
    expect(before.only).toMatchObject({
      status: 'READY',
      clips: [{ state: 'DONE', videoId: 'clip', errorCode: null }],
    });
  });
});

describe('a clip is no film', () => {
  const film = composed('film', 52, playable(56));
  const cut = [asked(), product('TRANSCODED', { composeStartTime: null, ...playable(61) })];

  it.each<[string, PolicyChange]>([
    ['nobody composes', byNobody],
    ['the cloud composes', { ...byNobody, composed: { compose: 'cloud' } }],
    ['we compose', { ...byNobody, composed: { compose: 'pipeline' } }],
  ])('where %s, the session is as without it', (_what, change) => {
    const without = live(change);
    const with_ = live(change);
    for (const fact of cut) with_.hearAt(fact, atMinute(60));
    for (const stream of [without, with_]) {
      if (change.composed?.compose === 'cloud') stream.hearAt(film, atMinute(61));
      stream.passTo(400);
    }
    const shown = ({ only: { clips: _, revision: __, ...rest } }: StreamUnderTest) => rest;
    expect(shown(with_)).toEqual(shown(without));
    expect(with_.jobs.filter(({ clip }) => clip === null)).toEqual(without.jobs);
    expect(clipsOf(with_)).toMatchObject([{ state: 'DONE' }]);
  });

  it('also of the session before, and of a flood of requests', () => {
    const stream = live({ ...byNobody, composed: { compose: 'pipeline' } });
    const tokens = Array.from({ length: 120 }, (_, n) => `lvk-${String(n).padStart(32, '0')}-0`);
    for (const token of tokens) stream.hearAt(asked({ token }), atMinute(60));
    expect(cuts(stream)).toHaveLength(20);
    expect(clipsOf(stream)).toHaveLength(40);
    stream.hear(...show(400, '2')).passTo(500);
    expect(stream.jobs.filter(({ clip }) => clip === null).map(({ videoIds }) => videoIds.join(' '))).toEqual([
      'a b c',
      'a2 b2 c2',
    ]);
  });
});

it('a request that was refused hides nothing that was cut, whatever the order of their names', () => {
  const token = (n: number) => `lvk-${String(n).padStart(32, '0')}-0`;
  const stream = live();
  // The names of those that are refused come first.
  for (let n = 26; n > 0; n -= 1) stream.hearAt(asked({ token: token(n) }), atMinute(60));
  const { clips } = stream.only;
  const tokens = (state: string) => clips.filter((clip) => clip.state === state).map((clip) => clip.token);
  expect(new Set(tokens('PLANNED'))).toEqual(new Set(cuts(stream).map((job) => job.token)));
  expect(tokens('PLANNED')).toHaveLength(20);
  expect(tokens('REFUSED')).toEqual([1, 2, 3, 4, 5, 6].map(token));
  expect(clips.map((clip) => clip.token)).toEqual(clips.map((clip) => clip.token).toSorted());
});

/** The second file as a later snapshot has it. */
const renewed = (change: Partial<StreamFact>) => segment('b', 20, 40, { ...playable(41), videoRevision: 2, ...change });

it.each(['MEANWHILE', 'FOR_GOOD'] as const)('a source that plays as it is, %s, is cut', (sourceOnly) => {
  const stream = live().hear(renewed({ status: 'PLAYABLE', sourceOnly }));
  expect(cuts(stream.hearAt(asked(), atMinute(60)))).toHaveLength(1);
});

describe('a request is refused', () => {
  it.each<[string, StreamFact, readonly StreamFact[], string]>([
    ['of a file that isn’t playable', asked(), [segment('b', 20, 40, { videoRevision: 2 })], 'NotNormal'],
    ['of one that is being transcoded', asked(), [renewed({ status: 'PLAYABLE', sourceOnly: 'NO' })], 'NotNormal'],
    ['of a file that isn’t its', asked({ parts: [{ videoId: 'x', inSeconds: 0, outSeconds: 1 }] }), [], 'NotOfSession'],
    ['that is older than may be acted on', asked({ requestedAt: atMinute(60) - dayMs - 1 }), [], 'TooOld'],
    ['that has no time', asked({ requestedAt: null }), [], 'TooOld'],
  ])('%s, and stays so', (_what, request, facts, errorCode) => {
    const stream = live()
      .hear(...facts)
      .hearAt(request, atMinute(60));
    const refused = {
      state: 'REFUSED',
      errorCode,
      errorMessage: expect.stringMatching(/\w/),
      plannedAt: null,
      finishedAt: null,
    };
    expect(clipsOf(stream)).toMatchObject([refused]);
    stream.hear(segment('b', 20, 40, { ...playable(61), videoRevision: 3 })).passTo(300);
    expect(cuts(stream)).toEqual([]);
    expect(clipsOf(stream)).toMatchObject([{ state: 'REFUSED', errorCode }]);
  });

  it('nothing is said of one that is about no session', () => {
    const stream = live().hearAt(asked({ from: atMinute(100), to: atMinute(101) }), atMinute(60));
    expect(stream.jobs).toEqual([]);
    expect(clipsOf(stream)).toEqual([]);
  });
});

describe('a clip of an archived session', () => {
  const archived = () => {
    const stream = new StreamUnderTest({ policy: policy(byNobody), recode: true });
    for (let n = 0; n < 5; n += 1) stream.hear(...show(n * 200, n === 0 ? '' : `${n}`)).passTo(n * 200 + 100);
    return stream;
  };
  const ofFirst = (stream: StreamUnderTest) => stream.sessions.get(sessionId(0))?.clips;

  it('is cut, followed and kept with it', () => {
    const stream = archived();
    expect(stream.state?.videos.map(({ videoId }) => videoId)).not.toContain('a');
    stream.hearAt(asked({ requestedAt: atMinute(900) }), atMinute(900));
    expect(cuts(stream)).toHaveLength(1);
    expect(ofFirst(stream)).toMatchObject([{ state: 'PLANNED' }]);
    stream.hearAt(product('TRANSCODED', playable(905)), atMinute(905));
    expect(ofFirst(stream)).toMatchObject([{ state: 'DONE', videoId: 'clip' }]);
    expect(stream.state?.videos.map(({ videoId }) => videoId)).not.toContain('clip');
    // Nothing of it is left when the session goes.
    stream.passTo(60 * 24 * 40);
    expect(stream.tombstones.get(sessionId(0))).toBe('retired');
    expect([...stream.states.keys()].filter((one) => one !== streamKey)).toEqual([]);
    expect(stream.facts.map(({ videoId }) => videoId)).not.toContain(standIn);
  });

  it('goes with it into the archive', () => {
    const stream = live()
      .hearAt(asked(), atMinute(60))
      .hearAt(product('TRANSCODED', playable(61)), atMinute(61));
    for (let n = 1; n < 5; n += 1) stream.hear(...show(n * 200, `${n}`)).passTo(n * 200 + 100);
    expect(stream.state?.videos.map(({ videoId }) => videoId)).not.toContain('clip');
    stream.hearAt(then(product('TRANSCODED', playable(61)), { status: 'DELETED' }), atMinute(900));
    expect(ofFirst(stream)).toMatchObject([{ state: 'DONE', status: 'DELETED', title: 'goal' }]);
  });
});

it('is of the session that was live then, and of nothing else; one of a time without a session is of none', () => {
  const [inside, outside] = [asked(), asked({ token: `${key}-1`, from: atMinute(500), to: atMinute(501) })];
  const film = composed('film', -30);
  const { sessions, loose } = sessionsOf([...show(), inside, outside, film].map(videoOf), rules(), atMinute(1000));
  expect(sessions.map(({ clips }) => clips.map(({ videoId }) => videoId))).toEqual([[inside.videoId]]);
  expect(new Set(loose.map(({ videoId }) => videoId))).toEqual(new Set([outside.videoId, 'film']));
});
