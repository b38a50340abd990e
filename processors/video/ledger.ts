/** The job ledger: a stored decision per entry, and what the events say became of it. */
import type { JobHold, JobLedgerEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { compareText, failed } from '../callback/index.ts';
import { type Event, timeOf } from './events.ts';
import { workflowEndOf, workflowSeenToEnd } from './workflow.ts';

/** Most job ids kept per entry. */
const maxEntryJobIds = 32;

/**
 * The entries with their progress derived anew from the facts. What was decided (token, generation, template, times of
 * the decision) is never derived: it stays as it was stored. Events may come in any order; the furthest state wins.
 * A job is done once the renditions of all its job ids have finished, or a TranscodeComplete covers them.
 * `hold` is how the audit stands; it concerns the entries that wait for one.
 */
export function ledgerOf(
  jobs: readonly JobLedgerEntry[],
  events: readonly Event[],
  renditions: VideoState['renditions'],
  hold: JobHold,
): readonly JobLedgerEntry[] {
  return jobs.map((job) => {
    if (job.plannedAt !== null) return entryProgress(job, events, renditions);
    if (job.decision === 'CLOUD' && job.workflowId !== null) return cloudRun(job, events, renditions);
    return job.hold === null ? job : { ...job, hold };
  });
}

/** The cloud runs it by itself and says so when it has ended: any run of that workflow over the video is it. */
function cloudRun(job: JobLedgerEntry, events: readonly Event[], renditions: VideoState['renditions']): JobLedgerEntry {
  const ending = workflowEndOf(job, null, events) ?? workflowSeenToEnd(job, events, renditions);
  return { ...job, ...noEnding, state: 'DECIDED', taskId: null, ...ending };
}

function entryProgress(
  job: JobLedgerEntry,
  events: readonly Event[],
  renditions: VideoState['renditions'],
): JobLedgerEntry {
  let attempt = 0;
  let submittedAt: number | null = null;
  let acknowledgedAt: number | null = null;
  let taskId: string | null = null;
  let failure: Event | null = null;
  let doubt: Event | null = null;
  const jobIds: string[] = [];
  let isSpokenOf = false;
  for (const event of events) {
    const { entry, fact } = event;
    if (fact.job?.token !== job.token) continue;
    isSpokenOf = true;
    attempt = Math.max(attempt, fact.job.attempt);
    if (fact.kind === 'JOB_SUBMITTED') submittedAt ??= entry.eventTime;
    else if (fact.kind === 'JOB_ACKNOWLEDGED') {
      acknowledgedAt ??= entry.eventTime;
      taskId ??= fact.job.taskId;
      jobIds.push(...fact.jobIds);
    } else if (fact.kind === 'JOB_FAILED') failure ??= event;
    else doubt ??= event;
  }
  if (!isSpokenOf && isAsPlanned(job)) return job;
  // A submission that succeeded at once is told by its acknowledgement alone.
  submittedAt ??= acknowledgedAt;
  const ids = jobIds.length === 0 ? jobIds : [...new Set(jobIds)].sort(compareText).slice(0, maxEntryJobIds);
  const base = { ...job, ...noEnding, attempt, submittedAt, acknowledgedAt, taskId, jobIds: ids };
  if (acknowledgedAt !== null) {
    if (job.workflowId !== null) return { ...base, state: 'ACKNOWLEDGED', ...workflowEndOf(job, taskId, events) };
    return { ...base, ...endingOf(ids, submittedAt ?? acknowledgedAt, events, renditions) };
  }
  const trouble = failure ?? doubt;
  // What nobody knows to have begun is known once it has ended.
  const end = failure === null && doubt !== null && job.workflowId !== null ? workflowEndOf(job, null, events) : null;
  if (end !== null) return { ...base, ...end };
  if (trouble === null) return { ...base, state: submittedAt === null ? 'PLANNED' : 'SUBMITTED' };
  return {
    ...base,
    state: failure === null ? 'IN_DOUBT' : 'FAILED',
    finishedAt: failure?.entry.eventTime ?? null,
    errorCode: trouble.entry.errorCode,
    errorMessage: trouble.fact.errorMessage,
  };
}

/** Whether the entry says what one says of which nothing was heard: then it needn't be made anew. */
function isAsPlanned(job: JobLedgerEntry): boolean {
  return (
    job.state === 'PLANNED' &&
    job.attempt === 0 &&
    job.submittedAt === null &&
    job.acknowledgedAt === null &&
    job.finishedAt === null &&
    job.taskId === null &&
    job.jobIds.length === 0 &&
    job.errorCode === null &&
    job.errorMessage === null
  );
}

type Ending = Pick<JobLedgerEntry, 'state'> & Partial<Pick<JobLedgerEntry, keyof typeof noEnding>>;

const noEnding = { finishedAt: null, errorCode: null, errorMessage: null };

/** How an acknowledged job stands. The cloud names no job ids for some tasks (HLS packaging): a later summary ends those. */
function endingOf(
  jobIds: readonly string[],
  startedAt: number,
  events: readonly Event[],
  renditions: VideoState['renditions'],
): Ending {
  if (jobIds.length === 0) {
    const summary = events.find(({ entry, fact }) => fact.kind === 'TRANSCODED' && entry.eventTime >= startedAt);
    if (summary === undefined) return { state: 'ACKNOWLEDGED' };
    const { entry, fact } = summary;
    const state = failed(entry) ? 'FAILED' : 'DONE';
    return { state, finishedAt: entry.eventTime, errorCode: entry.errorCode, errorMessage: fact.errorMessage };
  }
  let finishedAt: number | null = null;
  let good = false;
  let failure: VideoState['renditions'][number] | null = null;
  for (const jobId of jobIds) {
    const mentions = events.filter(({ fact }) => fact.outputs.some((output) => output.jobId === jobId));
    if (mentions.length === 0) return { state: 'ACKNOWLEDGED' };
    // The first that can be believed says when; where none can, the job has ended all the same.
    const endedAt = mentions.map(timeOf).find((time) => time !== null) ?? null;
    if (endedAt !== null) finishedAt = Math.max(finishedAt ?? 0, endedAt);
    const rendition = renditions.find((candidate) => candidate.jobId === jobId);
    if (rendition === undefined || rendition.status === 'SUCCESS') good = true;
    else failure ??= rendition;
  }
  if (good || failure === null) return { state: 'DONE', finishedAt };
  return { state: 'FAILED', finishedAt, errorCode: failure.errorCode, errorMessage: failure.errorMessage };
}
