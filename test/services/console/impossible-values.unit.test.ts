/**
 * What can't be is refused with what is accepted, wherever it is asked: for every parameter and field of the OpenAPI document
 * this table has values that no answer could fit, or says why there are none.
 */
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { deadLetterReasons, deadLetterStages } from '../../../schemas/dead-letter.ts';
import { letter, openView, session, sessionRecord, testConsole, video, videoRecord } from './fixture.ts';

type Schema = { readonly properties?: Readonly<Record<string, unknown>> };
type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: 'query' | 'path' | 'header' }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
};
type OpenApiDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

/** Values, and what each refusal must say is accepted. */
type Impossible = { readonly values: readonly unknown[]; readonly accepted: string };
/** Why no value is refused. */
type Possible = string;

const names = { values: ['', 'n'.repeat(257), 'a\nb', '\0'], accepted: '1 to 256 characters' };
const plainNames = { values: [...names.values, 'a/b'], accepted: 'a name of 1 to 256 characters without a slash' };
const hosts = { ...plainNames, values: [...plainNames.values, 'a b', 'a:80'] };
const times = { values: ['', '5', 'soon', 'room 5', '-5', '2026-02-30', '1'.repeat(41)], accepted: 'ISO 8601' };
const someOf = (accepted: string) => ({ values: ['', 'NOPE', `${accepted},NOPE`, ` ${accepted}`], accepted });
const texts = { values: ['t'.repeat(301)], accepted: '300' };
const cursors = { values: ['x', 'c'.repeat(1201)], accepted: '`next` of a page of this list' };
const page = {
  cursor: cursors,
  limit: { values: ['', '0', '0x10', '+5', '1e1', ' 5', '501', '1.5', 'many'], accepted: 'from 1 to 500' },
};
const streams = {
  stream: {
    values: ['', 'room-42', 'a/b', 'a//c', '\0/a/b', 'a/b/\n', 'a b/c/d', `a/b/${'c'.repeat(600)}`],
    accepted: 'domain/app/stream',
  },
  domain: hosts,
  app: plainNames,
  streamName: names,
};
const list = { ...page, text: texts, from: times, to: times };
const notKnown: Possible = 'an id that nothing has is 404';
const groups = { values: ['', 'a b', 7], accepted: '1 to 64 of A-Z' };

const table: Readonly<Record<string, Readonly<Record<string, Impossible | Possible>>>> = {
  listVideos: {
    ...{ ...streams, ...list, status: someOf('SOURCE_READY'), source: someOf('live') },
    ...{ kind: someOf('COMPOSED'), subject: someOf('VIDEO') },
  },
  getVideo: { videoId: notKnown },
  getPlayInfo: { videoId: notKnown },
  listSessions: { ...streams, ...list, status: someOf('READY') },
  getSession: { sessionId: notKnown },
  listSessionsOfStream: {
    ...{ ...list, status: someOf('READY') },
    domain: { ...plainNames, values: ['a%2Fb'] },
    app: { ...plainNames, values: ['a%2Fb'] },
    stream: { ...names, values: ['n'.repeat(257)] },
  },
  listJobs: {
    ...{ ...streams, ...page, text: texts, type: someOf('TRANSCODE'), state: someOf('IN_DOUBT') },
    ...{ hold: someOf('REVIEW'), decision: someOf('PIPELINE') },
  },
  getLatency: {
    ...{ ...streams, stream: { values: ['', 's'.repeat(601)], accepted: 'domain/app/stream, or a StreamName' } },
    ...{ definition: names, stage: someOf('compose'), by: someOf('hour'), from: times, to: times },
  },
  listDeadLetters: {
    ...page,
    reason: { values: ['', 'NOPE', 'Unusable'], accepted: deadLetterReasons.join(', ') },
    stage: { values: ['', 'NOPE', 'processor'], accepted: deadLetterStages.join(', ') },
  },
  redriveDeadLetter: {
    partition: { values: ['x', '-1'], accepted: 'a whole number' },
    offset: { values: ['x', '1.5'], accepted: 'a whole number' },
  },
  followEvents: {
    stream: streams.stream,
    states: { values: ['', 'all', 'videos,sessions'], accepted: 'videos, sessions' },
    video: { values: ['', '\0', 'a\u009bb', 'v'.repeat(2_000)], accepted: 'a VideoId' },
    session: {
      values: ['', 'a/b/\0/2026-03-01T09:30:00.000Z', 'NOPE', 'a/b/c', 'a/b/c/d', 's'.repeat(801)],
      accepted: 'domain/app/stream/start',
    },
    lastEventId: { values: ['i'.repeat(20_001)], accepted: '20000' },
    'last-event-id': 'browsers send it by themselves and would never come back: another one is answered with a reset',
  },
  transcodeVideo: {
    ...{ videoId: notKnown, templateGroupId: groups },
    priority: { values: [0, 11, 1.5, '0', '6', '11', 'high', true, null], accepted: 'a whole number from 1 to 10' },
    idempotencyKey: { values: ['', 'a b', 'k'.repeat(65), 7], accepted: '1 to 64 of A-Z' },
  },
  clipSession: {
    ...{ sessionId: notKnown, templateGroupId: groups },
    from: { values: [-1, 'soon', null], accepted: 'ISO 8601' },
    to: { values: [-1, '2026-02-30T00:00:00Z', null], accepted: 'ISO 8601' },
    title: { values: ['', ' ', 't'.repeat(61), 7], accepted: '1 to 60 bytes' },
    idempotencyKey: { values: ['', 'a b', 'k'.repeat(65), 7], accepted: '1 to 64 of A-Z' },
  },
  logIn: { token: { values: ['', 't'.repeat(1_001), 7], accepted: '1 to 1000 characters' } },
};

