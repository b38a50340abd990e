/** Reading states: videos and sessions by id, and lists of them. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { SessionStatus } from '../../schemas/generated/SessionState.ts';
import type { SubjectKind, VideoKind, VideoState, VideoStatus } from '../../schemas/generated/VideoState.ts';
import { encodePosition, type Position } from './cursor.ts';
import { publicState } from './event-stream.ts';
import { notFound } from './fault.ts';
import type { Follower } from './follower.ts';
import { videoGist } from './marks.ts';
import { badQuery, empty, fault, fresh, pageOf } from './openapi/answers.ts';
import { sessionState, videoState, wordsOf } from './openapi/states.ts';
import {
  accepting,
  domainParameter,
  inList,
  limitParameter,
  nameParameter,
  ordered,
  placeParameter,
  plainNameParameter,
  someOf,
  streamParameters,
  textParameter,
  timeParameter,
} from './parse.ts';
import type { StateView } from './state-view.ts';

import type { ConsoleApp } from './typed-app.ts';

const pageShape = {
  status: someOf(wordsOf<SessionStatus>('SessionStatus'), 'statuses').optional(),
  text: textParameter.optional().describe('Only where this is part of the id or of `domain/app/stream`, in any case'),
  from: timeParameter.optional().describe('Only what began at or after this: ISO 8601 or epoch milliseconds'),
  to: timeParameter.optional().describe('Only what began before this: ISO 8601 or epoch milliseconds'),
  cursor: placeParameter.optional(),
  limit: limitParameter,
};
const listShape = { ...streamParameters, ...pageShape };
const listQuery = ordered(accepting(listShape));

/** Where a video comes from, as the cloud's console and `MediaSource` have it: which kinds these are. */
const kindsOfSource = { live: ['SEGMENT', 'COMPOSED'], upload: ['UPLOAD'] } as const satisfies Record<
  string,
  readonly VideoKind[]
>;
type Source = keyof typeof kindsOfSource;

const videoListQuery = ordered(
  accepting({
    ...listShape,
    status: someOf(wordsOf<VideoStatus>('VideoStatus'), 'statuses').optional(),
    source: someOf(Object.keys(kindsOfSource) as Source[], 'sources')
      .optional()
      .describe('`live`: recordings of live streams, segments and composed ones together; `upload`: uploaded videos'),
    kind: someOf(wordsOf<VideoKind>('VideoKind'), 'kinds').optional(),
    subject: someOf(wordsOf<SubjectKind>('SubjectKind'), 'subjects')
      .optional()
      .describe(
        'One or several subjects, comma separated: VIDEO (alone where unsaid), IMAGE, ATTACHED_MEDIA, MEDIA, JOB, COMPOSITION',
      ),
  }),
);

const streamListQuery = ordered(accepting(pageShape));

/** A video of one of the sources; what is no video has none. */
const isFrom = (sources: readonly Source[] | undefined, { subject, kind }: Pick<VideoState, 'subject' | 'kind'>) =>
  sources === undefined ||
  (subject === 'VIDEO' && sources.some((source) => (kindsOfSource[source] as readonly VideoKind[]).includes(kind)));

export type StateRouteOptions = {
  readonly view: StateView;
  readonly follower: Pick<Follower, 'freshness'>;
  readonly epoch: string;
};

/** Reads say how fresh they are, and from which position `GET /api/events` goes on without a gap. */
export function withFreshness<R extends Pick<FastifyReply, 'headers'>>(
  options: StateRouteOptions,
  reply: R,
  position: Position,
): R {
  const { caughtUp, lagRecords, asOfMs } = options.follower.freshness();
  reply.headers({
    'live2vod-caught-up': String(caughtUp),
    'live2vod-lag-records': String(lagRecords),
    ...(asOfMs === null ? {} : { 'live2vod-as-of': String(asOfMs) }),
    'live2vod-position': encodePosition(options.epoch, position),
  });
  return reply;
}

/** By lists of their own: only where that leaves most out, as the others are in one list. */
const marked = (one: (gist: string) => boolean) => ({ marked: { kind: 'gist' as const, one } });

/** True when nothing is asked for, or when it is part of one of the names. */
export const mentions = (text: string | undefined, ...names: (string | null)[]) =>
  text === undefined || text === '' || names.some((name) => name?.toLowerCase().includes(text));

const videoPage = fresh('A page of videos', pageOf('VideoPage', videoState));
const sessionPage = fresh('A page of sessions', pageOf('SessionPage', sessionState));

