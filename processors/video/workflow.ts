/** Runs of a workflow, as their events tell them (cloud facts 1.4.15). */
import type { JobLedgerEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { failed, succeeded } from '../callback/index.ts';
import { type Event, timeOf } from './events.ts';

/** What a run that failed, or was canceled, is shown as: its events name no code. */
export function workflowFailureOf({
  entry,
  fact,
}: Event): { readonly code: string; readonly message: string | null } | null {
  return failed(entry) || entry.status?.startsWith('cancel')
    ? { code: entry.errorCode ?? 'WorkflowFailed', message: fact.errorMessage }
    : null;
}

type Ending = Pick<JobLedgerEntry, 'state' | 'taskId' | 'finishedAt' | 'errorCode' | 'errorMessage'>;

/**
 * How the run of an entry ended; null: it hasn't, or nothing tells. Where the cloud didn't answer with the run's task, any run
 * of that workflow since the entry was planned is it: the answer was lost, or named none (cloud facts 3.3.9).
 */
export function workflowEndOf(
  { workflowId, plannedAt }: Pick<JobLedgerEntry, 'workflowId' | 'plannedAt'>,
  taskId: string | null,
  events: readonly Event[],
): Ending | null {
  // The cloud's times have whole seconds.
  const since = Math.floor((plannedAt ?? 0) / 1000) * 1000;
  const ends = events.filter((event) => {
    const { kind, workflow } = event.fact;
    if (workflow === null || kind === 'OBSERVED' || !(succeeded(event.entry) || workflowFailureOf(event))) return false;
    if (taskId !== null) return workflow.taskId === taskId;
    return workflow.workflowId === workflowId && (timeOf(event) ?? since) >= since;
  });
  const end = ends.find(({ entry }) => succeeded(entry)) ?? ends[0];
  if (end === undefined) return null;
  const failure = workflowFailureOf(end);
  return {
    state: failure === null ? 'DONE' : 'FAILED',
    taskId: taskId ?? end.fact.workflow?.taskId ?? null,
    finishedAt: timeOf(end),
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
  };
}

/**
 * How a run of the cloud's ended of which nothing was told: by what it transcoded, once the reconciler saw that all of that
 * has ended. Null: it saw nothing of the kind.
 */
export function workflowSeenToEnd(
  { workflowId }: Pick<JobLedgerEntry, 'workflowId'>,
  events: readonly Event[],
  renditions: VideoState['renditions'],
): Omit<Ending, 'taskId'> | null {
  const seen = events.find(({ fact }) => fact.kind === 'OBSERVED' && fact.workflow?.workflowId === workflowId);
  if (seen === undefined) return null;
  const failure = renditions.find(({ status }) => status === 'FAIL');
  const isGood = failure === undefined || renditions.some(({ status }) => status === 'SUCCESS');
  const { errorCode, errorMessage } = isGood ? { errorCode: null, errorMessage: null } : failure;
  return { state: isGood ? 'DONE' : 'FAILED', finishedAt: timeOf(seen), errorCode, errorMessage };
}
