import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import type { LatencyFilter } from '../../../connectors/clickhouse/index.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { hasControlCharacter } from '../../../schemas/bounds.ts';
import { latencyCache } from '../../../services/console/latency-cache.ts';
import type { JobItem } from '../../../services/console/routes-jobs.ts';
import { missingForTranscode } from '../../../services/console/routes-transcode.ts';
import { atMs, sourceReady, videoId as uploadId } from '../../processors/callbacks.ts';
import { bookOf, run, templateGroupId } from '../../processors/run-topology.ts';
import {
  job,
  letter,
  openView,
  session,
  sessionRecord,
  step,
  stream,
  testConsole,
  video,
  videoRecord,
} from './fixture.ts';

const event = {
  eventId: 'ab',
  eventType: 'FileUploadComplete',
  eventTime: 5_000,
  receivedAt: 5_100,
  status: 'success',
  source: 'http',
  jobId: null,
  errorCode: null,
  implausible: [],
};

async function app(token: string | undefined = 'right') {
  const view = await openView();
  await view.apply([
    videoRecord(0, 0, video('ready', { kind: 'COMPOSED', status: 'SOURCE_READY', sourceReadyTime: 5_000, stream })),
    videoRecord(0, 1, video('early', { kind: 'COMPOSED', status: 'ANNOUNCED' })),
    sessionRecord(0, session('play.example.com/live/room-42/2026-03-01T09:30:00Z', { startTime: 1_000 })),
    sessionRecord(
      1,
      session('old', { status: 'MERGED', mergedInto: 'play.example.com/live/room-42/2026-03-01T09:30:00Z' }),
    ),
  ]);
  return testConsole({ view, token });
}

