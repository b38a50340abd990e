/** The OpenAPI document of the console: made from the schemas that requests are parsed with and states are written with. */
import { z } from 'zod';
import { loginBody } from '../reading.ts';
import { deadLetterQuery } from '../routes-dead-letters.ts';
import { eventQuery } from '../routes-events.ts';
import { jobQuery } from '../routes-jobs.ts';
import { latencyQuery } from '../routes-latency.ts';
import { listQuery, videoListQuery } from '../routes-states.ts';
import { transcodeBody } from '../routes-transcode.ts';
import { cookieName } from '../token.ts';
import type { JsonSchema } from './avro-to-json-schema.ts';
import { ref, schemas } from './schemas.ts';

export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  readonly responses: Readonly<Record<string, JsonSchema>>;
  readonly security?: readonly JsonSchema[];
};

export type OpenApiDocument = {
  readonly openapi: string;
  readonly info: JsonSchema;
  readonly security: readonly JsonSchema[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> } & JsonSchema;
};

const json = (schema: JsonSchema) => ({ content: { 'application/json': { schema } } });
const fault = (description: string) => ({ description, ...json(ref('Fault')) });
const inPath = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

function inQuery(query: z.ZodType): JsonSchema[] {
  const { properties = {}, required = [] } = jsonSchema(query);
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: (required as readonly string[]).includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

/** What may be sent, before it is parsed. */
function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest as JsonSchema;
}

const freshness = {
  'live2vod-caught-up': { description: 'false while old records are still being read', schema: { type: 'string' } },
  'live2vod-lag-records': {
    description: 'Committed records that are not visible yet, as of the last look at the topics',
    schema: { type: 'string' },
  },
  'live2vod-as-of': {
    description: 'Everything that was committed then is shown, epoch milliseconds; absent until it has caught up',
    schema: { type: 'string' },
  },
  'live2vod-position': {
    description: 'Give it to `/api/events` as `lastEventId` to go on from this answer without a gap',
    schema: { type: 'string' },
  },
};
const fresh = (description: string, schema: JsonSchema) => ({ description, headers: freshness, ...json(schema) });
const plain = (description: string, schema: JsonSchema) => ({ description, ...json(schema) });
const badQuery = { 400: fault('A parameter is not accepted; the message names it') };
const byToken = {
  security: [{ token: [] }],
  refusals: { 401: fault('Wrong or missing token'), 403: fault('No CONSOLE_TOKEN is set: nothing can be changed') },
};

