/** Holds what the cloud says happened against what the pipeline says, entity by entity and field by field. */
import { isDeepStrictEqual } from 'node:util';
import type { Ledger, LedgerRendition, LedgerSession, LedgerVideo } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';

export type Difference = {
  readonly entity: string;
  readonly field: string;
  readonly cloud: unknown;
  readonly pipeline: unknown;
};

const videoFields = [
  'kind',
  'stream',
  'recording',
  'recordedTime',
  'sourceReadyTime',
  'firstPlayableTime',
  'transcodedTime',
  'coverUrl',
  'sourceUrl',
  'sizeBytes',
  'durationSeconds',
] as const satisfies readonly (keyof VideoState & keyof LedgerVideo)[];

const renditionFields = [
  'jobId',
  'definition',
  'format',
  'status',
  'fileUrl',
  'bitrateKbps',
  'fps',
  'width',
  'height',
  'durationSeconds',
  'sizeBytes',
  'startTime',
  'finishTime',
  'errorCode',
] as const satisfies readonly (keyof VideoState['renditions'][number] & keyof LedgerRendition)[];

const sessionFields = [
  'stream',
  'status',
  'startTime',
  'endTime',
  'segments',
  'gaps',
] as const satisfies readonly (keyof SessionState & keyof LedgerSession)[];

/** Everything in which the state topics differ from the ledger; empty when they are equal. */
export function differences(
  ledger: Ledger,
  videos: ReadonlyMap<string, VideoState>,
  sessions: ReadonlyMap<string, SessionState>,
): Difference[] {
  const found: Difference[] = [];
  const beginningOf = beginnings(ledger, videos);
  for (const truth of ledger.videos) {
    const entity = `video ${truth.videoId}`;
    const state = videos.get(truth.videoId);
    if (!state) {
      found.push({ entity, field: '', cloud: 'exists', pipeline: 'unknown' });
      continue;
    }
    for (const field of videoFields) add(found, entity, field, truth[field], state[field]);
    add(found, entity, 'composeStartTime', beginningOf(truth), state.composeStartTime);
    if (truth.region !== null) add(found, entity, 'region', truth.region, state.region);
    add(found, entity, 'status', statusKnown(truth, state), state.status);
    add(
      found,
      entity,
      'renditions',
      truth.renditions.map((one) => pick(one, renditionFields)),
      finished(state).map((one) => pick(one, renditionFields)),
    );
    add(
      found,
      entity,
      'timeline',
      eventsOf(truth.timeline),
      eventsOf(state.timeline.filter((entry) => entry.source === 'http')),
    );
  }
  const told = new Map(ledger.videos.map((truth) => [truth.videoId, statusKnown(truth, videos.get(truth.videoId))]));
  for (const truth of ledger.sessions) {
    const entity = `session ${truth.sessionId}`;
    const state = sessions.get(truth.sessionId);
    if (!state) {
      found.push({ entity, field: '', cloud: 'exists', pipeline: 'unknown' });
      continue;
    }
    for (const field of sessionFields) add(found, entity, field, shape(truth[field]), shape(state[field]));
    const composed = truth.composed.map((film) => ({
      ...film,
      composeStartTime: beginningOf(film),
      status: told.get(film.videoId) ?? film.status,
    }));
    add(found, entity, 'composed', shape(composed), shape(state.composed));
  }
  const known = new Set([
    ...ledger.videos.map((video) => video.videoId),
    ...ledger.sessions.map((session) => session.sessionId),
  ]);
  for (const videoId of videos.keys())
    if (!known.has(videoId))
      found.push({ entity: `video ${videoId}`, field: '', cloud: 'unknown', pipeline: 'exists' });
  for (const [sessionId, { status }] of sessions) {
    if (!known.has(sessionId) && status !== 'MERGED')
      found.push({ entity: `session ${sessionId}`, field: '', cloud: 'unknown', pipeline: 'exists' });
  }
  for (const repeated of repeatedJobs(ledger)) found.push(repeated);
  return found;
}

/** When each film was begun. No callback says it of a film that a user ordered: the pipeline's own state does. */
export function beginnings({ productions }: Ledger, videos: ReadonlyMap<string, VideoState>) {
  const ordered = new Set(productions.map(({ videoId }) => videoId));
  return ({ videoId, composeStartTime }: Pick<LedgerVideo, 'videoId' | 'composeStartTime'>) =>
    ordered.has(videoId) ? (videos.get(videoId)?.composeStartTime ?? null) : composeStartTime;
}

/** The status that can be known: what no callback says is known only where the reconciler has asked about the video. */
export function statusKnown({ status, toldStatus }: LedgerVideo, state: VideoState | undefined): LedgerVideo['status'] {
  const wasAsked = state?.timeline.some(({ source }) => source === 'reconciler') ?? false;
  return wasAsked ? status : toldStatus;
}

/** Compositions by us: one of each show that its user wants composed, of all its recordings in order, and no other. */
export function compositionDifferences({ sessions, productions, videos }: Ledger): Difference[] {
  const sessionOf = new Map(videos.map(({ videoId, sessionId }) => [videoId, sessionId]));
  const made = Map.groupBy(productions, ({ sourceVideoIds: [first = ''] }) => sessionOf.get(first) ?? null);
  const failed = new Set(videos.filter(({ status }) => status === 'FAILED').map(({ videoId }) => videoId));
  const wanted = new Map(
    sessions
      .filter(({ composedBy }) => composedBy === 'user')
      .map(({ sessionId, segments }): [string | null, string[][]] => [
        sessionId,
        [segments.map(({ videoId }) => videoId).filter((videoId) => !failed.has(videoId))],
      ]),
  );
  const found: Difference[] = [];
  for (const sessionId of new Set([...wanted.keys(), ...made.keys()])) {
    const clips = made.get(sessionId)?.map(({ sourceVideoIds }) => sourceVideoIds) ?? [];
    add(found, `session ${sessionId}`, 'compositions started', clips, wanted.get(sessionId) ?? []);
  }
  return found;
}

/** Jobs that the cloud was made to start twice. */
function repeatedJobs(ledger: Ledger): Difference[] {
  const starts = Map.groupBy(ledger.jobs, (job) => job.videoId);
  return [...starts].flatMap(([videoId, jobs]) =>
    jobs.length > 1 ? [{ entity: `video ${videoId}`, field: 'jobs started', cloud: jobs.length, pipeline: 1 }] : [],
  );
}

export function add(found: Difference[], entity: string, field: string, cloud: unknown, pipeline: unknown): void {
  if (!isDeepStrictEqual(plain(cloud), plain(pipeline))) found.push({ entity, field, cloud, pipeline });
}

const finished = (state: VideoState) =>
  state.renditions
    .filter((one) => one.status !== 'SUBMITTED')
    .toSorted((a, b) => ((a.jobId ?? '') < (b.jobId ?? '') ? -1 : 1));

const eventsOf = (timeline: readonly { eventType: string; eventTime: number }[]) =>
  timeline.map(({ eventType, eventTime }) => `${eventTime} ${eventType}`).sort();

function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<T, K>;
}

/** The parts of a session that both sides have, under the same names. */
function shape(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const keys = ['videoId', 'startTime', 'endTime', 'status', 'composeStartTime', 'sourceReadyTime', 'transcodedTime'];
  return value.map((item: Record<string, unknown>) =>
    Object.fromEntries(keys.filter((key) => key in item).map((key) => [key, item[key]])),
  );
}

/** Without the prototypes that a decoder gives its records. */
function plain(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}
