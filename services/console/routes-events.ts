/** `GET /api/events`: the live subscription over server-sent events. */

import { once } from 'node:events';
import { z } from 'zod';
import { counted } from '../../platform/counted.ts';
import type { Clock } from '../../platform/host/index.ts';
import type { Metrics } from '../../platform/telemetry/index.ts';
import { waitAtMost } from '../../platform/wait-at-most.ts';
import { maxSubjectIdLength } from '../../processors/callback/index.ts';
import { hasControlCharacter } from '../../schemas/bounds.ts';
import { serveEvents } from './event-stream.ts';
import { ApiFault } from './fault.ts';
import type { Follower } from './follower.ts';
import { badQuery, fault, text } from './openapi/answers.ts';
import { accepting, idParameter, streamParameter } from './parse.ts';
import { readersOfAddress } from './readers-of-address.ts';
import type { StateView } from './state-view.ts';
import { strictHeaders } from './strict-headers.ts';
import type { ConsoleApp } from './typed-app.ts';

/** A reader that takes nothing for so long is gone, or as good as: it can come back with its last id. */
const stalledMs = 60_000;

/** A place may be free by then; sooner, those who are refused would be most of the load. */
const retryAfterSeconds = 10;

const eventHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

const topicOf = { videos: 'video-state', sessions: 'session-state' } as const;

const videoIs = `a VideoId of 1 to ${maxSubjectIdLength} characters`;
const sessionIs = 'a session id as domain/app/stream/start';

const eventQuery = accepting({
  states: z.enum(['videos', 'sessions'], 'one of videos, sessions').optional().describe('Only videos or only sessions'),
  video: idParameter(maxSubjectIdLength, videoIs).optional().describe('Only this VideoId'),
  session: z
    .string()
    .max(800, sessionIs)
    .regex(/^[^/]+\/[^/]+\/.+\/\d{4}-\d{2}-\d{2}T[\d:.]+Z$/s, sessionIs)
    .refine((text) => !hasControlCharacter(text), sessionIs)
    .optional()
    .describe('Only this session id'),
  stream: streamParameter.optional().describe('Only this `domain/app/stream`'),
  lastEventId: z
    .string()
    .max(20_000, 'at most 20000 characters')
    .optional()
    .describe('For readers that cannot send the header `Last-Event-ID`; `live2vod-position` of an answer fits too'),
})
  .refine(({ video, session }) => video === undefined || session === undefined, {
    path: ['session'],
    message: 'a video is no session: one of both',
  })
  .refine(({ states, video }) => states !== 'sessions' || video === undefined, {
    path: ['video'],
    message: 'only with states=videos, or without states',
  })
  .refine(({ states, session }) => states !== 'videos' || session === undefined, {
    path: ['session'],
    message: 'only with states=sessions, or without states',
  });

const following = {
  operationId: 'followEvents',
  summary: 'Live subscription: the latest state of everything that matches, then each change (server-sent events)',
  querystring: eventQuery,
  headers: z.object({
    'last-event-id': z
      .string()
      .optional()
      .describe('`id` of the last event that was seen: go on after it, without gap or repeat'),
  }),
  response: {
    200: text(
      'Events `video` and `session` (data: the state, or `{key, deleted: true, reason}`, reason `retired`, `merged` or null), `live` (the snapshot is complete), `reset` (the id is too old: forget what you have, a snapshot follows)',
      'text/event-stream',
    ),
    ...badQuery,
    429: fault('This address has as many readers as it may have'),
    503: fault('Too many readers'),
  },
};

export type EventRouteOptions = {
  readonly view: StateView;
  readonly follower: Follower;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly epoch: string;
  readonly maxPositionAgeMs: number;
  readonly maxClients: number;
  /** Of these, how many one address may have. */
  readonly maxClientsOfAddress: number;
  readonly signal: AbortSignal;
};

export function addEventRoute(app: ConsoleApp, options: EventRouteOptions): void {
  const addresses = readersOfAddress(options.maxClientsOfAddress);
  let clients = 0;
  const count = (by: number) => {
    clients += by;
    options.metrics.set('live2vod_console_sse_clients', {}, clients);
  };

  // A router's own answer to HEAD would begin a stream that never ends.
  app.head('/api/events', (_request, reply) => reply.headers(eventHeaders).send());

  app.get('/api/events', { schema: following, exposeHeadRoute: false }, async (request, reply) => {
    const { query } = request;
    if (clients >= options.maxClients)
      throw new ApiFault(503, 'TOO_MANY_READERS', `already ${counted(clients, 'event reader')}`, retryAfterSeconds);
    const leave = addresses.enter(request.ip);
    if (leave === null)
      throw new ApiFault(
        429,
        'TOO_MANY_READERS_OF_ADDRESS',
        `${request.ip} has ${counted(options.maxClientsOfAddress, 'event reader')} already (CONSOLE_READERS_PER_ADDRESS)`,
        retryAfterSeconds,
      );
    const gone = new AbortController();
    const stop = () => gone.abort();
    reply.hijack();
    const { raw } = reply;
    raw.on('close', stop);
    options.signal.addEventListener('abort', stop, { once: true });
    // A hijacked reply passes no hook: what the others send is sent here.
    raw.writeHead(200, { ...strictHeaders, ...eventHeaders });
    // Node keeps headers back for the first text, which may be long in coming.
    raw.flushHeaders();
    count(1);
    try {
      await serveEvents({
        ...options,
        filter: {
          topic: query.states && topicOf[query.states],
          videoId: query.video,
          sessionId: query.session,
          stream: query.stream,
        },
        lastEventId: request.headers['last-event-id'] ?? query.lastEventId ?? null,
        sink: {
          signal: gone.signal,
          write: async (text) => {
            if (gone.signal.aborted || raw.write(text)) return;
            const drained = once(raw, 'drain', { signal: gone.signal }).catch(() => undefined);
            // Not ended: that would wait for a reader that takes nothing.
            if (!(await waitAtMost(stalledMs, drained, options.clock))) raw.destroy();
          },
        },
      });
    } finally {
      count(-1);
      leave();
      options.signal.removeEventListener('abort', stop);
      raw.end();
    }
  });
}
