/** A person's request for a clip (docs/clips.md): what is asked of the pipeline, and what is refused with what there is. */
import { describe, expect, test } from 'vitest';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import { jobsOfSession } from '../../../services/console/routes-jobs.ts';
import { openView, session, sessionRecord, stream, testConsole, video, videoRecord } from './fixture.ts';

const startMs = Date.UTC(2026, 2, 1, 9, 30);
const sessionId = 'play.example.com/live/room-42/2026-03-01T09:30:00.000Z';
const path = `/api/sessions/${encodeURIComponent(sessionId)}/clips`;
const file = (videoId: string, from: number, to: number, status: SessionState['segments'][number]['status']) => ({
  ...{ videoId, startTime: startMs + from * 1000, endTime: startMs + to * 1000, status, format: 'm3u8' },
});
/** Twenty minutes, twenty that the stream paused for one of, a pause of a minute, and eight more that aren't ready. */
const segments = [
  file('a', 0, 1200, 'TRANSCODED'),
  file('b', 1200, 2400, 'PARTIAL'),
  file('c', 2460, 2940, 'SOURCE_READY'),
];

type Clip = SessionState['clips'][number];

const normal = { kind: 'SEGMENT', status: 'TRANSCODED', durationSeconds: 1200 } as const;

async function app(clips: readonly Clip[] = [], a: Parameters<typeof video>[1] = normal) {
  const view = await openView();
  await view.apply([
    videoRecord(0, 0, video('a', a)),
    videoRecord(0, 1, video('b', { kind: 'SEGMENT', status: 'PARTIAL', durationSeconds: 1140 })),
    sessionRecord(0, session(sessionId, { startTime: startMs, status: 'ENDED', segments, clips })),
    sessionRecord(1, session('old', { status: 'MERGED', mergedInto: sessionId })),
    sessionRecord(2, session('lost', { status: 'MERGED', mergedInto: 'gone' })),
  ]);
  return testConsole({ view, token: 'right' });
}

type Asked = { clips?: readonly Clip[]; url?: string; a?: Parameters<typeof video>[1] };

async function ask(body: object, { clips = [], url = path, a }: Asked = {}) {
  const { app: console, published } = await app(clips, a);
  const headers = { authorization: 'Bearer right' };
  const answer = await console.inject({ method: 'POST', url, headers, payload: body });
  return { status: answer.statusCode, body: answer.json(), published };
}

const clipOf = (token: string, state: Clip['state'], errorCode: string | null = null): Clip => ({
  ...{ token, state, errorCode, from: 0, to: 1, title: '', templateGroupId: null, videoId: null, status: null },
  ...{ requestedAt: null, parts: [], errorMessage: errorCode && 'why', plannedAt: null, finishedAt: null },
});

