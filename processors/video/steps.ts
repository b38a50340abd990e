/** What is ordered before a transcode, by policy: an AI audit that the transcode waits for, a cover that it doesn't. */
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type {
  Fact,
  JobHold,
  StepKind,
  StepLedgerEntry,
  TimelineEntry,
  VideoState,
} from '../../schemas/generated/VideoState.ts';
import { failed, succeeded } from '../callback/index.ts';
import type { Policy } from '../policy/index.ts';

/** In the place of a step's template group: no group has this id, so nobody can take a step for a transcode. */
export const notATranscode = 'NOT_A_TRANSCODE';

/** Options of a step, as they go into its command. */
export type PlannedStep = NonNullable<TranscodeJob['step']>;

/**
 * The steps that a rule orders once the source is ready. An audit that has a verdict already, whoever asked for it,
 * isn't ordered again.
 */
export function stepsBy(rule: Policy['segments'], auditStatus: VideoState['auditStatus']): readonly PlannedStep[] {
  const { audit, snapshot } = rule.beforeTranscode ?? {};
  const steps: PlannedStep[] = [];
  if (snapshot) {
    const offsetMs = snapshot.atSeconds === undefined ? null : Math.round(snapshot.atSeconds * 1000);
    steps.push({ kind: 'SNAPSHOT', templateId: snapshot.templateId ?? null, offsetMs });
  }
  if (audit && auditStatus === null)
    steps.push({ kind: 'AUDIT', templateId: audit.templateId ?? null, offsetMs: null });
  return steps;
}

/** A step of which nothing was heard yet. */
const untold = {
  state: 'PLANNED',
  acknowledgedAt: null,
  finishedAt: null,
  jobId: null,
  errorCode: null,
  errorMessage: null,
} as const;

export function newStep(token: string, kind: StepKind, policy: string, nowMs: number): StepLedgerEntry {
  return { token, kind, policy, plannedAt: nowMs, ...untold };
}

/** The steps with their progress derived anew from the facts, whatever their order; the furthest state wins. */
export function stepLedgerOf(
  steps: readonly StepLedgerEntry[],
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
): readonly StepLedgerEntry[] {
  return steps.map((step) => progressOf(step, timeline, facts));
}

/**
 * How the audit stands to a transcode that waits for it. An audit that failed says nothing of the video, so a person has
 * to; it isn't repeated by itself.
 */
export function holdOf(auditStatus: VideoState['auditStatus'], steps: readonly StepLedgerEntry[]): JobHold {
  if (auditStatus === 'PASS') return 'PASSED';
  if (auditStatus !== null) return auditStatus;
  return steps.some(({ kind, state }) => kind === 'AUDIT' && state === 'FAILED') ? 'REVIEW' : 'AUDIT';
}

/** EventTime of the latest verdict on the video, a person's or the machine's; epoch milliseconds. */
export function verdictTime({ timeline, facts }: Pick<VideoState, 'timeline' | 'facts'>): number {
  const at = facts.findLastIndex((fact, i) => isVerdict(fact, timeline[i]));
  return timeline[at]?.eventTime ?? 0;
}

/** Of a video that isn't blocked: EventTime of the verdict that lifted an earlier block; 0 where there was none. */
export function blockLiftedTime(state: Pick<VideoState, 'timeline' | 'facts'>): number {
  const blocked = state.facts.some((fact, i) => fact.audit === 'BLOCKED' && isVerdict(fact, state.timeline[i]));
  return blocked ? verdictTime(state) : 0;
}

function progressOf(
  planned: StepLedgerEntry,
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
): StepLedgerEntry {
  let step: StepLedgerEntry = { ...planned, ...untold };
  for (let i = 0; i < facts.length; i += 1) {
    const fact = facts[i];
    const entry = timeline[i];
    if (fact?.job?.token !== step.token || entry === undefined) continue;
    const trouble = { errorCode: entry.errorCode, errorMessage: fact.errorMessage };
    if (fact.kind === 'JOB_ACKNOWLEDGED') {
      const told = { state: 'ACKNOWLEDGED', acknowledgedAt: entry.eventTime, jobId: entry.jobId } as const;
      return ended({ ...planned, ...untold, ...told }, timeline, facts);
    }
    if (fact.kind === 'JOB_FAILED' && step.state !== 'FAILED')
      step = { ...step, state: 'FAILED', finishedAt: entry.eventTime, ...trouble };
    else if (fact.kind === 'JOB_IN_DOUBT' && step.state === 'PLANNED')
      step = { ...step, state: 'IN_DOUBT', ...trouble };
  }
  return ended(step, timeline, facts);
}

/** The step as the cloud's own event ends it. Of an audit whose job isn't known any verdict of the machine is the end. */
function ended(step: StepLedgerEntry, timeline: readonly TimelineEntry[], facts: readonly Fact[]): StepLedgerEntry {
  const at = facts.findIndex((fact, i) => {
    if (step.kind === 'SNAPSHOT') return fact.kind === 'SNAPSHOT' && fact.jobIds.some((id) => id === step.jobId);
    if (fact.kind !== 'MACHINE_AUDIT') return false;
    return step.jobId === null ? isVerdict(fact, timeline[i]) : timeline[i]?.jobId === step.jobId;
  });
  const fact = facts[at];
  const entry = timeline[at];
  if (fact === undefined || entry === undefined) return step;
  const good = step.kind === 'AUDIT' ? isVerdict(fact, entry) : !failed(entry);
  return {
    ...step,
    state: good ? 'DONE' : 'FAILED',
    finishedAt: entry.eventTime,
    errorCode: good ? null : entry.errorCode,
    errorMessage: good ? null : fact.errorMessage,
  };
}

function isVerdict(fact: Fact, entry: TimelineEntry | undefined): boolean {
  if (fact.audit === null || entry === undefined) return false;
  return fact.kind === 'MANUAL_AUDIT' || succeeded(entry);
}
