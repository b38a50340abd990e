/** Queries of recordings over HTTP: a set of videos that is known, and what each question must answer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { openView, session, sessionRecord, testConsole, tombstone, video, videoRecord } from './fixture.ts';

const streamOf = (key: string) => {
  const [domainName = '', appName = '', ...rest] = key.split('/');
  return { domainName, appName, streamName: rest.join('/') };
};
const at = (eventTime: number) => [
  {
    eventId: `e${eventTime}`,
    eventType: 'AddLiveRecordVideoComplete',
    eventTime,
    receivedAt: eventTime,
    status: 'success',
    source: 'http',
    jobId: null,
    errorCode: null,
    implausible: [],
  },
];

/** Newest first by its number: `v9` before `v1`. */
const videos: readonly (readonly [id: string, kind: VideoState['kind'], stream: string | null])[] = [
  ['v1', 'SEGMENT', 'a.example.com/live/room'],
  ['v2', 'SEGMENT', 'a.example.com/live/room'],
  ['v3', 'COMPOSED', 'a.example.com/live/room'],
  ['v4', 'SEGMENT', 'a.example.com/sport/room'],
  ['v5', 'SEGMENT', 'b.example.com/live/room'],
  ['v6', 'COMPOSED', 'b.example.com/live/hall/2'],
  ['v7', 'UPLOAD', null],
  ['v8', 'UNKNOWN', null],
];

async function served() {
  const view = await openView();
  await view.apply([
    ...videos.map(([id, kind, key], index) =>
      videoRecord(
        0,
        index,
        video(id, {
          kind,
          subject: 'VIDEO',
          status: id === 'v2' ? 'FAILED' : 'TRANSCODED',
          stream: key === null ? null : streamOf(key),
          timeline: at((index + 1) * 1_000),
        }),
      ),
    ),
    videoRecord(0, 20, video('stand-in', { kind: 'COMPOSED', subject: 'COMPOSITION', timeline: at(1) })),
    ...['a.example.com/live/room', 'a.example.com/sport/room', 'b.example.com/live/room'].map((key, index) =>
      sessionRecord(index, session(`s${index + 1}`, { stream: streamOf(key), startTime: index })),
    ),
  ]);
  const { app } = await testConsole({ view });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, body: (await answer.json()) as { items?: { [id: string]: string }[] } };
  };
}

describe('queries of recordings', () => {
  test.each([
    ['', 'v8 v7 v6 v5 v4 v3 v2 v1'],
    ['subject=VIDEO,COMPOSITION', 'v8 v7 v6 v5 v4 v3 v2 v1 stand-in'],
    ['subject=COMPOSITION&source=live', ''],
    ['status=TRANSCODED&limit=3', 'v8 v7 v6'],
    ['source=live', 'v6 v5 v4 v3 v2 v1'],
    ['source=upload', 'v7'],
    ['source=live,upload', 'v7 v6 v5 v4 v3 v2 v1'],
    ['source=live&kind=COMPOSED', 'v6 v3'],
    ['source=live&status=FAILED', 'v2'],
    ['domain=a.example.com', 'v4 v3 v2 v1'],
    ['app=live', 'v6 v5 v3 v2 v1'],
    ['streamName=room', 'v5 v4 v3 v2 v1'],
    ['streamName=hall/2', 'v6'],
    ['domain=a.example.com&app=live', 'v3 v2 v1'],
    ['domain=a.example.com&streamName=room', 'v4 v3 v2 v1'],
    ['app=live&streamName=room', 'v5 v3 v2 v1'],
    ['domain=b.example.com&app=live&streamName=hall/2', 'v6'],
    ['stream=b.example.com/live/hall/2', 'v6'],
    ['stream=a.example.com/live/room&app=sport', ''],
    ['domain=a.example.com&app=live&source=live&kind=SEGMENT&limit=1', 'v2'],
    ['domain=a.example.com&from=1970-01-01T00:00:02Z&to=1970-01-01T00:00:04Z', 'v3 v2'],
    ['domain=A.example.com', ''],
  ])('videos?%s', async (query, ids) => {
    const { status, body } = await (await served())(`/api/videos?${query}`);
    expect([status, (body.items ?? []).map(({ videoId }) => videoId).join(' ')]).toEqual([200, ids]);
  });

  test.each([
    ['domain=a.example.com', 's2 s1'],
    ['app=live', 's3 s1'],
    ['streamName=room', 's3 s2 s1'],
    ['domain=a.example.com&app=live&streamName=room', 's1'],
    ['app=live&status=RECORDING,ENDED', 's3 s1'],
  ])('sessions?%s', async (query, ids) => {
    const { status, body } = await (await served())(`/api/sessions?${query}`);
    expect([status, (body.items ?? []).map(({ sessionId }) => sessionId).join(' ')]).toEqual([200, ids]);
  });

  test.each([
    ['/api/videos?kind=LIVE', 'kind', 'SEGMENT'],
    ['/api/videos?kind=SEGMENT,LIVE', 'kind', 'COMPOSED'],
    ['/api/videos?kind=', 'kind', 'SEGMENT'],
    ['/api/videos?status=NOPE', 'status', 'TRANSCODED'],
    ['/api/videos?status=RECORDING', 'status', 'RECORDED'],
    ['/api/videos?subject=video', 'subject', 'VIDEO'],
    ['/api/videos?source=LIVE', 'source', 'live'],
    ['/api/videos?stream=room-42', 'stream', 'domain/app/stream'],
    ['/api/videos?stream=a.example.com/live/', 'stream', 'domain/app/stream'],
    ['/api/videos?domain=', 'domain', 'a name'],
    ['/api/videos?cursor=abc', 'cursor', 'next'],
    ['/api/videos?limit=501', 'limit', '500'],
    ['/api/videos?limit=many', 'limit', 'number'],
    ['/api/videos?from=yesterday', 'from', 'ISO 8601'],
    ['/api/videos?from=room%205', 'from', 'ISO 8601'],
    ['/api/videos?from=-5', 'from', 'ISO 8601'],
    ['/api/videos?to=2026-02-30T00:00:00Z', 'to', 'ISO 8601'],
    ['/api/sessions?from=2026-02-30', 'from', 'ISO 8601'],
    ['/api/sessions?status=TRANSCODED', 'status', 'READY'],
    ['/api/sessions?stream=a/b', 'stream', 'domain/app/stream'],
    ['/api/sessions?cursor=1!a', 'cursor', 'next'],
    ['/api/streams/a.example.com/live/room/sessions?status=NOPE', 'status', 'READY'],
    ['/api/jobs?type=SING', 'type', 'TRANSCODE'],
    ['/api/jobs?state=WAITING', 'state', 'AWAITING_APPROVAL'],
    ['/api/jobs?hold=NO', 'hold', 'REVIEW'],
    ['/api/jobs?decision=NOBODY', 'decision', 'PIPELINE'],
    ['/api/jobs?stream=room-42', 'stream', 'domain/app/stream'],
    ['/api/jobs?cursor=x', 'cursor', 'next'],
    ['/api/events?states=all', 'states', 'videos'],
    ['/api/events?stream=room-42', 'stream', 'domain/app/stream'],
    ['/api/latency?stage=sleep', 'stage', 'end_to_end'],
    ['/api/latency?by=mood', 'by', 'definition'],
    ['/api/latency?from=soon', 'from', 'ISO 8601'],
    ['/api/dead-letters?cursor=x', 'cursor', 'next'],
    ['/api/dead-letters?limit=0', 'limit', '1'],
  ])('%s is refused by name, with what is accepted', async (path, name, accepted) => {
    const { status, body } = await (await served())(path);
    expect([status, body]).toEqual([400, { code: 'BAD_REQUEST', message: expect.any(String) }]);
    const { message } = body as unknown as { message: string };
    expect(message).toContain(`query parameter ${name}`);
    expect(message.slice(message.indexOf(':'))).toContain(accepted);
  });
});

