import { eventsOf } from '../../processors/video/index.ts';
import type { StepKind, StreamRef, VideoState } from '../../schemas/generated/VideoState.ts';

/**
 * What a video's events have not reported yet:
 * - `origin`: whether it is a recording or a composition, and of which stream;
 * - `source`: that its source is ready;
 * - `transcodes`: how its transcodes ended, each rendition and all together;
 * - `cover`: its cover;
 * - `audit`: the verdict of the audit that was ordered before its transcode;
 * - `snapshot`: what became of the snapshot that was ordered for its cover;
 * - `dna`, `tags`: which videos are similar, what it shows, where that was ordered;
 * - `workflow`: how runs of workflows ended: of those that we started and whose tasks the cloud has named, and of the cloud's own.
 */
export type Need = 'origin' | 'source' | 'transcodes' | 'cover' | StepNeed | 'workflow';

export type StepNeed = 'audit' | 'snapshot' | 'dna' | 'tags';

/** A run of a workflow that nothing was heard of since it was taken. */
export type OpenRun = { readonly taskId: string; readonly workflowId: string };

export const workflowEvent = 'WorkflowTaskComplete';

/** What the reconciler remembers of a video. */
export type KnownVideo = {
  readonly videoId: string;
  readonly stream: StreamRef | null;
  /** Where it lies; null where nothing that was heard of it says so. */
  readonly region: string | null;
  readonly needs: readonly Need[];
  /** Jobs of the steps that were ordered and whose end wasn't heard of. */
  readonly stepJobs: Readonly<Partial<Record<StepNeed, string>>>;
  /** As many as there are jobs. */
  readonly runs?: readonly OpenRun[];
  /** The workflow that the cloud runs over it by itself, while its end isn't known: its task isn't either. */
  readonly cloudWorkflowId?: string;
  /** Names of the events that are known, so that only what is missing is supplied. */
  readonly reported: ReadonlySet<string>;
  /** When the latest event about it was received, epoch milliseconds. */
  readonly heardAtMs: number;
};

/** Names an event within its video: the type, and the job where the type alone is not enough. */
export function eventNameOf(eventType: string, jobId: string | null = null): string {
  return jobId === null ? eventType : `${eventType} ${jobId}`;
}

type OpenJobs = Pick<KnownVideo, 'stepJobs' | 'runs' | 'cloudWorkflowId'>;

export function knownVideo(state: VideoState): KnownVideo {
  const reported = new Set<string>();
  let heardAtMs = 0;
  for (const { eventType, jobId, receivedAt } of state.timeline) {
    reported.add(eventNameOf(eventType));
    if (jobId !== null) reported.add(eventNameOf(eventType, jobId));
    heardAtMs = Math.max(heardAtMs, receivedAt);
  }
  for (const { fact } of eventsOf(state)) {
    if (fact.workflow) reported.add(eventNameOf(workflowEvent, fact.workflow.taskId));
    if (fact.kind !== 'TRANSCODED') continue;
    for (const { jobId } of fact.outputs) if (jobId !== null) reported.add(eventNameOf('TranscodeComplete', jobId));
  }
  const { videoId, stream, region } = state;
  const runs = openRuns(state);
  const cloudWorkflowId = openCloudRun(state);
  const open: OpenJobs = {
    stepJobs: openJobsOf(state),
    ...(runs.length === 0 ? {} : { runs }),
    ...(cloudWorkflowId === null ? {} : { cloudWorkflowId }),
  };
  return { videoId, stream, region, needs: needsOf(state, reported, open), reported, heardAtMs, ...open };
}

/** A cover is set by its call: nothing is to be heard of it. */
const needOf: Readonly<Partial<Record<StepKind, StepNeed>>> = {
  AUDIT: 'audit',
  SNAPSHOT: 'snapshot',
  DNA: 'dna',
  TAGS: 'tags',
};

/** One for all videos without steps: many are watched. */
const noJobs: KnownVideo['stepJobs'] = {};

function openJobsOf({ steps }: VideoState): KnownVideo['stepJobs'] {
  if (steps.length === 0) return noJobs;
  const open: Partial<Record<StepNeed, string>> = {};
  for (const { kind, state, jobId } of steps) {
    const need = needOf[kind];
    if (need !== undefined && state === 'ACKNOWLEDGED' && jobId !== null) open[need] = jobId;
  }
  return open;
}

/**
 * No other id can be asked about: a stand-in for a composition that was never started (`compose:<token>`), a job without
 * its video, or an id that was made up by a sender who has the callback key.
 */
const cloudId = /^[A-Za-z0-9_-]+$/;

function needsOf(state: VideoState, reported: ReadonlySet<string>, open: OpenJobs): readonly Need[] {
  if (state.status === 'DELETED' || state.retired) return [];
  if (state.subject !== 'VIDEO' || !cloudId.test(state.videoId)) return [];
  const needs: Need[] = [];
  if (state.recordedTime === null && state.composeStartTime === null) needs.push('origin');
  if (state.sourceReadyTime === null) needs.push('source');
  const unreported = state.renditions.some(
    ({ jobId, status }) =>
      status === 'SUBMITTED' ||
      (jobId !== null &&
        !(
          reported.has(eventNameOf('StreamTranscodeComplete', jobId)) &&
          reported.has(eventNameOf('TranscodeComplete', jobId))
        )),
  );
  if (unreported || state.transcodedTime === null || hasNamelessRun(state)) needs.push('transcodes');
  if (state.coverUrl === null) needs.push('cover');
  needs.push(...(Object.keys(open.stepJobs) as StepNeed[]));
  if (open.runs !== undefined || open.cloudWorkflowId !== undefined) needs.push('workflow');
  return needs;
}

function openRuns({ jobs }: VideoState): readonly OpenRun[] {
  return jobs.flatMap(({ state, workflowId, taskId }) =>
    state === 'ACKNOWLEDGED' && workflowId !== null && taskId !== null ? [{ taskId, workflowId }] : [],
  );
}

function openCloudRun({ jobs }: VideoState): string | null {
  const run = jobs.find(({ decision, state, workflowId }) => {
    return decision === 'CLOUD' && state === 'DECIDED' && workflowId !== null;
  });
  return run?.workflowId ?? null;
}

/** Such a run can't be asked for (cloud facts 3.3.9), but what it transcodes can, which is what the video's status is of. */
function hasNamelessRun({ jobs }: VideoState): boolean {
  return jobs.some(
    ({ state, workflowId, taskId }) =>
      workflowId !== null && taskId === null && (state === 'ACKNOWLEDGED' || state === 'IN_DOUBT'),
  );
}
