/** What a decision consists of: ledger entries, their tokens, and the commands that go with them. */
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type {
  JobLedgerEntry,
  JobPurpose,
  StepKind,
  StepLedgerEntry,
  VideoState,
} from '../../schemas/generated/VideoState.ts';
import { hashOf, type Sha256 } from '../callback/index.ts';
import { eventsOf } from './events.ts';
import { ledgerOf } from './ledger.ts';
import { type Order, orderFields, type StepOrder } from './order.ts';
import { holdOf, newStep, stepLedgerOf } from './steps.ts';

/** The ledgers as they are from now on, and the jobs to start because of it. */
export type Decision = Pick<VideoState, 'jobs' | 'steps' | 'notStarted' | 'sourcePlays'> & {
  readonly start: readonly TranscodeJob[];
};

/** The idempotency token of a job, at most 50 characters of [A-Za-z0-9_-]: the same for the same job, always. */
export function tokenOf(videoId: string, purpose: JobPurpose | StepKind, generation: number, sha256?: Sha256): string {
  return tokenFrom([videoId, purpose, String(generation)], sha256);
}

/**
 * The token of the job that answers a person's request. Of the request alone: what the video was known for when it was
 * answered, and which generation it became, depend on what had arrived by then.
 */
export function requestTokenOf(videoId: string, requestId: string, sha256?: Sha256): string {
  return tokenFrom([videoId, 'REQUEST', requestId], sha256);
}

function tokenFrom(parts: readonly string[], sha256: Sha256 | undefined): string {
  return `l2v-${hashOf(parts, sha256).slice(0, 28)}`;
}

const purposes: readonly JobPurpose[] = ['SEGMENT', 'COMPOSED', 'UPLOAD'];

/** Ledgers and commands. A job that events already speak of (the store was lost, they were not) isn't started again. */
export function decided(
  state: VideoState,
  jobs: readonly JobLedgerEntry[],
  plannedSteps: readonly StepLedgerEntry[],
  start: readonly JobLedgerEntry[],
): Decision {
  const events = eventsOf(state);
  const steps = stepLedgerOf(plannedSteps, events);
  return {
    jobs: ledgerOf(jobs, events, state.renditions, holdOf(state.auditStatus, steps)),
    steps,
    notStarted: state.notStarted,
    sourcePlays: state.sourcePlays,
    start: start
      .filter((entry) => !isSpokenOf(state, ...tokensOf(state.videoId, entry)))
      .flatMap((e) => commandOf(state, e)),
  };
}

/** The token of an entry, and those that an earlier release would have given it. */
function tokensOf(videoId: string, { token, requestId, generation }: JobLedgerEntry): readonly string[] {
  return requestId === null ? [token] : [token, ...purposes.map((purpose) => tokenOf(videoId, purpose, generation))];
}

export function isSpokenOf(state: VideoState, ...tokens: readonly string[]): boolean {
  return eventsOf(state).some(({ fact }) => tokens.some((token) => token === fact.job?.token));
}

export function stepCommandOf(
  { videoId, stream, region }: VideoState,
  { purpose, generation }: Pick<JobLedgerEntry, 'purpose' | 'generation'>,
  order: StepOrder,
  nowMs: number,
  sha256?: Sha256,
): TranscodeJob {
  const token = tokenOf(videoId, order.kind, generation, sha256);
  return { token, videoId, purpose, generation, ...orderFields(order), stream, plannedAt: nowMs, region };
}

/** Steps as they are planned now, and the commands of those that no event speaks of yet. */
export function planSteps(
  state: VideoState,
  job: Pick<JobLedgerEntry, 'purpose' | 'generation'>,
  orders: readonly StepOrder[],
  policy: string,
  nowMs: number,
  sha256?: Sha256,
): { readonly steps: readonly StepLedgerEntry[]; readonly start: readonly TranscodeJob[] } {
  const planned = orders.map((order) => ({
    kind: order.kind,
    command: stepCommandOf(state, job, order, nowMs, sha256),
  }));
  return {
    steps: planned.map(({ kind, command }) => newStep(command.token, kind, policy, nowMs)),
    start: planned.flatMap(({ command }) => (isSpokenOf(state, command.token) ? [] : [command])),
  };
}

function commandOf(state: VideoState, entry: JobLedgerEntry): readonly TranscodeJob[] {
  const order = orderedBy(entry);
  if (order === null || entry.plannedAt === null) return [];
  return [
    {
      token: entry.token,
      videoId: state.videoId,
      purpose: entry.purpose,
      generation: entry.generation,
      ...orderFields(order),
      stream: state.stream,
      plannedAt: entry.plannedAt,
      region: state.region,
    },
  ];
}

/** What an entry has the cloud do; null: nothing. */
function orderedBy({ templateGroupId, workflowId, priority }: JobLedgerEntry): Order | null {
  if (workflowId !== null) return { kind: 'WORKFLOW', workflowId };
  return templateGroupId === null ? null : { kind: 'TRANSCODE', templateGroupId, priority };
}

export function newEntry(
  videoId: string,
  purpose: JobPurpose,
  generation: number,
  nowMs: number,
  sha256?: Sha256,
): JobLedgerEntry {
  return {
    token: tokenOf(videoId, purpose, generation, sha256),
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
    leftAsIs: false,
    workflowId: null,
  };
}
