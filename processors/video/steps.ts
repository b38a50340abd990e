/** What is ordered beside a transcode, by policy: an AI audit that it may wait for; a cover, DNA and tags, for which it doesn't. */
import type { JobHold, StepKind, StepLedgerEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { failed, succeeded } from '../callback/index.ts';
import type { Policy } from '../policy/index.ts';
import { type Event, eventsOf, timeOf } from './events.ts';
import type { StepOrder } from './order.ts';

type Rule = Policy['segments'];

/** The steps that a rule orders once the source is ready. None is where its result is known already. */
export function stepsBy(rule: Rule, state: VideoState): readonly StepOrder[] {
  const { audit, cover } = rule.beforeTranscode ?? {};
  const steps: StepOrder[] = [];
  if (cover) {
    const offsetMs = cover.atSeconds === undefined ? null : Math.round(cover.atSeconds * 1000);
    steps.push({ kind: 'SNAPSHOT', templateId: cover.templateId ?? null, offsetMs });
  }
  if (audit && state.auditStatus === null) steps.push({ kind: 'AUDIT', templateId: audit.templateId ?? null });
  return [...steps, ...analysesBy(rule, eventsOf(state))];
}

/** What a rule has an AI find out about the content. */
function analysesBy({ analyse }: Rule, events: readonly Event[]): readonly StepOrder[] {
  const { dna, tags } = analyse ?? {};
  const isKnown = (kind: 'DNA' | 'TAGS') => events.some((event) => hasResult(kind, event));
  const steps: StepOrder[] = [];
  if (dna && !isKnown('DNA')) steps.push({ kind: 'DNA', dnaDbId: dna.dnaDbId ?? null });
  if (tags && !isKnown('TAGS')) steps.push({ kind: 'TAGS', analyseTypes: tags.analyseTypes ?? [] });
  return steps;
}

/** What a rule has found out about the content that is neither known nor ordered. */
export function missingAnalyses(rule: Rule, state: VideoState): readonly StepOrder[] {
  const ordered = new Set<string>(state.steps.map(({ kind }) => kind));
  return analysesBy(rule, eventsOf(state)).filter(({ kind }) => !ordered.has(kind));
}

/** Progress of a step before any event of it. */
const initialProgress = {
  state: 'PLANNED',
  acknowledgedAt: null,
  finishedAt: null,
  jobId: null,
  errorCode: null,
  errorMessage: null,
  pictureUrl: null,
} as const;

export function newStep(token: string, kind: StepKind, policy: string, nowMs: number): StepLedgerEntry {
  return { token, kind, policy, plannedAt: nowMs, ...initialProgress };
}

/** The steps with their progress derived anew from the facts, whatever their order; the furthest state wins. */
export function stepLedgerOf(steps: readonly StepLedgerEntry[], events: readonly Event[]): readonly StepLedgerEntry[] {
  return steps.map((step) => stepProgress(step, events));
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
export function verdictTime(events: readonly Event[]): number {
  return events.findLast(isVerdict)?.entry.eventTime ?? 0;
}

/** Of a video that isn't blocked: EventTime of the verdict that lifted an earlier block; 0 where there was none. */
export function blockLiftedTime(events: readonly Event[]): number {
  return events.some((event) => event.fact.audit === 'BLOCKED' && isVerdict(event)) ? verdictTime(events) : 0;
}

function stepProgress(planned: StepLedgerEntry, events: readonly Event[]): StepLedgerEntry {
  let step: StepLedgerEntry = { ...planned, ...initialProgress };
  for (const { entry, fact } of events) {
    if (fact.job?.token !== step.token) continue;
    const trouble = { errorCode: entry.errorCode, errorMessage: fact.errorMessage };
    if (fact.kind === 'JOB_ACKNOWLEDGED') {
      const pictureUrl = fact.coverUrl;
      const told = { state: 'ACKNOWLEDGED', acknowledgedAt: entry.eventTime, jobId: entry.jobId, pictureUrl } as const;
      return ended({ ...planned, ...initialProgress, ...told }, events);
    }
    if (fact.kind === 'JOB_FAILED' && step.state !== 'FAILED')
      step = { ...step, state: 'FAILED', finishedAt: entry.eventTime, ...trouble };
    else if (fact.kind === 'JOB_IN_DOUBT' && step.state === 'PLANNED')
      step = { ...step, state: 'IN_DOUBT', ...trouble };
  }
  return ended(step, events);
}

/** The step as it ended: a cover is set once the call has worked, all else by the cloud's own event. */
function ended(step: StepLedgerEntry, events: readonly Event[]): StepLedgerEntry {
  if (step.kind === 'COVER')
    return step.state === 'ACKNOWLEDGED' ? { ...step, state: 'DONE', finishedAt: step.acknowledgedAt } : step;
  const ends = step.kind === 'SNAPSHOT' ? snapshotsOf(step, events) : resultsOf(step, step.kind, events);
  const end = ends.find((event) => timeOf(event) !== null) ?? ends[0];
  if (end === undefined) return step;
  const good = step.kind === 'AUDIT' ? isVerdict(end) : !failed(end.entry);
  return {
    ...step,
    state: good ? 'DONE' : 'FAILED',
    finishedAt: timeOf(end),
    errorCode: good ? null : end.entry.errorCode,
    errorMessage: good ? null : end.fact.errorMessage,
    pictureUrl: good ? (end.fact.snapshot?.pictureUrl ?? null) : null,
  };
}

type AiKind = Exclude<StepKind, 'SNAPSHOT' | 'COVER'>;

/** Of an AI job that isn't known any result of its kind is the end. */
function resultsOf({ jobId }: StepLedgerEntry, kind: AiKind, events: readonly Event[]): readonly Event[] {
  return events.filter((event) => {
    if (jobId === null) return hasResult(kind, event);
    return isOf(kind, event) && event.entry.jobId === jobId;
  });
}

function isOf(kind: AiKind, { entry, fact }: Event): boolean {
  if (kind === 'AUDIT') return fact.kind === 'MACHINE_AUDIT';
  return entry.eventType === (kind === 'DNA' ? 'AIMediaDNAComplete' : 'AIVideoTagComplete');
}

function hasResult(kind: AiKind, event: Event): boolean {
  return isOf(kind, event) && (kind === 'AUDIT' ? isVerdict(event) : succeeded(event.entry));
}

/**
 * What tells the step's job. Where nothing does: a failure that tells no job (cloud facts 1.4.8), while the step is open. It may
 * be that of the cloud's own cover snapshot, so whatever tells the job outweighs it.
 */
function snapshotsOf({ jobId, state }: StepLedgerEntry, events: readonly Event[]): readonly Event[] {
  const snapshots = events.filter(({ fact }) => fact.kind === 'SNAPSHOT');
  const own = snapshots.filter(({ fact }) => fact.jobIds.some((id) => id === jobId));
  if (own.length > 0 || state !== 'ACKNOWLEDGED') return own;
  // By the cloud's clock: nothing was ordered before the source was there.
  const since =
    events.find(({ entry, fact }) => fact.kind === 'SOURCE_READY' && succeeded(entry))?.entry.eventTime ?? 0;
  return snapshots.filter(({ entry, fact }) => fact.snapshot?.named === false && entry.eventTime >= since);
}

function isVerdict({ entry, fact }: Event): boolean {
  return fact.audit !== null && succeeded(entry);
}
