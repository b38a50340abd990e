/** Reading states: videos and sessions by id, and lists of them. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { SessionStatus } from '../../schemas/generated/SessionState.ts';
import type { SubjectKind, VideoKind, VideoStatus } from '../../schemas/generated/VideoState.ts';
import { encodePosition, type Position } from './cursor.ts';
import { publicState } from './event-stream.ts';
import { notFound } from './fault.ts';
import type { Follower } from './follower.ts';
import { cursorParameter, inList, limitParameter, parseQuery, textParameter, timeParameter } from './parse.ts';
import { type StateView, streamOf } from './state-view.ts';

export const listQuery = z.strictObject({
  stream: z.string().max(600).optional().describe('`domain/app/stream`'),
  status: z.string().max(200).optional().describe('One or several statuses, comma separated'),
  text: textParameter.optional().describe('Only where this is part of the id or of `domain/app/stream`, in any case'),
  from: timeParameter.optional().describe('Only what began at or after this: ISO 8601 or epoch milliseconds'),
  to: timeParameter.optional().describe('Only what began before this: ISO 8601 or epoch milliseconds'),
  cursor: cursorParameter.optional(),
  limit: limitParameter,
});

export const videoListQuery = listQuery.extend({
  kind: z.string().max(100).optional().describe('One or several kinds, comma separated'),
  subject: z
    .string()
    .max(100)
    .optional()
    .describe(
      'One or several subjects, comma separated; VIDEO for videos alone, without images, attached files and stand-ins',
    ),
});

export type StateRouteOptions = {
  readonly view: StateView;
  readonly follower: Pick<Follower, 'freshness'>;
  readonly epoch: string;
};

/** Reads say how fresh they are, and from which position `GET /api/events` goes on without a gap. */
export function withFreshness(options: StateRouteOptions, reply: FastifyReply, position: Position) {
  const { caughtUp, lagRecords, asOfMs } = options.follower.freshness();
  return reply.headers({
    'live2vod-caught-up': String(caughtUp),
    'live2vod-lag-records': String(lagRecords),
    ...(asOfMs === null ? {} : { 'live2vod-as-of': String(asOfMs) }),
    'live2vod-position': encodePosition(options.epoch, position),
  });
}

/** True when nothing is asked for, or when it is part of one of the names. */
export const mentions = (text: string | undefined, ...names: (string | null)[]) =>
  text === undefined || text === '' || names.some((name) => name?.toLowerCase().includes(text));

export function addStateRoutes(app: FastifyInstance, options: StateRouteOptions): void {
  const { view } = options;
  const fresh = (reply: FastifyReply, position: Position) => withFreshness(options, reply, position);

  app.get<{ Params: { videoId: string } }>('/api/videos/:videoId', async (request, reply) => {
    // Before the state is read: a position after it could leave out a change in between.
    const position = view.position();
    const state = await view.get('video-state', request.params.videoId);
    if (!state) throw notFound(`video ${request.params.videoId}`);
    return fresh(reply, position).send(publicState(state));
  });

  app.get('/api/videos', async (request, reply) => {
    const query = parseQuery(videoListQuery, request.query);
    const position = view.position();
    const page = await view.list(
      'video-state',
      { ...query, fromMs: query.from, toMs: query.to },
      (state) =>
        inList(query.status, state.status satisfies VideoStatus) &&
        inList(query.kind, state.kind satisfies VideoKind) &&
        inList(query.subject, state.subject satisfies SubjectKind) &&
        mentions(query.text, state.videoId, streamOf(state)),
    );
    return fresh(reply, position).send({ items: page.items.map(publicState), next: page.next });
  });

  app.get<{ Params: { '*': string } }>('/api/sessions/*', async (request, reply) => {
    const sessionId = request.params['*'];
    const position = view.position();
    const state = await view.get('session-state', sessionId);
    if (!state) throw notFound(`session ${sessionId}`);
    if (state.status === 'MERGED' && state.mergedInto !== null) {
      return fresh(reply, position).redirect(`/api/sessions/${encodeURIComponent(state.mergedInto)}`, 308);
    }
    return fresh(reply, position).send(publicState(state));
  });

  const sessions = async (reply: FastifyReply, input: unknown, stream?: string) => {
    const query = parseQuery(listQuery, input);
    const position = view.position();
    const page = await view.list(
      'session-state',
      { ...query, stream: stream ?? query.stream, fromMs: query.from, toMs: query.to },
      (state) =>
        query.status === undefined
          ? state.status !== 'MERGED'
          : inList(query.status, state.status satisfies SessionStatus),
      // A session's id begins with its stream.
      (sessionId) => mentions(query.text, sessionId),
    );
    return fresh(reply, position).send({ items: page.items.map(publicState), next: page.next });
  };

  app.get('/api/sessions', (request, reply) => sessions(reply, request.query));

  app.get<{ Params: { domain: string; app: string; stream: string } }>(
    '/api/streams/:domain/:app/:stream/sessions',
    (request, reply) =>
      sessions(reply, request.query, `${request.params.domain}/${request.params.app}/${request.params.stream}`),
  );
}