const paths: OpenApiDocument['paths'] = {
  '/api/videos': {
    get: {
      operationId: 'listVideos',
      summary: 'Videos, newest first',
      parameters: inQuery(videoListQuery),
      responses: { 200: fresh('A page of videos', ref('VideoPage')), ...badQuery },
    },
  },
  '/api/videos/{videoId}': {
    get: {
      operationId: 'getVideo',
      summary: 'One video with its timeline, renditions and jobs',
      parameters: [inPath('videoId', 'VideoId')],
      responses: { 200: fresh('The video', ref('VideoState')), 404: fault('Not known') },
    },
  },
  '/api/videos/{videoId}/transcode': {
    post: {
      operationId: 'transcodeVideo',
      summary: 'A person says that the video is to be transcoded',
      parameters: [inPath('videoId', 'VideoId')],
      requestBody: { required: true, ...json(jsonSchema(transcodeBody)) },
      responses: {
        202: plain('The wish is durable; the job shows in the ledger of the video', ref('TranscodeAsked')),
        400: fault('The body is not accepted; the message names the field'),
        ...byToken.refusals,
        404: fault('Not known'),
        409: fault('The cloud would not accept a transcode now; the message says what is missing'),
      },
      security: byToken.security,
    },
  },
  '/api/sessions': {
    get: {
      operationId: 'listSessions',
      summary: 'Live sessions, newest first; merged ones only when asked for by status',
      parameters: inQuery(listQuery),
      responses: { 200: fresh('A page of sessions', ref('SessionPage')), ...badQuery },
    },
  },
  '/api/sessions/{sessionId}': {
    get: {
      operationId: 'getSession',
      summary: 'One session',
      parameters: [inPath('sessionId', 'Session id; its slashes may be written as they are')],
      responses: {
        200: fresh('The session', ref('SessionState')),
        308: { description: 'It was merged into the session at `location`' },
        404: fault('Not known'),
      },
    },
  },
  '/api/streams/{domain}/{app}/{stream}/sessions': {
    get: {
      operationId: 'listSessionsOfStream',
      summary: 'Sessions of one stream, newest first',
      parameters: [
        inPath('domain', 'DomainName'),
        inPath('app', 'AppName'),
        inPath('stream', 'StreamName'),
        ...inQuery(listQuery.omit({ stream: true })),
      ],
      responses: { 200: fresh('A page of sessions', ref('SessionPage')), ...badQuery },
    },
  },
  '/api/jobs': {
    get: {
      operationId: 'listJobs',
      summary: 'Transcodes, audits, snapshots and compositions: what was decided and what became of it, newest first',
      parameters: inQuery(jobQuery),
      responses: { 200: fresh('A page of jobs', ref('JobPage')), ...badQuery },
    },
  },
  '/api/latency': {
    get: {
      operationId: 'getLatency',
      summary: 'Percentiles of each stage (docs/latency.md)',
      parameters: inQuery(latencyQuery),
      responses: {
        200: plain('One row per stage and group', ref('LatencyReport')),
        ...badQuery,
        503: fault("ClickHouse doesn't answer"),
      },
    },
  },
  '/api/dead-letters': {
    get: {
      operationId: 'listDeadLetters',
      summary: 'Records that could not be used, newest first',
      parameters: inQuery(deadLetterQuery),
      responses: {
        200: plain('A page of dead letters', ref('DeadLetterPage')),
        ...badQuery,
        503: fault("Kafka doesn't answer"),
      },
    },
  },
  '/api/dead-letters/{partition}/{offset}/redrive': {
    post: {
      operationId: 'redriveDeadLetter',
      summary: 'Sends one dead letter through again',
      parameters: [inPath('partition', 'Partition in the dead-letters topic'), inPath('offset', 'Offset there')],
      responses: {
        202: plain('It was sent, now or before', ref('Redriven')),
        400: fault('No such place'),
        ...byToken.refusals,
        404: fault('Not known'),
        409: fault('What it came from is not fed again; the message says why'),
        503: fault("Kafka doesn't answer"),
      },
      security: byToken.security,
    },
  },
  '/api/events': {
    get: {
      operationId: 'followEvents',
      summary: 'Live subscription: the latest state of everything that matches, then each change (server-sent events)',
      parameters: [
        ...inQuery(eventQuery),
        {
          name: 'Last-Event-ID',
          in: 'header',
          description: '`id` of the last event that was seen: go on after it, without gap or repeat',
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: {
          description:
            'Events `video` and `session` (data: the state, or `{key, deleted: true, reason}`, reason `retired`, `merged` or null), `live` (the snapshot is complete), `reset` (the id is too old: forget what you have, a snapshot follows)',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...badQuery,
        429: fault('This address has as many readers as it may have'),
        503: fault('Too many readers'),
      },
    },
  },
  '/api/login': {
    post: {
      operationId: 'logIn',
      summary: 'A cookie that opens reading, for browsers: an EventSource can send nothing else',
      requestBody: { required: true, ...json(jsonSchema(loginBody)) },
      responses: {
        204: { description: 'The cookie, which no script can read' },
        400: fault('No token'),
        401: fault('Another token'),
      },
    },
  },
  '/api/logout': {
    post: {
      operationId: 'logOut',
      summary: 'Takes the cookie away',
      responses: { 204: { description: 'It is gone' } },
    },
  },
  '/api/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'This document',
      responses: { 200: plain('OpenAPI 3.1', { type: 'object' }) },
    },
  },
  '/healthz': {
    get: {
      operationId: 'getLiveness',
      summary: 'Whether the process works',
      responses: { 200: plain('It does', ref('Live')), 503: plain('It should be restarted', ref('Live')) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'getReadiness',
      summary: 'Whether every role is ready',
      responses: { 200: plain('Ready', ref('Ready')), 503: plain('Not yet, and why', ref('Ready')) },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      summary: 'Prometheus metrics (docs/metrics.md)',
      responses: { 200: { description: 'Text format', content: { 'text/plain': { schema: { type: 'string' } } } } },
    },
  },
};

export const openApiDocument: OpenApiDocument = {
  openapi: '3.1.1',
  info: {
    title: 'live2vod console',
    version: '1',
    description:
      'States of videos and live sessions, latency, jobs and dead letters. Times are epoch milliseconds. Where the console needs a token for reading, all but /healthz, /readyz and the login answer 401 (LOGIN_NEEDED) without; another host or another site gets 403.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{}, { token: [] }, { reading: [] }],
  paths,
  components: {
    schemas,
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'CONSOLE_TOKEN; for reading also CONSOLE_READ_TOKEN' },
      reading: { type: 'apiKey', in: 'cookie', name: cookieName, description: 'Of /api/login' },
    },
  },
};