describe('a clip is asked for', () => {
  test('by seconds, with what it will be made of', async () => {
    const { status, body, published } = await ask({ from: 1140, to: 1260.5, title: 'goal' });
    expect([status, body]).toMatchObject([
      202,
      {
        ...{ sessionId, token: expect.stringMatching(/^lvk-[0-9a-f]{32}-0$/), state: 'REQUESTED' },
        ...{ from: startMs + 1_140_000, to: startMs + 1_260_500, gaps: [], spareSeconds: 60 },
        parts: [
          { videoId: 'a', inSeconds: 1140, outSeconds: null },
          { videoId: 'b', inSeconds: 0, outSeconds: 60.5 },
        ],
      },
    ]);
    expect(published).toMatchObject([
      {
        ...{ source: 'operator', key: `compose:${body.token}` },
        body: {
          ...{
            EventType: 'OperatorClipRequest',
            StreamName: stream.streamName,
            SessionId: sessionId,
            Token: body.token,
          },
          Clip: { From: '2026-03-01T09:49:00.000Z', To: '2026-03-01T09:51:00.500Z', Title: 'goal' },
        },
      },
    ]);
  });

  test('by time of day, and of a session that was merged', async () => {
    const times = { from: '2026-03-01T09:31:00Z', to: '2026-03-01T10:32:00+01:00' };
    const { body, published } = await ask(times, { url: '/api/sessions/old/clips' });
    expect(body).toMatchObject({ sessionId, parts: [{ videoId: 'a', inSeconds: 60, outSeconds: 120 }] });
    expect(published).toMatchObject([{ body: { Clip: { Title: stream.streamName } } }]);
  });

  test('across the end of what was recorded: the gap is left off, and said', async () => {
    const { body } = await ask({ from: 2340, to: 2430 });
    expect(body).toMatchObject({
      to: startMs + 2_400_000,
      gaps: [{ startTime: startMs + 2_400_000, endTime: startMs + 2_430_000 }],
    });
  });

  test('once: the same again is the same clip, whatever it is called', async () => {
    const first = await ask({ from: 0, to: 60 });
    const { token } = first.body;
    const again = await ask({ from: 0, to: 60, title: 'other' });
    expect(again.body.token).toBe(token);
    for (const body of [
      { from: 0, to: 60, idempotencyKey: 'k' },
      { from: 0, to: 60, templateGroupId: 'g' },
    ])
      expect((await ask(body)).body.token).not.toBe(token);
    // Once it shows, nothing more is asked of the pipeline.
    expect(first.body.videoId).toBeNull();
    const known = await ask({ from: 0, to: 60 }, { clips: [{ ...clipOf(token, 'DONE'), videoId: 'clip-1' }] });
    expect([known.status, known.body.state, known.body.videoId, known.published]).toEqual([202, 'DONE', 'clip-1', []]);
    for (const state of ['FAILED', 'IN_DOUBT', 'REFUSED'] as const) {
      const ended = await ask({ from: 0, to: 60 }, { clips: [clipOf(token, state, 'NotNormal')] });
      expect(ended).toMatchObject({ status: 409, body: { code: `CLIP_${state}` }, published: [] });
      expect(ended.body.message).toContain(`is ${state} (NotNormal: why): ask with an idempotencyKey`);
    }
  });

  test('of which a person does the failed one again, under the name of that', async () => {
    const { token } = (await ask({ from: 0, to: 60 })).body;
    const redriven = token.replace(/-0$/, '-1');
    const known = await ask({ from: 0, to: 60 }, { clips: [clipOf(redriven, 'DONE')] });
    expect(known.body).toMatchObject({ token: redriven, state: 'DONE' });
  });
});

test('the row of a clip among the jobs says which clip it is, and its video', () => {
  const clips = [{ ...clipOf('t', 'DONE'), title: 'goal', from: 3, to: 4, videoId: 'clip-1' }];
  expect(jobsOfSession(session(sessionId, { clips }))).toMatchObject([
    { type: 'CLIP', title: 'goal', from: 3, to: 4, videoId: 'clip-1', cloudId: 'clip-1', sessionId },
  ]);
});

test('the row of a composition says when its source was there', () => {
  const made = {
    ...{ videoId: 'film', status: 'TRANSCODED', composeStartTime: 1, sourceReadyTime: 5, transcodedTime: 9 },
    ...{ format: null, durationMatches: null, ours: true },
  } as SessionState['composed'][number];
  const rowOf = (state: 'DONE' | 'ACKNOWLEDGED', mediaId: string) =>
    jobsOfSession(
      session(sessionId, {
        composed: [made],
        composition: { token: 'c', reason: 'POLICY', state, mediaId, errorCode: null },
      }),
    )[0];
  expect(rowOf('DONE', 'film')).toMatchObject({ type: 'COMPOSE', finishedAt: 5, title: null, videoId: null });
  expect(rowOf('DONE', 'other')).toMatchObject({ finishedAt: null });
  expect(rowOf('ACKNOWLEDGED', 'film')).toMatchObject({ finishedAt: null });
});

test('the row of a clip among the jobs says when it was planned and how it ended', () => {
  const clips = [{ ...clipOf('t', 'FAILED', 'NoSuchResource'), plannedAt: 1, finishedAt: 2 }];
  expect(jobsOfSession(session(sessionId, { clips }))).toMatchObject([
    {
      ...{ type: 'CLIP', token: 't', state: 'FAILED', plannedAt: 1, finishedAt: 2 },
      ...{ errorCode: 'NoSuchResource', errorMessage: 'why' },
    },
  ]);
});

