/**
 * `GET /api/jobs`: what was decided about transcodes, the steps beside them and compositions, and what became of it, newest
 * video or session first.
 */
import { z } from 'zod';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { JobDecision, JobHold, JobPurpose, StreamRef, VideoState } from '../../schemas/generated/VideoState.ts';
import { inOrder } from './list-walk.ts';
import { type JobMark, jobMark } from './marks.ts';
import { badQuery, epochMs, fresh, pageOf } from './openapi/answers.ts';
import { contract, wordsOf } from './openapi/states.ts';
import { accepting, inList, limitParameter, placeParameter, someOf, streamParameters, textParameter } from './parse.ts';
import { mentions, type StateRouteOptions, withFreshness } from './routes-states.ts';
import { placeOf, streamOf } from './stream-index.ts';
import type { ConsoleApp } from './typed-app.ts';

const jobTypes = ['TRANSCODE', 'AUDIT', 'SNAPSHOT', 'COVER', 'DNA', 'TAGS', 'COMPOSE', 'CLIP'] as const;

const jobStates = [
  ...new Set(
    ['JobState', 'StepState', 'CompositionState', 'ClipState'].flatMap((name) => wordsOf<JobItem['state']>(name)),
  ),
];

const jobQuery = accepting({
  type: someOf(jobTypes, 'types').optional(),
  state: someOf(jobStates, 'states of a job').optional(),
  hold: someOf(wordsOf<JobHold>('JobHold'), 'holds').optional().describe('How an audit stands to it, comma separated'),
  decision: someOf(wordsOf<JobDecision>('JobDecision'), 'decisions')
    .optional()
    .describe('Who transcodes: CLOUD, PIPELINE or APPROVAL, comma separated'),
  ...streamParameters,
  text: textParameter
    .optional()
    .describe('Only where this is part of the id, the token or `domain/app/stream`, in any case'),
  cursor: placeParameter.optional(),
  limit: limitParameter.describe('Most videos and sessions of a page; one may have several jobs'),
});

type Query = z.infer<typeof jobQuery>;

/** One job; null where its kind has no such thing. Times are this pipeline's. */
const jobItem = z.object({
  type: z.enum(jobTypes),
  token: z.string().describe('Idempotency token: also how it is named in the log and in dead letters'),
  state: z.string().describe("Of JobState, StepState, CompositionState or ClipState, as the job's type is"),
  hold: contract<JobHold>('JobHold').nullable().describe('How an audit stands to it; null: it waits for none'),
  decision: contract<JobDecision>('JobDecision').nullable(),
  leftAsIs: z.boolean().describe('Nobody transcodes it: the source is all there is to be'),
  purpose: contract<JobPurpose>('JobPurpose').nullable(),
  generation: z.int().nullable(),
  policy: z.string().nullable().describe('The rule that decided; for a composition why it was made'),
  templateGroupId: z.string().nullable(),
  workflowId: z.string().nullable().describe('The workflow that is started instead of a template group'),
  attempt: z.int().nullable().describe('Attempts made so far; null where they are not counted'),
  plannedAt: epochMs('When it was planned').nullable(),
  finishedAt: epochMs('When it ended').nullable(),
  cloudId: z.string().nullable().describe("The cloud's id: of a task, a job or a produced media"),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  videoId: z
    .string()
    .nullable()
    .describe("Null for a composition; of a clip the clip's own, once the cloud has named it"),
  sessionId: z.string().nullable().describe('Of a composition or clip'),
  title: z.string().nullable().describe('Of a clip'),
  from: epochMs('What a clip shows begins').nullable(),
  to: epochMs('What a clip shows ends').nullable(),
  stream: contract<StreamRef>('StreamRef').nullable(),
});

export type JobItem = Readonly<z.infer<typeof jobItem>>;

const listing = {
  operationId: 'listJobs',
  summary:
    'Transcodes, the steps beside them (audits, snapshots, covers, DNA, tags), compositions and clips: what was decided and what became of it, newest first',
  querystring: jobQuery,
  response: { 200: fresh('A page of jobs', pageOf('JobPage', jobItem)), ...badQuery },
};

const none = {
  hold: null,
  decision: null,
  leftAsIs: false,
  purpose: null,
  generation: null,
  policy: null,
  templateGroupId: null,
  workflowId: null,
  attempt: null,
  plannedAt: null,
  finishedAt: null,
  errorMessage: null,
  videoId: null,
  sessionId: null,
  title: null,
  from: null,
  to: null,
} as const;

export function jobsOfVideo({ videoId, stream, jobs, steps }: VideoState): JobItem[] {
  const transcodes = jobs.map(
    ({ token, state, hold, decision, purpose, generation, policy, templateGroupId, attempt, plannedAt, ...rest }) => {
      const { leftAsIs, workflowId, finishedAt, taskId: cloudId, errorCode, errorMessage } = rest;
      const ours = { token, state, hold, decision, purpose, generation, policy, templateGroupId, attempt, plannedAt };
      return {
        ...none,
        ...ours,
        type: 'TRANSCODE' as const,
        leftAsIs,
        workflowId,
        finishedAt,
        cloudId,
        errorCode,
        errorMessage,
      };
    },
  );
  const before = steps.map(
    ({ kind: type, token, state, policy, plannedAt, finishedAt, jobId: cloudId, errorCode, errorMessage }) => {
      return { ...none, type, token, state, policy, plannedAt, finishedAt, cloudId, errorCode, errorMessage };
    },
  );
  return [...before, ...transcodes].map((job) => ({ ...job, videoId, stream }));
}

export function jobsOfSession({ sessionId, stream, composition, composed, clips }: SessionState): JobItem[] {
  const cut = clips.map(({ token, state, templateGroupId, videoId, errorCode, errorMessage, ...clip }) => {
    const { title, from, to, plannedAt, finishedAt } = clip;
    const ours = { token, state, templateGroupId, videoId, cloudId: videoId, errorCode, errorMessage };
    return { ...none, ...ours, title, from, to, plannedAt, finishedAt, type: 'CLIP' as const, sessionId, stream };
  });
  if (composition === null) return cut;
  const { token, state, reason: policy, mediaId: cloudId, errorCode } = composition;
  const made = state === 'DONE' ? composed.find(({ videoId }) => videoId === cloudId) : undefined;
  const finishedAt = made?.sourceReadyTime ?? null;
  return [
    { ...none, type: 'COMPOSE', token, state, policy, cloudId, errorCode, finishedAt, sessionId, stream },
    ...cut,
  ];
}

const wantedBy = (query: Query) => (job: Pick<JobItem, 'type' | 'state' | 'hold' | 'decision'> | JobMark) =>
  inList<string>(query.type, job.type) &&
  inList<string>(query.state, job.state) &&
  inList<string>(query.hold, job.hold) &&
  inList<string>(query.decision, job.decision);

export function addJobRoute(app: ConsoleApp, options: StateRouteOptions): void {
  const { view } = options;
  app.get('/api/jobs', { schema: listing }, async (request, reply) => {
    const { query } = request;
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
    const types: readonly string[] = query.type ?? jobTypes;
    const nothing = { items: [], next: null };
    const isOfSession = (type: string) => type === 'COMPOSE' || type === 'CLIP';
    const beforehand = { marked: { kind: 'job', one: (mark: string) => wanted(jobMark(mark)) } } as const;
    const videos = types.every(isOfSession) ? nothing : await view.list('video-state', query, any, beforehand);
    const sessions = types.some(isOfSession) ? await view.list('session-state', query, any, beforehand) : nothing;
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