const schemas = {
  getVideo: {
    operationId: 'getVideo',
    summary: 'One video with its timeline, renditions and jobs',
    params: z.strictObject({ videoId: z.string().describe('VideoId') }),
    response: { 200: fresh('The video', videoState), 404: fault('Not known') },
  },
  listVideos: {
    operationId: 'listVideos',
    summary: 'Videos, newest first',
    querystring: videoListQuery,
    response: { 200: videoPage, ...badQuery },
  },
  getSession: {
    operationId: 'getSession',
    summary: 'One session',
    params: z.strictObject({ '*': z.string().describe('Session id; its slashes may be written as they are') }),
    response: {
      200: fresh('The session', sessionState),
      308: empty('It was merged into the session at `location`'),
      404: fault('Not known'),
    },
  },
  listSessions: {
    operationId: 'listSessions',
    summary: 'Live sessions, newest first; merged ones only when asked for by status',
    querystring: listQuery,
    response: { 200: sessionPage, ...badQuery },
  },
  listSessionsOfStream: {
    operationId: 'listSessionsOfStream',
    summary: 'Sessions of one stream, newest first',
    params: z.strictObject({
      domain: domainParameter.describe('DomainName'),
      app: plainNameParameter.describe('AppName'),
      stream: nameParameter.describe('StreamName'),
    }),
    querystring: streamListQuery,
    response: { 200: sessionPage, ...badQuery },
  },
};

export function addStateRoutes(app: ConsoleApp, options: StateRouteOptions): void {
  const { view } = options;

  app.get('/api/videos/:videoId', { schema: schemas.getVideo }, async (request, reply) => {
    // Before the state is read: a position after it could leave out a change in between.
    const position = view.position();
    const state = await view.get('video-state', request.params.videoId);
    if (!state) throw notFound(`video ${request.params.videoId}`);
    return withFreshness(options, reply, position).send(publicState(state));
  });

  app.get('/api/videos', { schema: schemas.listVideos }, async (request, reply) => {
    const { query } = request;
    const position = view.position();
    const isWanted = (gist: string) => {
      const { subject, kind, status } = videoGist(gist);
      return (
        inList(query.status, status) &&
        isFrom(query.source, { subject, kind }) &&
        inList(query.kind, kind) &&
        inList(query.subject ?? ['VIDEO'], subject)
      );
    };
    const page = await view.list('video-state', { ...query, fromMs: query.from, toMs: query.to }, () => true, {
      wants: ({ id, gist, stream }) => isWanted(gist) && mentions(query.text, id, stream),
      ...(query.status || query.source || query.kind || query.subject ? marked(isWanted) : {}),
    });
    return withFreshness(options, reply, position).send({ items: page.items.map(publicState), next: page.next });
  });

  const oneSession = { schema: schemas.getSession, config: { wildcard: 'sessionId' } };
  app.get('/api/sessions/*', oneSession, async (request, reply) => {
    const sessionId = request.params['*'];
    const position = view.position();
    const state = await view.get('session-state', sessionId);
    if (!state) throw notFound(`session ${sessionId}`);
    withFreshness(options, reply, position);
    if (state.status === 'MERGED' && state.mergedInto !== null)
      return reply.redirect(`/api/sessions/${encodeURIComponent(state.mergedInto)}`, 308);
    return reply.send(publicState(state));
  });

  const sessions = async (query: z.infer<typeof listQuery>) => {
    const isWanted = (status: string) =>
      query.status === undefined ? status !== 'MERGED' : inList(query.status, status as SessionStatus);
    const page = await view.list('session-state', { ...query, fromMs: query.from, toMs: query.to }, () => true, {
      // A session's id begins with its stream.
      wants: ({ id, gist }) => isWanted(gist) && mentions(query.text, id),
      ...(query.status ? marked(isWanted) : {}),
    });
    return { items: page.items.map(publicState), next: page.next };
  };

  app.get('/api/sessions', { schema: schemas.listSessions }, async (request, reply) => {
    const position = view.position();
    const page = await sessions(request.query);
    return withFreshness(options, reply, position).send(page);
  });

  const ofStream = '/api/streams/:domain/:app/:stream/sessions';
  app.get(ofStream, { schema: schemas.listSessionsOfStream }, async (request, reply) => {
    const { domain, app: appName, stream } = request.params;
    const position = view.position();
    const page = await sessions({ ...request.query, stream: `${domain}/${appName}/${stream}` });
    return withFreshness(options, reply, position).send(page);
  });
}