/** Pairs that can't be together. */
const together: readonly (readonly [query: string, name: string, accepted: string])[] = [
  ['/api/events?video=v&session=a/b/c/2026-03-01T09:30:00.000Z', 'session', 'one of both'],
  ['/api/events?states=sessions&video=v', 'video', 'states=videos'],
  ['/api/events?states=videos&session=a/b/c/2026-03-01T09:30:00.000Z', 'session', 'states=sessions'],
  ['/api/latency?stream=a/b/c&domain=d', 'stream', 'domain'],
  ['/api/latency?stream=a/b/c&streamName=d', 'stream', 'streamName'],
];

const bodies: Readonly<Record<string, object>> = {
  transcodeVideo: { templateGroupId: 'tg-1' },
  clipSession: { from: 0, to: 10 },
  logIn: { token: 'right' },
};

async function served() {
  const view = await openView();
  await view.apply([videoRecord(0, 0, video('x')), sessionRecord(0, session('x'))]);
  const { app } = await testConsole({
    view,
    letters: [letter(0, 5)],
    readLatency: async () => ({ stages: [] }),
  });
  const document = (await app.inject('/api/openapi.json')).json() as OpenApiDocument;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ path, method: method.toUpperCase() as 'GET' | 'POST', id: operation.operationId },
      inQuery: named(operation, 'query'),
      inPath: named(operation, 'path'),
      inHeader: named(operation, 'header'),
      inBody: Object.keys(operation.requestBody?.content['application/json'].schema.properties ?? {}),
    })),
  );
  return { app, operations };
}

const named = ({ parameters = [] }: Operation, place: string) =>
  parameters.filter((one) => one.in === place).map(({ name }) => name);

type Served = Awaited<ReturnType<typeof served>>['operations'][number];

