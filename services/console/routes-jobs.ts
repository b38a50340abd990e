/**
 * `GET /api/jobs`: what was decided about transcodes, audits, snapshots and compositions, and what became of it, newest
 * video or session first.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { cursorParameter, inList, limitParameter, parseQuery, textParameter } from './parse.ts';
import { mentions, type StateRouteOptions, withFreshness } from './routes-states.ts';
import { placeOf, streamOf } from './state-view.ts';

export const jobTypes = ['TRANSCODE', 'AUDIT', 'SNAPSHOT', 'COMPOSE'] as const;

export const jobQuery = z.strictObject({
  type: z
    .string()
    .max(60)
    .optional()
    .describe(`One or several of ${jobTypes.join(', ')}, comma separated`),
  state: z.string().max(200).optional().describe('One or several states of a job, comma separated'),
  hold: z
    .string()
    .max(60)
    .optional()
    .describe('How an audit stands to it: AUDIT, REVIEW, BLOCKED or PASSED, comma separated'),
  decision: z.string().max(60).optional().describe('Who transcodes: CLOUD, PIPELINE or APPROVAL, comma separated'),
  stream: z.string().max(600).optional().describe('`domain/app/stream`'),
  text: textParameter
    .optional()
    .describe('Only where this is part of the id, the token or `domain/app/stream`, in any case'),
  cursor: cursorParameter.optional(),
  limit: limitParameter.describe('Most videos and sessions of a page; one may have several jobs'),
});

type Query = z.infer<typeof jobQuery>;

/** One job; null where its kind has no such thing. Times are this pipeline's, epoch milliseconds. */
export type JobItem = {
  readonly type: (typeof jobTypes)[number];
  readonly token: string;
  readonly state: string;
  readonly hold: string | null;
  readonly decision: string | null;
  readonly purpose: string | null;
  readonly generation: number | null;
  readonly policy: string | null;
  readonly templateGroupId: string | null;
  readonly attempt: number | null;
  readonly plannedAt: number | null;
  readonly finishedAt: number | null;
  /** The cloud's id of it. */
  readonly cloudId: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly videoId: string | null;
  readonly sessionId: string | null;
  readonly stream: VideoState['stream'];
};

const none = {
  hold: null,
  decision: null,
  purpose: null,
  generation: null,
  policy: null,
  templateGroupId: null,
  attempt: null,
  plannedAt: null,
  finishedAt: null,
  errorMessage: null,
  videoId: null,
  sessionId: null,
} as const;

export function jobsOfVideo({ videoId, stream, jobs, steps }: VideoState): JobItem[] {
  const transcodes = jobs.map(
    ({ token, state, hold, decision, purpose, generation, policy, templateGroupId, attempt, plannedAt, ...rest }) => {
      const { finishedAt, taskId: cloudId, errorCode, errorMessage } = rest;
      const ours = { token, state, hold, decision, purpose, generation, policy, templateGroupId, attempt, plannedAt };
      return { ...none, ...ours, type: 'TRANSCODE' as const, finishedAt, cloudId, errorCode, errorMessage };
    },
  );
  const before = steps.map(
    ({ kind: type, token, state, policy, plannedAt, finishedAt, jobId: cloudId, errorCode, errorMessage }) => {
      return { ...none, type, token, state, policy, plannedAt, finishedAt, cloudId, errorCode, errorMessage };
    },
  );
  return [...before, ...transcodes].map((job) => ({ ...job, videoId, stream }));
}

export function jobsOfSession({ sessionId, stream, composition }: SessionState): JobItem[] {
  if (composition === null) return [];
  const { token, state, reason: policy, mediaId: cloudId, errorCode } = composition;
  return [{ ...none, type: 'COMPOSE', token, state, policy, cloudId, errorCode, sessionId, stream }];
}

const wantedBy = (query: Query) => (job: JobItem) =>
  inList(query.type, job.type) &&
  inList(query.state, job.state) &&
  (query.hold === undefined || inList(query.hold, job.hold ?? '')) &&
  (query.decision === undefined || inList(query.decision, job.decision ?? ''));

export function addJobRoute(app: FastifyInstance, options: StateRouteOptions): void {
  const { view } = options;
  app.get('/api/jobs', async (request, reply) => {
    const query = parseQuery(jobQuery, request.query);
    const wanted = wantedBy(query);
    const matching = (state: VideoState | SessionState): JobItem[] => {
      const jobs = 'sessionId' in state ? jobsOfSession(state) : jobsOfVideo(state);
      const stream = streamOf(state);
      return jobs.filter(
        (job) => wanted(job) && mentions(query.text, job.videoId, job.sessionId, job.token, job.cloudId, stream),
      );
    };
    const any = (state: VideoState | SessionState) => matching(state).length > 0;
    const position = view.position();
    const types = query.type?.split(',') ?? jobTypes;
    const nothing = { items: [], next: null };
    const videos = types.some((type) => type !== 'COMPOSE') ? await view.list('video-state', query, any) : nothing;
    const sessions = types.includes('COMPOSE') ? await view.list('session-state', query, any) : nothing;
    // Both lists are in the same order; each is known up to its cursor, the page goes as far as both are.
    const places = [
      ...videos.items.map((state) => ({ state, place: placeOf(state, state.videoId) })),
      ...sessions.items.map((state) => ({ state, place: placeOf(state, state.sessionId) })),
    ].sort((a, b) => inOrder(a.place, b.place));
    const ends = [videos.next, sessions.next].filter((next) => next !== null).sort(inOrder);
    const known = ends[0] ?? null;
    const shown = places.filter(({ place }) => known === null || inOrder(place, known) <= 0);
    const page = shown.slice(0, query.limit);
    const next = shown.length > page.length ? (page.at(-1)?.place ?? null) : known;
    return withFreshness(options, reply, position).send({ items: page.flatMap(({ state }) => matching(state)), next });
  });
}

/** As the store sorts: by bytes. */
const inOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
