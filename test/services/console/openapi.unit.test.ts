/** The OpenAPI document against the routes that exist and against real answers, judged by zod's reading of JSON Schema. */
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { publicState } from '../../../services/console/event-stream.ts';
import { job, letter, openView, session, sessionRecord, stream, testConsole, video, videoRecord } from './fixture.ts';

type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
};

type OpenApiDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

const sessionId = 'play.example.com/live/room-42/2026-03-01T09:30:00.000Z';

async function served() {
  const view = await openView();
  await view.apply([
    videoRecord(
      0,
      0,
      video('ready', {
        kind: 'COMPOSED',
        status: 'SOURCE_READY',
        sourceReadyTime: 5_000,
        stream,
        recording: { startTime: 1_000, endTime: null },
        jobs: [job()],
        timeline: [
          {
            eventId: 'ab',
            eventType: 'FileUploadComplete',
            eventTime: 5_000,
            receivedAt: 5_100,
            status: 'success',
            source: 'http',
            jobId: null,
            errorCode: null,
            implausible: [],
          },
        ],
      }),
    ),
    sessionRecord(0, session(sessionId, { startTime: 1_000, gaps: [{ startTime: 2_000, endTime: 4_000 }] })),
    sessionRecord(1, session('old', { status: 'MERGED', mergedInto: sessionId })),
  ]);
  const { app } = await testConsole({
    view,
    letters: [letter(0, 5), letter(0, 6, { origin: null, redrivenAtMs: 9 })],
    readLatency: async () => ({
      stages: [
        { stage: 'compose', hour: '2026-03-01T09:00:00Z', count: 1, failures: 0, p50: 1.5, p90: 2, p95: 2, p99: 2 },
        { stage: 'queue', count: 0, failures: 0, p50: null, p90: null, p95: null, p99: null },
      ],
    }),
  });
  const answer = await app.inject('/api/openapi.json');
  return { app, document: answer.json() as OpenApiDocument };
}

/** `GET /api/videos/{}` and so on, of everything but the page's own files. */
function routesOf(app: FastifyInstance): string[] {
  const path: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const found = /^(?<indent>[│ ]*)[├└]── (?<part>\S+)(?: \((?<methods>[A-Z, ]+)\))?/u.exec(line);
      if (!found?.groups) return [];
      const { indent = '', part = '', methods = '' } = found.groups;
      path.splice(indent.length / 4, Number.POSITIVE_INFINITY, part);
      const url = path
        .join('')
        .replace(/:[A-Za-z]+/g, '{}')
        .replace(/\/?\*/, '/{}');
      return methods.split(', ').flatMap((method) => (['GET', 'POST'].includes(method) ? [`${method} ${url}`] : []));
    })
    .filter((route) => !['GET /', 'GET /{}', 'GET /player.html'].includes(route));
}

const operations = (document: OpenApiDocument) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

/** The schema of an answer, with the document's components where zod looks for them. */
function schemaOf(document: OpenApiDocument, operation: Operation, status: number): z.ZodType {
  const response = operation.responses[String(status)] as
    | { content?: { 'application/json'?: { schema: unknown } } }
    | undefined;
  const schema = response?.content?.['application/json']?.schema;
  if (schema === undefined) throw new Error(`${operation.operationId} documents no JSON for ${status}`);
  const all = JSON.stringify({ allOf: [schema], $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(all.replaceAll('#/components/schemas/', '#/$defs/')) as never);
}

describe('the OpenAPI document', () => {
  test('covers every route, and no other', async () => {
    const { app, document } = await served();
    const documented = operations(document).map(({ path, method }) => `${method} ${path.replace(/\{[^}]+\}/g, '{}')}`);
    expect(new Set(documented)).toEqual(new Set(routesOf(app)));
    expect(documented).toContain('POST /api/videos/{}/transcode');
  });

  test('names every path parameter, every operation once, and only schemas that it holds', async () => {
    const { document } = await served();
    const names = operations(document).map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of operations(document)) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${String(name)}}`)).toEqual(path.match(/\{[^}]+\}/g) ?? []);
    }
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
    const known = Object.keys(document.components.schemas);
    expect(references.filter((reference) => !known.includes(reference.split('/').at(-1) ?? ''))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('Internal');
  });

  test('describes what is answered', async () => {
    const { app, document } = await served();
    const authorization = 'Bearer right';
    const asked: [operationId: string, method: 'GET' | 'POST', url: string, status: number, body?: object][] = [
      ['listVideos', 'GET', '/api/videos', 200],
      ['listVideos', 'GET', '/api/videos?limit=0', 400],
      ['getVideo', 'GET', '/api/videos/ready', 200],
      ['getVideo', 'GET', '/api/videos/none', 404],
      ['transcodeVideo', 'POST', '/api/videos/ready/transcode', 202, { templateGroupId: 'tg-1' }],
      ['transcodeVideo', 'POST', '/api/videos/ready/transcode', 400, {}],
      ['listSessions', 'GET', '/api/sessions', 200],
      ['getSession', 'GET', `/api/sessions/${sessionId}`, 200],
      ['getSession', 'GET', '/api/sessions/none', 404],
      ['listSessionsOfStream', 'GET', '/api/streams/play.example.com/live/room-42/sessions', 200],
      ['listJobs', 'GET', '/api/jobs', 200],
      ['getLatency', 'GET', '/api/latency?by=hour', 200],
      ['listDeadLetters', 'GET', '/api/dead-letters', 200],
      ['redriveDeadLetter', 'POST', '/api/dead-letters/0/5/redrive', 202],
      ['redriveDeadLetter', 'POST', '/api/dead-letters/0/4/redrive', 404],
      ['getOpenApi', 'GET', '/api/openapi.json', 200],
      ['getLiveness', 'GET', '/healthz', 200],
      ['getReadiness', 'GET', '/readyz', 200],
    ];
    for (const [operationId, method, url, status, payload] of asked) {
      const answer = await app.inject({ method, url, headers: { authorization }, ...(payload ? { payload } : {}) });
      expect([url, answer.statusCode]).toEqual([url, status]);
      const operation = operations(document).find((one) => one.operation.operationId === operationId)?.operation;
      if (!operation) throw new Error(`no operation ${operationId}`);
      const judged = schemaOf(document, operation, status).safeParse(answer.json());
      expect([url, judged.error?.issues ?? []]).toEqual([url, []]);
    }
  });

  test('lists every parameter that is accepted: another one is refused by name', async () => {
    const { app, document } = await served();
    const listing = operations(document).filter(({ operation }) =>
      operation.parameters?.some((one) => one.in === 'query'),
    );
    expect(listing).toHaveLength(7);
    for (const { path } of listing) {
      const answer = await app.inject(`${path.replace(/\{\w+\}/g, 'x')}?surprise=1`);
      expect([path, answer.statusCode, answer.json().code]).toEqual([path, 400, 'BAD_REQUEST']);
      expect(answer.json().message).toContain('surprise');
    }
  });

  test('would not fit another answer', async () => {
    const { document } = await served();
    const { get } = document.paths['/api/videos/{videoId}'] ?? {};
    if (!get) throw new Error('getVideo is gone');
    expect(schemaOf(document, get, 200).safeParse({ ...video('a'), status: 'SOON' }).success).toBe(false);
    expect(schemaOf(document, get, 200).safeParse(video('a')).success).toBe(false);
    expect(schemaOf(document, get, 200).safeParse(publicState(video('a'))).success).toBe(true);
  });
});