/** Asks with one value of one parameter; the others are as they may be. */
async function ask(app: FastifyInstance, operation: Served, name: string, value: unknown) {
  const { path, method, id, inQuery, inPath, inBody } = operation;
  const url = path.replace(/\{(\w+)\}/g, (_, part: string) =>
    part === name && inPath.includes(part) ? String(value) : part === 'partition' || part === 'offset' ? '0' : 'x',
  );
  const query = inQuery.includes(name) ? `?${new URLSearchParams({ [name]: String(value) })}` : '';
  const body = inBody.includes(name) ? { ...bodies[id], [name]: value } : bodies[id];
  const answer = await app.inject({
    ...{ method, url: url + query, headers: { authorization: 'Bearer right' } },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: answer.statusCode, ...(answer.json() as { code?: string; message?: string }) };
}

describe('an impossible value', () => {
  test('has a row in this table for each parameter and field of the document', async () => {
    const { operations } = await served();
    const documented = operations
      .map(
        ({ id, inQuery, inPath, inHeader, inBody }) =>
          [id, new Set([...inQuery, ...inPath, ...inHeader, ...inBody])] as const,
      )
      .filter(([, all]) => all.size > 0);
    const here = Object.entries(table).map(([id, rows]) => [id, new Set(Object.keys(rows))]);
    expect(Object.fromEntries(here)).toEqual(Object.fromEntries(documented));
  });

  test.each(Object.keys(table))('of %s is a 400 that names it and says what is accepted', async (id) => {
    const { app, operations } = await served();
    const operation = operations.find((one) => one.id === id);
    if (!operation) throw new Error(`no operation ${id}`);
    for (const [name, row] of Object.entries(table[id] ?? {})) {
      if (typeof row === 'string') continue;
      for (const value of row.values) {
        const { status, code, message = '' } = await ask(app, operation, name, value);
        expect([name, value, status, code, message]).toEqual([name, value, 400, 'BAD_REQUEST', expect.anything()]);
        expect(message).toMatch(new RegExp(`^(query parameter|path parameter|body) ${name}: `));
        expect(message.slice(message.indexOf(':'))).toContain(row.accepted);
        expect(message).not.toMatch(/Invalid|Too (small|big)|expected/);
      }
    }
  });

  test('is also what is no UTF-8, and a video without a name', async () => {
    const { app } = await served();
    for (const [url, name] of [
      ['/api/videos?app=%FF', 'app'],
      ['/api/sessions?limit=5&text=100%', 'text'],
      ['/api/events?stream=a/b/%C3', 'stream'],
    ] as const) {
      const answer = await app.inject(url);
      expect([url, answer.statusCode, answer.json().message]).toEqual([
        ...[url, 400, `query parameter ${name}: UTF-8, percent-encoded; % itself is %25`],
      ]);
    }
    const none = await app.inject('/player.html?video=');
    // Without the built page there is no such address.
    expect([400, 404]).toContain(none.statusCode);
    if (none.statusCode === 404) expect(none.json().message).toContain('no such address');
    else expect(none.json().message).toContain('a VideoId');
  });

  test('is also a time before its own beginning, of each list that takes both', async () => {
    const { app, operations } = await served();
    const both = operations.filter(({ inQuery }) => inQuery.includes('from') && inQuery.includes('to'));
    expect(new Set(both.map(({ id }) => id))).toEqual(
      new Set(['getLatency', 'listSessions', 'listSessionsOfStream', 'listVideos']),
    );
    for (const { path } of both) {
      const from = (query: string) => app.inject(`${path.replace(/\{\w+\}/g, 'x')}?${query}`);
      const refused = await from('from=2026-03-01T00:00:01Z&to=2026-03-01T00:00:00Z');
      expect([path, refused.statusCode, refused.json().message]).toEqual([
        ...[path, 400, 'query parameter from: a time that is not after `to`'],
      ]);
      const allowed = await from('from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z');
      expect([path, allowed.statusCode]).toEqual([path, 200]);
    }
  });

  test.each(together)('is also one beside another: %s', async (url, name, accepted) => {
    const answer = await (await served()).app.inject(url);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'BAD_REQUEST']);
    expect(answer.json().message).toMatch(new RegExp(`^query parameter ${name}: .*${accepted}`));
  });

  test('is also a parameter that is given twice, or that nothing takes: the names that are taken are said', async () => {
    const { app, operations } = await served();
    for (const operation of operations.filter(({ path }) => path.startsWith('/api/'))) {
      const { path, method, id, inQuery } = operation;
      const url = path.replace(/\{\w+\}/g, '0');
      const body = bodies[id];
      const asked = {
        ...{ method, headers: { authorization: 'Bearer right' } },
        ...(body === undefined ? {} : { payload: body }),
      };
      const unknown = await app.inject({ ...asked, url: `${url}?surprise=1` });
      const accepted = inQuery.length === 0 ? 'none' : inQuery.join(', ');
      expect([url, unknown.statusCode, unknown.json()]).toEqual([
        ...[url, 400],
        { code: 'BAD_REQUEST', message: `query parameter: surprise is not known; accepted: ${accepted}` },
      ]);
      for (const name of inQuery) {
        const twice = await app.inject({ ...asked, url: `${url}?${name}=1&${name}=2` });
        expect([url, name, twice.statusCode]).toEqual([url, name, 400]);
        expect(twice.json().message).not.toMatch(/Invalid|received/);
      }
    }
    const body = await app.inject({ method: 'POST', url: '/api/login', payload: { token: 'right', user: 'me' } });
    expect(body.json().message).toBe('body: user is not known; accepted: token');
  });
});