describe('a clip is refused', () => {
  test.each([
    ['beyond the session', { from: 2900, to: 3000 }, 400, 'OUTSIDE_SESSION', '(0 to 2940 s)'],
    ['from before it', { from: '2026-03-01T09:00:00Z', to: '2026-03-01T09:40:00Z' }, 400, 'OUTSIDE_SESSION', '09:30'],
    ['where nothing was recorded', { from: 2410, to: 2450 }, 400, 'NOT_RECORDED', 'nothing was recorded then'],
    ['without a length', { from: 10, to: 10 }, 400, 'EMPTY_RANGE', 'after'],
    ['shorter than a second', { from: 10, to: 10.999 }, 400, 'TOO_SHORT', 'at least 1 s long'],
    ['of which less than a second was recorded', { from: 2399.5, to: 2430 }, 400, 'TOO_SHORT', '0.5 s of this were'],
    ['of a file that isn’t playable', { from: 2460, to: 2470 }, 409, 'NOT_NORMAL', 'video c is SOURCE_READY'],
    ['of a file that may play as it is', { from: 2460, to: 2470 }, 409, 'NOT_NORMAL', 'by sourcePlays in a policy'],
    ['without an end', { from: 1 }, 400, 'BAD_REQUEST', 'body to: seconds since the session began'],
    ['with words for a time', { from: 'noon', to: 2 }, 400, 'BAD_REQUEST', 'ISO 8601'],
    [
      'from before the beginning',
      { from: -1, to: 2 },
      400,
      'BAD_REQUEST',
      'body from: seconds since the session began, 0 or more',
    ],
    ['with a title that is too long', { from: 0, to: 1, title: '球'.repeat(21) }, 400, 'BAD_REQUEST', '60 bytes'],
    ['with a title of control characters', { from: 0, to: 1, title: 'a\u0007b' }, 400, 'BAD_REQUEST', 'control'],
    ['with what nobody knows', { from: 0, to: 1, speed: 2 }, 400, 'BAD_REQUEST', 'speed'],
  ])('%s', async (_what, body, status, code, message) => {
    const answer = await ask(body);
    expect(answer).toMatchObject({ status, body: { code }, published: [] });
    expect(answer.body.message).toContain(message);
  });

  const unknown = { bitrateKbps: null, fps: null, width: null, height: null, durationSeconds: null, sizeBytes: null };
  const rendition = {
    status: 'SUCCESS',
    ...{ jobId: 'j', definition: 'LD', format: 'mp4', fileUrl: null, encrypted: null, ...unknown },
    ...{ startTime: null, finishTime: null, errorCode: null, errorMessage: null, audioOnly: false, superseded: false },
  } as const;
  test.each<[string, Parameters<typeof video>[1], number]>([
    ['a source that plays as it is', { sourcePlays: true }, 202],
    ['one that nothing says it of', { sourcePlays: null }, 409],
    ['one that is being transcoded', { sourcePlays: true, renditions: [rendition] }, 409],
  ])('not where it is cut out of what the cloud has as Normal: %s', async (_what, change, status) => {
    const a = { ...normal, status: 'PLAYABLE' as const, ...change };
    expect(await ask({ from: 10, to: 20 }, { a })).toMatchObject({ status });
  });

  test('of a session that isn’t known, or no longer', async () => {
    for (const id of ['none', 'lost'])
      expect(await ask({ from: 0, to: 1 }, { url: `/api/sessions/${id}/clips` })).toMatchObject({ status: 404 });
  });

  test('beyond the twentieth', async () => {
    const clips = Array.from({ length: 20 }, (_, n) => clipOf(`lvk-${n}-0`, 'DONE'));
    expect(await ask({ from: 0, to: 1 }, { clips })).toMatchObject({ status: 409, body: { code: 'TOO_MANY_CLIPS' } });
    expect(await ask({ from: 0, to: 1 }, { clips: clips.slice(1) })).toMatchObject({ status: 202 });
    const refused = { ...clipOf('lvk-0-0', 'REFUSED'), errorCode: 'TooOld' };
    expect(await ask({ from: 0, to: 1 }, { clips: [refused, ...clips.slice(1)] })).toMatchObject({ status: 202 });
  });

  test('without the token of the console', async () => {
    const { app: console, published } = await app();
    const answer = await console.inject({ method: 'POST', url: path, payload: { from: 0, to: 1 } });
    expect([answer.statusCode, published]).toEqual([401, []]);
  });
});
