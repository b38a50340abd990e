/**
 * Workflows: SubmitWorkflowJob. The call takes no token, and nothing lists the runs of a video (cloud facts 3.3.9), so a
 * call that may have worked without our knowing can't be looked into: it is never repeated. WorkflowTaskComplete of that
 * workflow, or a person, says what became of it.
 */
import type { CallLimiter, FaultAnswer, Production } from '../../connectors/vod/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import { type Backoff, backoffMs } from '../../platform/retry.ts';
import type { WorkflowOrder } from '../../schemas/generated/TranscodeJob.ts';
import { type Command, type Job, type JobContext, type JobEnding, rightOf } from './job-kind.ts';

export type WorkflowRules = {
  readonly backoff: Backoff;
  /** How long the video may stay in a wrong status. */
  readonly longestLagMs: number;
  /** After this time since it was planned a job isn't repeated any more, once it has met `triesBeforeGivingUp` faults. */
  readonly giveUpAfterMs: number;
  readonly triesBeforeGivingUp: number;
  /** A call that is made so much later than it was due may be one that another runner has made meanwhile. */
  readonly staleAfterMs: number;
};

export type WorkflowJobsOptions = {
  /** The client of a region; null is the home region. */
  readonly cloudOf: (region: string | null) => Pick<Production, 'submitWorkflowJob'>;
  readonly submitting: CallLimiter;
  readonly rules: WorkflowRules;
  readonly platform: Platform;
};

type Answer =
  | { readonly kind: 'submitted'; readonly taskId: string | null }
  | { readonly kind: 'stale' }
  | { readonly kind: 'fault'; readonly fault: FaultAnswer };

const handedOver = {
  code: 'MayHaveStarted',
  message: 'another runner may have started the workflow, and the cloud has nothing to ask by',
};

export function workflowJobs(options: WorkflowJobsOptions): (command: Command, order: WorkflowOrder) => Job {
  const { submitting, rules, platform } = options;

  async function work(job: Command, { workflowId }: WorkflowOrder, context: JobContext): Promise<JobEnding> {
    if (context.mayHaveStarted) return unfinished(job, 'in-doubt', handedOver, 0);
    const cloud = () => options.cloudOf(job.region);
    let laggingSinceMs: number | null = null;
    for (let attempt = 1, waitMs = 0; ; attempt++) {
      const dueAtMs = platform.monotonicMs() + waitMs;
      if (waitMs > 0) await context.pause(waitMs);
      // Within the call: a region that can't be served is an answer like the cloud's own.
      const start = async () => {
        if (platform.monotonicMs() - dueAtMs > rules.staleAfterMs) return { kind: 'stale' as const };
        const { taskId } = await cloud().submitWorkflowJob({ mediaId: job.videoId, workflowId });
        return { kind: 'submitted' as const, taskId };
      };
      const answer: Answer = await submitting.call(context.signal, start, rightOf('workflow', job.region));
      if (answer.kind === 'submitted') return acknowledged(job, answer.taskId, attempt);
      if (answer.kind === 'stale') return unfinished(job, 'in-doubt', handedOver, attempt - 1);
      const { fault } = answer;
      if (fault.kind === 'ambiguous' || fault.kind === 'already-submitted')
        return unfinished(job, 'in-doubt', fault, attempt);
      const nowMs = platform.now();
      laggingSinceMs = fault.kind === 'lagging' ? (laggingSinceMs ?? nowMs) : null;
      const isLate = attempt >= rules.triesBeforeGivingUp && nowMs - job.plannedAt >= rules.giveUpAfterMs;
      const lags = laggingSinceMs !== null && nowMs - laggingSinceMs >= rules.longestLagMs;
      if (fault.kind === 'terminal' || isLate || lags) return unfinished(job, 'failed', fault, attempt);
      if (attempt === 1) await context.report({ type: 'TranscodeJobSubmitted', ...about(job, 1), ...whyOf(fault) });
      waitMs = backoffMs(rules.backoff, attempt, platform.random);
    }
  }

  function about({ videoId, region, token }: Command, attempt: number) {
    return { videoId, region, atMs: platform.now(), token, attempt };
  }

  function acknowledged(job: Command, taskId: string | null, attempt: number): JobEnding {
    const event = { type: 'TranscodeJobAcknowledged', ...about(job, attempt), taskId, jobIds: [] } as const;
    return { result: 'acknowledged', event };
  }

  function unfinished(job: Command, result: 'failed' | 'in-doubt', why: Why, attempt: number): JobEnding {
    const type = result === 'failed' ? 'TranscodeJobFailed' : 'TranscodeJobInDoubt';
    return { result, event: { type, ...about(job, attempt), ...whyOf(why) }, error: why.message };
  }

  return (job, order) => ({
    kind: 'transcode',
    plannedAtMs: job.plannedAt,
    independent: false,
    work: (context) => work(job, order, context),
    broken: (message) => unfinished(job, 'in-doubt', { code: 'JobBroke', message }, 1),
  });
}

type Why = { readonly code: string; readonly message: string };

const whyOf = ({ code, message }: Why) => ({ errorCode: code, errorMessage: message });
