/** What a decision consists of: ledger entries, their tokens, and the commands that go with them. */
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type {
  JobLedgerEntry,
  JobPurpose,
  StepKind,
  StepLedgerEntry,
  VideoState,
} from '../../schemas/generated/VideoState.ts';
import { hashOf } from '../callback/index.ts';
import { fullFacts } from './compaction.ts';
import { ledgerOf } from './ledger.ts';
import { holdOf, notATranscode, type PlannedStep, stepLedgerOf } from './steps.ts';

/** The ledgers as they are from now on, and the jobs to start because of it. */
export type Decision = {
  readonly jobs: readonly JobLedgerEntry[];
  readonly steps: readonly StepLedgerEntry[];
  readonly start: readonly TranscodeJob[];
};

/** The idempotency token of a job, at most 50 characters of [A-Za-z0-9_-]: the same for the same job, always. */
export function tokenOf(videoId: string, purpose: JobPurpose | StepKind, generation: number): string {
  return `l2v-${hashOf([videoId, purpose, String(generation)]).slice(0, 28)}`;
}

/** Ledgers and commands. A job that events already speak of (the store was lost, they were not) isn't started again. */
export function decided(
  state: VideoState,
  jobs: readonly JobLedgerEntry[],
  plannedSteps: readonly StepLedgerEntry[],
  start: readonly JobLedgerEntry[],
): Decision {
  const facts = fullFacts(state);
  const steps = stepLedgerOf(plannedSteps, state.timeline, facts);
  return {
    jobs: ledgerOf(jobs, state.timeline, facts, state.renditions, holdOf(state.auditStatus, steps)),
    steps,
    start: start.filter(({ token }) => !isSpokenOf(state, token)).flatMap((entry) => commandOf(state, entry)),
  };
}

export function isSpokenOf(state: VideoState, token: string): boolean {
  return state.facts.some((fact) => fact.job?.token === token);
}

export function stepCommandOf(
  { videoId, stream, region }: VideoState,
  { purpose, generation }: JobLedgerEntry,
  step: PlannedStep,
  nowMs: number,
): TranscodeJob {
  const token = tokenOf(videoId, step.kind, generation);
  const none = { templateGroupId: notATranscode, priority: null };
  return { token, videoId, purpose, generation, ...none, stream, plannedAt: nowMs, region, step };
}

function commandOf(state: VideoState, entry: JobLedgerEntry): readonly TranscodeJob[] {
  if (entry.templateGroupId === null || entry.plannedAt === null) return [];
  return [
    {
      token: entry.token,
      videoId: state.videoId,
      purpose: entry.purpose,
      generation: entry.generation,
      templateGroupId: entry.templateGroupId,
      priority: entry.priority,
      stream: state.stream,
      plannedAt: entry.plannedAt,
      region: state.region,
      step: null,
    },
  ];
}

export function newEntry(videoId: string, purpose: JobPurpose, generation: number, nowMs: number): JobLedgerEntry {
  return {
    token: tokenOf(videoId, purpose, generation),
    purpose,
    generation,
    decision: 'CLOUD',
    state: 'DECIDED',
    templateGroupId: null,
    priority: null,
    policy: null,
    requestId: null,
    decidedAt: nowMs,
    plannedAt: null,
    attempt: 0,
    submittedAt: null,
    acknowledgedAt: null,
    finishedAt: null,
    taskId: null,
    jobIds: [],
    errorCode: null,
    errorMessage: null,
    hold: null,
  };
}
