/** The job ledger: a stored decision per entry, and what the events say became of it. */
import type { Fact, JobHold, JobLedgerEntry, TimelineEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { compareText } from '../callback/index.ts';

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
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
  renditions: VideoState['renditions'],
  hold: JobHold,
): readonly JobLedgerEntry[] {
  return jobs.map((job) => {
    if (job.plannedAt !== null) return progressOf(job, timeline, facts, renditions);
    return job.hold === null ? job : { ...job, hold };
  });
}

function progressOf(
  job: JobLedgerEntry,
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
  renditions: VideoState['renditions'],
): JobLedgerEntry {
  let attempt = 0;
  let submittedAt: number | null = null;
  let acknowledgedAt: number | null = null;
  let taskId: string | null = null;
  let failure: { entry: TimelineEntry; fact: Fact } | null = null;
  let doubt: { entry: TimelineEntry; fact: Fact } | null = null;
  const jobIds = new Set<string>();
  for (let i = 0; i < facts.length; i += 1) {
    const fact = facts[i];
    const entry = timeline[i];
    if (fact?.job?.token !== job.token || entry === undefined) continue;
    attempt = Math.max(attempt, fact.job.attempt);
    if (fact.kind === 'JOB_SUBMITTED') submittedAt ??= entry.eventTime;
    else if (fact.kind === 'JOB_ACKNOWLEDGED') {
      acknowledgedAt ??= entry.eventTime;
      taskId ??= fact.job.taskId;
      for (const jobId of fact.jobIds) jobIds.add(jobId);
    } else if (fact.kind === 'JOB_FAILED') failure ??= { entry, fact };
    else if (fact.kind === 'JOB_IN_DOUBT') doubt ??= { entry, fact };
  }
  // A submission that succeeded at once is told by its acknowledgement alone.
  submittedAt ??= acknowledgedAt;
  const base = { ...job, attempt, submittedAt, acknowledgedAt, taskId };
  const ids = [...jobIds].sort(compareText).slice(0, maxEntryJobIds);
  if (acknowledgedAt !== null) {
    const ending = endingOf(ids, submittedAt ?? acknowledgedAt, timeline, facts, renditions);
    return { ...base, jobIds: ids, ...ending };
  }
  const trouble = failure ?? doubt;
  if (trouble === null)
    return { ...base, jobIds: ids, state: submittedAt === null ? 'PLANNED' : 'SUBMITTED', ...noEnding };
  return {
    ...base,
    jobIds: ids,
    state: failure === null ? 'IN_DOUBT' : 'FAILED',
    finishedAt: failure?.entry.eventTime ?? null,
    errorCode: trouble.entry.errorCode,
    errorMessage: trouble.fact.errorMessage,
  };
}

type Ending = Pick<JobLedgerEntry, 'state' | 'finishedAt' | 'errorCode' | 'errorMessage'>;

const noEnding = { finishedAt: null, errorCode: null, errorMessage: null };

/** How an acknowledged job stands. The cloud names no job ids for some tasks (HLS packaging): a later summary ends those. */
function endingOf(
  jobIds: readonly string[],
  startedAt: number,
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
  renditions: VideoState['renditions'],
): Ending {
  const running: Ending = { state: 'ACKNOWLEDGED', ...noEnding };
  if (jobIds.length === 0) {
    const at = facts.findIndex((fact, i) => fact.kind === 'TRANSCODED' && (timeline[i]?.eventTime ?? 0) >= startedAt);
    const entry = timeline[at];
    if (entry === undefined) return running;
    const state = entry.status === 'fail' ? 'FAILED' : 'DONE';
    return {
      state,
      finishedAt: entry.eventTime,
      errorCode: entry.errorCode,
      errorMessage: facts[at]?.errorMessage ?? null,
    };
  }
  let finishedAt = 0;
  let good = false;
  let failure: VideoState['renditions'][number] | null = null;
  for (const jobId of jobIds) {
    const at = firstMention(jobId, facts);
    const entry = timeline[at];
    if (entry === undefined) return running;
    finishedAt = Math.max(finishedAt, entry.eventTime);
    const rendition = renditions.find((candidate) => candidate.jobId === jobId);
    if (rendition === undefined || rendition.status === 'SUCCESS') good = true;
    else failure ??= rendition;
  }
  if (good || failure === null) return { ...running, state: 'DONE', finishedAt };
  return { state: 'FAILED', finishedAt, errorCode: failure.errorCode, errorMessage: failure.errorMessage };
}

/** Position of the first event that says how the job ended; facts are in the timeline's order. */
function firstMention(jobId: string, facts: readonly Fact[]): number {
  return facts.findIndex((fact) => fact.outputs.some((output) => output.jobId === jobId));
}
