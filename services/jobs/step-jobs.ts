/**
 * Steps beside a transcode: SubmitAIMediaAuditJob, SubmitSnapshotJob, SubmitAIJob (DNA, tags), and UpdateVideoInfo, which
 * sets a cover and may be repeated. The others are not idempotent, so they follow the rules of
 * compositions (compose-attempt.ts): whenever a call may have worked without our knowing, ListJobInfo is asked for the
 * job; a call whose job doesn't show is never repeated, a person decides.
 */

import {
  type Analysis,
  allReadable,
  type CallLimiter,
  type FaultAnswer,
  type OddRow,
  type Production,
} from '../../connectors/vod/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { StepOrder } from '../../processors/video/index.ts';
import {
  beginCompose,
  type ComposeAnswer,
  type ComposeCall,
  type ComposeEnding,
  type ComposeRules,
  continueCompose,
  defaultComposeRules,
} from './compose-attempt.ts';
import { type Command, type Job, type JobContext, type JobEnding, rightOf } from './job-kind.ts';

export type StepCloud = Pick<
  Production,
  'submitAiMediaAuditJob' | 'submitSnapshotJob' | 'updateVideoInfo' | 'listJobs' | 'getJob'
> &
  Pick<Analysis, 'submitAiJob'>;

export type StepJobsOptions = {
  /** The client of a region; null is the home region. */
  readonly cloudOf: (region: string | null) => StepCloud;
  readonly submitting: CallLimiter;
  readonly asking: CallLimiter;
  readonly rules: ComposeRules;
  readonly platform: Platform;
};

export const defaultStepRules: ComposeRules = {
  ...defaultComposeRules,
  // Longer than a call may take plus the moment until the cloud lists a job; no search index lies between.
  settleMs: 20_000,
  searchBackoff: { firstMs: 1_000, longestMs: 10_000 },
  longestLagMs: 15 * 60_000,
};

/**
 * How long DNA and tags wait for a video in another status, at least: they are ordered while somebody transcodes it, which
 * the cloud may not take (cloud facts 3.3.14).
 */
const longestTranscodeMs = 2 * 60 * 60_000;

/** An analysis that the account is refused for so long has failed: nothing waits for it, and a person may have it done again. */
const analysisGivesUpAfterMs = 60 * 60_000;

const isAnalysis = ({ kind }: StepOrder) => kind === 'DNA' || kind === 'TAGS';

/** Audits, snapshots, covers, DNA and tags. */
export function stepJobs(options: StepJobsOptions): (command: Command, order: StepOrder) => Job {
  const { submitting, asking, rules, platform } = options;
  const patient = { ...rules, longestLagMs: Math.max(rules.longestLagMs, longestTranscodeMs) };

  async function answerOf(
    job: Command,
    order: StepOrder,
    call: ComposeCall,
    dueAtMs: number,
    signal: AbortSignal,
  ): Promise<ComposeAnswer> {
    // Within the call: a region that can't be served is an answer like the cloud's own.
    const cloud = () => options.cloudOf(job.region);
    const right = rightOf(order.kind, job.region);
    if (order.kind === 'COVER')
      return await coverSet(cloud, job.videoId, order, (set) => submitting.call(signal, set, right));
    if (call.kind === 'search')
      return await jobsOfUsers(cloud, job.videoId, order, (ask) =>
        asking.call(signal, ask, rightOf('ask', job.region)),
      );
    const produce = async () => {
      if (platform.monotonicMs() - dueAtMs > rules.staleAfterMs) return { kind: 'stale' as const };
      const { jobId } = await submit(cloud(), job.videoId, order);
      return { kind: 'produced' as const, productId: jobId };
    };
    return await submitting.call(signal, produce, right);
  }

  async function work(job: Command, order: StepOrder, context: JobContext): Promise<JobEnding> {
    const mayBeThere = order.kind !== 'COVER' && (context.mayHaveStarted || job.generation > 0);
    const own = isAnalysis(order) ? patient : rules;
    let next = beginCompose(mayBeThere, platform.now());
    while (next.do === 'call') {
      const dueAtMs = platform.monotonicMs() + next.afterMs;
      if (next.afterMs > 0) await context.pause(next.afterMs);
      const { call } = next.attempt;
      const answer = await answerOf(job, order, call, dueAtMs, context.signal);
      const giveUp = givingUp(order, answer, context);
      next = continueCompose(job, next.attempt, answer, { ...own, ...giveUp }, platform.now(), platform.random);
    }
    return endingOf(job, order, next.ending, Math.max(1, next.productions));
  }

  /** A verdict is waited for; all else gives way to other jobs where the account is refused it. */
  function givingUp(order: StepOrder, answer: ComposeAnswer, context: JobContext): Partial<ComposeRules> {
    if (answer.kind !== 'fault' || !answer.fault.accountWide) return {};
    if (order.kind !== 'AUDIT' && context.crowded()) return { giveUpAfterMs: 0, triesBeforeGivingUp: 1 };
    return isAnalysis(order) ? { giveUpAfterMs: Math.min(rules.giveUpAfterMs, analysisGivesUpAfterMs) } : {};
  }

  function endingOf(job: Command, order: StepOrder, ending: ComposeEnding, attempt: number): JobEnding {
    const { videoId, region, token } = job;
    const about = { videoId, region, atMs: platform.now(), token, attempt, step: order.kind };
    if (ending.outcome === 'acknowledged') {
      const made = order.kind === 'COVER' ? { jobId: null, coverUrl: order.coverUrl } : { jobId: ending.productId };
      return { result: 'acknowledged', event: { type: 'StepJobAcknowledged', ...about, ...made } };
    }
    const { outcome, code: errorCode, message: errorMessage } = ending;
    const type = outcome === 'failed' ? 'StepJobFailed' : 'StepJobInDoubt';
    return { result: outcome, event: { type, ...about, errorCode, errorMessage }, error: errorMessage };
  }

  return (job, order) => ({
    kind: 'step',
    plannedAtMs: job.plannedAt,
    // A cover that takes its time must not keep the transcode of its video waiting.
    independent: true,
    work: (context) => work(job, order, context),
    broken: (message) => endingOf(job, order, { outcome: 'in-doubt', code: 'JobBroke', message }, 1),
  });
}