test('names and a status narrow a list to exactly what has them, whatever they hold, also after states moved, changed and went', async () => {
  const name = fc.constantFrom('a', 'b', 'a!', 'a!0', '!', 'live', 'é\u{1f3a5}');
  const streams = fc.record({ domainName: name, appName: name, streamName: fc.oneof(name, fc.constant('a/b')) });
  const one = fc.record({
    id: fc.constantFrom('1', '2', '3', '4', '5'),
    stream: fc.option(streams),
    eventTime: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom('FAILED' as const, 'TRANSCODED' as const),
    gone: fc.boolean(),
  });
  const asked = fc.record(
    { domain: name, app: name, streamName: name, status: fc.constantFrom('FAILED', 'TRANSCODED') },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 12 }), fc.array(asked, { minLength: 1 }), async (written, queries) => {
      const view = await openView();
      const latest = new Map<string, (typeof written)[number]>();
      for (const [offset, change] of written.entries()) {
        const { id, stream, status, eventTime, gone } = change;
        latest.set(id, change);
        await view.apply([
          gone
            ? tombstone(0, offset, id)
            : videoRecord(0, offset, video(id, { stream, status, timeline: at(eventTime) })),
        ]);
      }
      for (const query of queries) {
        const expected = [...latest.values()]
          .filter(({ stream, status, gone }) => {
            const { domainName, appName, streamName } = stream ?? {};
            const fits = (wanted: string | undefined, is: string | undefined) => wanted === undefined || wanted === is;
            return (
              !gone &&
              fits(query.domain, domainName) &&
              fits(query.app, appName) &&
              fits(query.streamName, streamName) &&
              fits(query.status, status)
            );
          })
          .sort((a, b) => b.eventTime - a.eventTime || (a.id < b.id ? -1 : 1))
          .map(({ id }) => id);
        const found: string[] = [];
        let next: string | null | undefined;
        do {
          const page = await view.list('video-state', { ...query, limit: 2, cursor: next ?? undefined }, () => true, {
            ...(query.status ? { marked: { kind: 'gist', one: (gist) => gist.endsWith(` ${query.status}`) } } : {}),
            wants: ({ gist }) => query.status === undefined || gist.endsWith(` ${query.status}`),
          });
          found.push(...page.items.map(({ videoId }) => videoId));
          next = page.next;
        } while (next !== null);
        expect([query, found]).toEqual([query, expected]);
      }
      await view.close();
    }),
    { numRuns: 60 },
  );
});