describe('the query API', () => {
  test('gives a video with its freshness and without internal fields', async () => {
    const answer = await (await app()).app.inject('/api/videos/ready');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ videoId: 'ready', status: 'SOURCE_READY', sourceReadyTime: 5_000 });
    expect(answer.json()).not.toHaveProperty('facts');
    expect(answer.headers).toMatchObject({
      'live2vod-caught-up': 'true',
      'live2vod-lag-records': '0',
      'live2vod-as-of': '1000',
      'live2vod-position': expect.stringMatching(/^e1~\d{13}~2\.0~2$/),
    });
  });

  test('a session id may be written with and without percent-encoded slashes', async () => {
    const { app: server } = await app();
    const id = 'play.example.com/live/room-42/2026-03-01T09:30:00Z';
    for (const path of [id, encodeURIComponent(id)]) {
      expect((await server.inject(`/api/sessions/${path}`)).json()).toMatchObject({ sessionId: id });
    }
  });

  test('a merged session redirects to the one that swallowed it', async () => {
    const answer = await (await app()).app.inject('/api/sessions/old');
    expect(answer.statusCode).toBe(308);
    expect(decodeURIComponent(String(answer.headers.location))).toBe(
      '/api/sessions/play.example.com/live/room-42/2026-03-01T09:30:00Z',
    );
  });

  test('lists sessions of a stream, leaving out merged ones, and filters videos by status', async () => {
    const { app: server } = await app();
    const sessions = (await server.inject('/api/streams/play.example.com/live/room-42/sessions')).json();
    expect(sessions.items).toHaveLength(1);
    const videos = (await server.inject('/api/videos?status=ANNOUNCED,FAILED')).json();
    expect(videos.items.map((item: { videoId: string }) => item.videoId)).toEqual(['early']);
  });

  test('lists videos alone, unless other subjects are asked for', async () => {
    const subjects = ['VIDEO', 'IMAGE', 'ATTACHED_MEDIA', 'MEDIA', 'JOB', 'COMPOSITION', 'UNKNOWN'] as const;
    const view = await openView();
    await view.apply(subjects.map((subject, n) => videoRecord(0, n, video(`a-${subject}`, { subject }))));
    const { app: server } = await testConsole({ view, token: 'right' });
    const asked = async (query: string) =>
      new Set((await server.inject(`/api/videos${query}`)).json().items.map((one: { subject: string }) => one.subject));
    expect(await asked('')).toEqual(new Set(['VIDEO']));
    expect(await asked('?subject=IMAGE,MEDIA')).toEqual(new Set(['IMAGE', 'MEDIA']));
    expect(await asked(`?subject=${subjects.join()}`)).toEqual(new Set(subjects));
    // What is no video is still found by its id.
    expect((await server.inject('/api/videos/a-IMAGE')).json()).toMatchObject({ subject: 'IMAGE' });
  });

  test('says what is wrong with a request', async () => {
    const { app: server } = await app();
    expect((await server.inject('/api/videos/none')).json()).toEqual({
      code: 'NOT_FOUND',
      message: 'video none is not known',
    });
    expect((await server.inject('/api/videos?limit=0')).json().message).toContain('limit');
    expect((await server.inject('/api/videos?from=yesterday')).json().message).toContain('from');
    expect((await server.inject('/api/latency')).json()).toMatchObject({ code: 'ANALYTICS_AWAY' });
  });

  test('takes any stream name for what it is', async () => {
    const nasty = ['..', '../../../etc/passwd', '%2e%2e%2f', 'a!', 'a!0000000000000!b', "' OR 1=1 --", '<b>'];
    const anyName = fc
      .oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }))
      .filter((name) => !hasControlCharacter(name));
    await fc.assert(
      // What has a control character no callback can be of (`Unusable`), and no list can be asked for.
      fc.asyncProperty(fc.uniqueArray(anyName, { minLength: 1, maxLength: 12 }), async (drawn) => {
        const names = [...new Set(drawn.map((name) => name.toWellFormed()))];
        const view = await openView();
        const idOf = (streamName: string) => `play.example.com/live/${streamName}/1`;
        await view.apply(
          names.map((streamName, index) =>
            sessionRecord(index, session(idOf(streamName), { stream: { ...stream, streamName } })),
          ),
        );
        const { app: server } = await testConsole({ view });
        for (const name of names) {
          const one = await server.inject(`/api/sessions/${encodeURIComponent(idOf(name))}`);
          expect(one.json()).toMatchObject({ sessionId: idOf(name) });
          const key = encodeURIComponent(`play.example.com/live/${name}`);
          const listed = (await server.inject(`/api/sessions?stream=${key}`)).json();
          expect(listed.items.map((item: { sessionId: string }) => item.sessionId)).toEqual([idOf(name)]);
          expect(one.headers['content-type']).toContain('application/json');
        }
      }),
      { numRuns: 3 },
    );
  });

  test('serves nothing but the page from its folder', async () => {
    const { app: server } = await app();
    for (const path of ['/../vite.config.ts', '/..%2fvite.config.ts', '/%2e%2e/vite.config.ts', '/src/main.tsx']) {
      expect([path, (await server.inject(path)).statusCode]).not.toEqual([path, 200]);
    }
  });

  test('sends strict headers with everything', async () => {
    const answer = await (await app()).app.inject('/api/videos');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('latency', () => {
  test('passes what is asked for on, times as epoch milliseconds', async () => {
    const asked: LatencyFilter[] = [];
    const { app: server } = await testConsole({
      readLatency: async (filter) => {
        asked.push(filter);
        return { stages: [] };
      },
    });
    await server.inject('/api/latency?by=hour,definition&app=live&from=1970-01-01T00:00:01Z');
    expect(asked).toEqual([{ by: ['definition', 'hour'], app: 'live', fromMs: 1_000 }]);
    for (const query of ['stream=a/b/c/d', 'domain=a&app=b&streamName=c/d', 'stream=c', 'stream=b/c&domain=a'])
      await server.inject(`/api/latency?${query}`);
    expect(asked.slice(1)).toEqual([
      { domain: 'a', app: 'b', stream: 'c/d' },
      // As it was asked before: one report for both.
      ...[{ stream: 'c' }, { domain: 'a', stream: 'b/c' }],
    ]);
    expect((await server.inject('/api/latency?by=mood')).json().message).toContain('definition');
    expect((await server.inject('/api/latency?stage=compose,wait')).json().message).toContain('compose_wait');
  });
});

describe('the latency cache', () => {
  const row = (count: number) => ({
    stages: [{ stage: 'queue' as const, count, failures: 0, p50: 1, p90: 1, p95: 1, p99: 1 }],
  });

  /** A clock that the test moves, and reports that it lets go. */
  function cached() {
    let nowMs = 1_000;
    const waiting: ((n: number | Error) => void)[] = [];
    const ask = latencyCache(
      () =>
        new Promise((resolve, reject) => {
          waiting.push((n) => (n instanceof Error ? reject(n) : resolve(row(n))));
        }),
      { ...systemClock, now: () => nowMs },
    );
    return { ask, waiting, pass: (ms: number) => (nowMs += ms) };
  }

  test('asks once for all who wait, then says how old its answer is and reads anew behind it', async () => {
    const { ask, waiting, pass } = cached();
    const both = [ask({ app: 'live' }), ask({ app: 'live' })];
    expect(waiting).toHaveLength(1);
    waiting[0]?.(1);
    expect(await Promise.all(both)).toEqual([
      { asOf: 1_000, ...row(1) },
      { asOf: 1_000, ...row(1) },
    ]);
    pass(3_000);
    expect(await ask({ app: 'live' })).toMatchObject({ asOf: 1_000 });
    expect(waiting).toHaveLength(1);
    pass(3_000);
    expect(await ask({ app: 'live' })).toMatchObject({ asOf: 1_000 });
    expect(waiting).toHaveLength(2);
    waiting[1]?.(2);
    await expect.poll(() => ask({ app: 'live' })).toEqual({ asOf: 7_000, ...row(2) });
  });

  test('waits for a new answer once the known one is too old, and tells of failures', async () => {
    const { ask, waiting, pass } = cached();
    const first = ask({});
    waiting[0]?.(1);
    await first;
    pass(70_000);
    const failed = ask({});
    waiting[1]?.(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    const again = ask({});
    waiting[2]?.(3);
    expect(await again).toEqual({ asOf: 71_000, ...row(3) });
  });

  test('keeps what is asked differently apart', async () => {
    const { ask, waiting } = cached();
    const asked = [ask({ app: 'a' }), ask({ app: 'b' }), ask({})];
    for (const [n, answer] of waiting.entries()) answer(n);
    expect((await Promise.all(asked)).map(({ stages }) => stages)).toEqual([0, 1, 2].map((n) => row(n).stages));
  });
});

describe('jobs', () => {
  const at = (eventTime: number) => [{ ...event, eventTime }];
  const composed = (token: string, state: 'PLANNED' | 'FAILED') =>
    ({ token, reason: 'POLICY', state, mediaId: 'media-1', errorCode: null }) as const;
  async function served() {
    const view = await openView();
    const jobs = [job({ token: 't1', state: 'DONE' }), job({ token: 't2', hold: 'REVIEW' })];
    await view.apply([
      videoRecord(0, 0, video('a', { jobs, steps: [step({ token: 's1' })], timeline: at(5_000), stream })),
      videoRecord(0, 1, video('b', { jobs: [job({ token: 't3', state: 'IN_DOUBT' })], timeline: at(3_000) })),
      videoRecord(0, 2, video('c', { timeline: at(9_000) })),
      sessionRecord(0, session('late', { startTime: 6_000, composition: composed('c1', 'PLANNED') })),
      sessionRecord(1, session('early', { startTime: 4_000, composition: composed('c2', 'FAILED') })),
      sessionRecord(2, session('plain', { startTime: 4_500 })),
    ]);
    const { app: server } = await testConsole({ view });
    return async (query: string) => {
      const { items, next } = (await server.inject(`/api/jobs${query}`)).json();
      return { tokens: items.map((item: JobItem) => item.token), items: items as JobItem[], next };
    };
  }

  test('are of videos and of sessions, newest first', async () => {
    const ask = await served();
    const { tokens, items } = await ask('');
    expect(tokens).toEqual(['c1', 's1', 't1', 't2', 'c2', 't3']);
    expect(items[0]).toMatchObject({ type: 'COMPOSE', sessionId: 'late', videoId: null, cloudId: 'media-1' });
    expect(items[1]).toMatchObject({ type: 'AUDIT', videoId: 'a', state: 'ACKNOWLEDGED', cloudId: 'cloud-1' });
    expect(items[3]).toMatchObject({ type: 'TRANSCODE', hold: 'REVIEW', decision: 'APPROVAL', stream });
  });

  test('are filtered by type, state, hold, decision and text', async () => {
    const ask = await served();
    expect((await ask('?state=AWAITING_APPROVAL,IN_DOUBT')).tokens).toEqual(['t2', 't3']);
    expect((await ask('?state=FAILED')).tokens).toEqual(['c2']);
    expect((await ask('?type=COMPOSE,AUDIT')).tokens).toEqual(['c1', 's1', 'c2']);
    expect((await ask('?hold=REVIEW')).tokens).toEqual(['t2']);
    expect((await ask('?decision=CLOUD')).tokens).toEqual([]);
    expect((await ask('?text=ROOM-42')).tokens).toEqual(['c1', 's1', 't1', 't2', 'c2']);
    expect((await ask('?text=T3')).tokens).toEqual(['t3']);
  });

  test('come in pages that leave nothing out and repeat nothing, whatever the two lists hold', async () => {
    const ask = await served();
    for (const limit of [1, 2, 3, 5]) {
      const seen: string[] = [];
      let cursor = '';
      for (let pages = 0; pages < 10; pages += 1) {
        const { tokens, next } = await ask(`?limit=${limit}${cursor}`);
        seen.push(...tokens);
        if (next === null) break;
        cursor = `&cursor=${encodeURIComponent(next)}`;
      }
      expect([limit, seen]).toEqual([limit, ['c1', 's1', 't1', 't2', 'c2', 't3']]);
    }
  });
});

describe('searching', () => {
  test('looks through everything, page after page, in any case', async () => {
    const view = await openView();
    const names = Array.from({ length: 60 }, (_, n) => `Room-${n}`);
    await view.apply(
      names.flatMap((streamName, n) => {
        const of = { ...stream, streamName };
        const id = `play.example.com/live/${streamName}/1`;
        return [
          sessionRecord(n, session(id, { stream: of, startTime: n * 1_000 })),
          videoRecord(0, n, video(`video-${n}`, { stream: of })),
        ];
      }),
    );
    const { app: server } = await testConsole({ view });
    const ask = async (url: string) => (await server.inject(url)).json();
    const oldest = await ask('/api/sessions?limit=2&text=rOOm-7');
    expect(oldest.items).toMatchObject([{ stream: { streamName: 'Room-7' } }]);
    expect((await ask('/api/videos?text=room-59')).items).toMatchObject([{ videoId: 'video-59' }]);
    expect((await ask('/api/videos?text=VIDEO-5&limit=500')).items).toHaveLength(11);
    const first = await ask('/api/sessions?limit=4&text=room-1');
    expect(first.items).toHaveLength(4);
    const rest = await ask(`/api/sessions?limit=50&text=room-1&cursor=${encodeURIComponent(first.next)}`);
    expect([rest.items.length, rest.next]).toEqual([7, null]);
    expect((await ask("/api/sessions?text=' OR 1=1 --")).items).toEqual([]);
  });
});

describe('dead letters', () => {
  const letters = [letter(0, 5), letter(1, 9, { reason: 'refused-by-clickhouse', stage: 'sink' }), letter(0, 7)];
  const ids = (answer: { json(): { items: { id: string }[] } }) => answer.json().items.map(({ id }) => id);

  test('come newest first, in pages, by reason and stage', async () => {
    const { app: server } = await testConsole({ letters });
    const first = await server.inject('/api/dead-letters?limit=2');
    expect(ids(first)).toEqual(['1:9', '0:7']);
    const second = await server.inject(`/api/dead-letters?limit=2&cursor=${encodeURIComponent(first.json().next)}`);
    expect(ids(second)).toEqual(['0:5']);
    expect(second.json().next).toBeNull();
    expect(ids(await server.inject('/api/dead-letters?stage=sink'))).toEqual(['1:9']);
    expect(ids(await server.inject('/api/dead-letters?reason=unparsable'))).toEqual(['0:7', '0:5']);
    expect((await server.inject('/api/dead-letters?cursor=x')).statusCode).toBe(400);
  });

  test('are sent again with the token only, and say why they can not be', async () => {
    const sent: string[] = [];
    const { app: server } = await testConsole({
      letters,
      redrive: async ({ id, stage }) => {
        if (stage === 'sink') return { refused: 'it comes from video-state' };
        if (id === '0:7') throw new Error('connect ECONNREFUSED');
        sent.push(id);
        return 'sent';
      },
    });
    const redrive = (path: string, authorization = 'Bearer right') =>
      server.inject({ method: 'POST', url: `/api/dead-letters/${path}/redrive`, headers: { authorization } });
    expect((await redrive('0/5', 'Bearer wrong')).statusCode).toBe(401);
    expect(sent).toEqual([]);
    const answer = await redrive('0/5');
    expect([answer.statusCode, answer.json()]).toEqual([202, { id: '0:5', result: 'sent' }]);
    expect((await redrive('1/9')).json()).toMatchObject({ code: 'NOT_REDRIVEN' });
    expect((await redrive('0/6')).statusCode).toBe(404);
    expect((await redrive('0/x')).statusCode).toBe(400);
    expect((await redrive('0/7')).json()).toMatchObject({ code: 'DEAD_LETTERS_AWAY' });
    expect(sent).toEqual(['0:5']);
  });
});

describe('asking for a transcode', () => {
  const ask = (server: FastifyInstance, videoId: string, authorization: string, body: object) =>
    server.inject({
      method: 'POST',
      url: `/api/videos/${videoId}/transcode`,
      headers: { authorization },
      payload: body,
    });
  const body = { templateGroupId: 'ffeeddccbbaa99887766554433221100', priority: 8 };

  test('publishes the wish once it is authorised and the video is ready', async () => {
    const { app: server, published } = await app();
    const answer = await ask(server, 'ready', 'Bearer right', body);
    expect(answer.statusCode).toBe(202);
    expect(published).toMatchObject([
      {
        videoId: 'ready',
        body: {
          EventType: 'OperatorTranscodeRequest',
          VideoId: 'ready',
          TemplateGroupId: body.templateGroupId,
          Priority: 8,
        },
      },
    ]);
    expect(answer.json().idempotencyKey).toBe(published[0]?.body.IdempotencyKey);
  });

  test('a double click has the same idempotency key', async () => {
    const { app: server, published } = await app();
    await ask(server, 'ready', 'Bearer right', body);
    await ask(server, 'ready', 'Bearer right', body);
    expect(published[0]?.body.IdempotencyKey).toBe(published[1]?.body.IdempotencyKey);
  });

  test('asking again after an approval that failed is another request', async () => {
    // An approval is granted in the place of the job that waited for it: the number of jobs says nothing.
    const approval = { generation: 0, state: 'FAILED', requestId: 'ab' } as const;
    const view = await openView();
    const awaiting = video('v', { sourceReadyTime: 1, jobs: [job()] });
    await view.apply([videoRecord(0, 0, awaiting)]);
    const { app: server, published } = await testConsole({ view, token: 'right' });
    await ask(server, 'v', 'Bearer right', body);
    await view.apply([videoRecord(0, 1, { ...awaiting, jobs: [job(approval)] })]);
    await ask(server, 'v', 'Bearer right', body);
    expect(published).toHaveLength(2);
    expect(published[0]?.body.IdempotencyKey).not.toBe(published[1]?.body.IdempotencyKey);
  });

  test('is refused without the token, and where none is set', async () => {
    const { app: server, published } = await app();
    expect((await ask(server, 'ready', 'Bearer wrong', body)).statusCode).toBe(401);
    expect((await ask((await app('')).app, 'ready', 'Bearer ', body)).statusCode).toBe(403);
    expect((await ask(server, 'ready', '', body)).statusCode).toBe(401);
    expect(published).toEqual([]);
  });

  test('says what is missing', async () => {
    const { app: server } = await app();
    const answer = await ask(server, 'early', 'Bearer right', body);
    expect(answer.statusCode).toBe(409);
    expect(answer.json().message).toContain('FileUploadComplete');
    expect((await ask(server, 'none', 'Bearer right', body)).statusCode).toBe(404);
    expect((await ask(server, 'ready', 'Bearer right', {})).json().message).toContain('templateGroupId');
  });

  test.each([
    [{ hold: 'AUDIT' }, /no verdict yet/],
    [{ hold: 'REVIEW' }, /leaves it to a person/],
    [{ hold: 'PASSED' }, null],
    [{ hold: null }, null],
  ] as const)('of a video whose job says %j: %s', (held, why) => {
    const missing = missingForTranscode(video('v', { sourceReadyTime: 1, jobs: [job(held)] }));
    if (why === null) expect(missing).toBeNull();
    else expect(missing).toMatch(why);
  });

  // The processor waits for the video's stream before it answers, for ever with an upload. The request was accepted all the
  // same and its key spent: asking again later was the same request, of the same time.
  test('of an upload is refused until the processor answers it, where some streams are audited', async () => {
    const rule = { transcode: 'pipeline', templateGroupId, beforeTranscode: { audit: true } } as const;
    const policies = bookOf([{ match: { domain: 'audited.example.com' }, segments: rule, composed: rule }]);
    const uploaded = run([sourceReady(0)], { policies }).state;
    const view = await openView();
    if (uploaded !== null) await view.apply([videoRecord(0, 0, uploaded)]);
    let seconds = 60;
    const clock = { ...systemClock, now: () => atMs(seconds) };
    const { app: server, published } = await testConsole({ view, clock, unknownStream: policies.unknownStream });
    const early = await ask(server, uploadId, 'Bearer right', body);
    expect(early.statusCode).toBe(409);
    expect(early.json().message).toMatch(/its stream is not known yet.*from 2026-03-01T10:30:00.000Z on/);
    expect(published).toEqual([]);
    seconds = 1_800;
    expect((await ask(server, uploadId, 'Bearer right', body)).statusCode).toBe(202);
    const request = { EventType: 'none', ...published[0]?.body };
    const { jobs } = run([request], { policies, from: uploaded, now: seconds });
    expect(jobs).toMatchObject([{ purpose: 'UPLOAD', templateGroupId: body.templateGroupId }]);
  });

  test('is refused where the processor would ignore it', () => {
    const state = video('v', { sourceReadyTime: 1, jobs: [job({ generation: 16, state: 'FAILED' })] });
    expect(missingForTranscode(state)).toMatch(/16 times/);
    expect(missingForTranscode({ ...state, jobs: [...state.jobs, job()] })).toBeNull();
    expect(missingForTranscode({ ...state, jobs: [], retired: true })).toMatch(/retired/);
    // A video keeps its status where renditions outlive the source, so nothing else tells.
    expect(missingForTranscode({ ...state, jobs: [], status: 'TRANSCODED', sourceGone: true })).toMatch(/deleted/);
  });
});