type JobOrder = Exclude<StepOrder, { readonly kind: 'COVER' }>;

async function submit(cloud: StepCloud, videoId: string, order: JobOrder): Promise<{ readonly jobId: string }> {
  switch (order.kind) {
    case 'AUDIT':
      return await cloud.submitAiMediaAuditJob({ mediaId: videoId, templateId: order.templateId });
    case 'SNAPSHOT': {
      const { templateId: snapshotTemplateId, offsetMs } = order;
      return await cloud.submitSnapshotJob({ videoId, snapshotTemplateId, offsetMs });
    }
    case 'DNA': {
      const config = order.dnaDbId === null ? null : { DNADBId: order.dnaDbId };
      return await cloud.submitAiJob({ mediaId: videoId, type: 'AIMediaDNA', config });
    }
    case 'TAGS': {
      const config = order.analyseTypes.length === 0 ? null : { AnalyseTypes: order.analyseTypes.join(',') };
      return await cloud.submitAiJob({ mediaId: videoId, type: 'AIVideoTag', config });
    }
  }
}

/** What may have worked is set once more: it is the same cover then. */
async function coverSet(
  cloud: () => StepCloud,
  videoId: string,
  { coverUrl }: Extract<StepOrder, { readonly kind: 'COVER' }>,
  asked: Asked,
): Promise<ComposeAnswer> {
  const answer = await asked(async () => {
    await cloud().updateVideoInfo({ videoId, coverUrl });
    return { kind: 'produced' as const, productId: coverUrl };
  });
  if (answer.kind !== 'fault') return answer;
  const { fault } = answer;
  return fault.kind === 'ambiguous' ? { kind: 'fault', fault: { ...fault, kind: 'retryable' } } : answer;
}

/** What jobs of a kind are called at the cloud. ListJobInfo has all AI jobs in one list. */
const isOfKind: Readonly<Record<JobOrder['kind'], (aiJobType: string | null) => boolean>> = {
  AUDIT: (type) => /audit|censor/i.test(type ?? ''),
  SNAPSHOT: () => true,
  DNA: (type) => /dna/i.test(type ?? ''),
  TAGS: (type) => /tag/i.test(type ?? ''),
};

/** The names aren't documented (cloud facts 3.3.16): a job by any other may be one of these. */
const knownAiTypes = /audit|censor|dna|tag/i;

/**
 * The jobs of this kind that were started through the API and haven't failed, oldest first. One that a person started
 * counts as ours: it does the same work.
 */
async function jobsOfUsers(
  cloud: () => StepCloud,
  mediaId: string,
  order: JobOrder,
  asked: Asked,
): Promise<ComposeAnswer> {
  const jobType = order.kind === 'SNAPSHOT' ? 'snapshot' : 'ai';
  const listed = await asked(async () => ({
    kind: 'list' as const,
    jobs: await cloud().listJobs({ mediaId, jobType }),
  }));
  if (listed.kind === 'fault') return listed;
  const productIds: string[] = [];
  const unclear: OddRow[] = [];
  for (const { jobId, status } of listed.jobs.rows.toSorted((a, b) => (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0))) {
    if (/^fail/i.test(status ?? '')) continue;
    const told = await asked(async () => ({ kind: 'job' as const, job: await cloud().getJob({ jobId, jobType }) }));
    if (told.kind === 'fault') return told;
    const { trigger, aiJobType } = told.job;
    if (trigger !== null && trigger.toLowerCase() !== 'manual') continue;
    if (jobType === 'ai' && !knownAiTypes.test(aiJobType ?? ''))
      unclear.push({ id: jobId, problem: 'a known JobType' });
    else if (!isOfKind[order.kind](aiJobType)) continue;
    else if (trigger === null) unclear.push({ id: jobId, problem: 'Trigger' });
    else productIds.push(jobId);
  }
  const odd = [...listed.jobs.odd, ...unclear];
  if (productIds.length > 0 || odd.length === 0) return { kind: 'searched', productIds };
  // Ours may be among them, and a second one costs money.
  return await asked(async () => {
    allReadable('ListJobInfo', odd);
    return { kind: 'searched' as const, productIds };
  });
}

/** Makes one call when it is its turn. */
type Asked = <T>(ask: () => Promise<T>) => Promise<T | { readonly kind: 'fault'; readonly fault: FaultAnswer }>;
