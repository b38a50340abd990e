import { allReadable, type CallLimiter, type Transcoding } from '../../connectors/vod/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { TranscodeOrder } from '../../schemas/generated/TranscodeJob.ts';
import { type Command, type Job, type JobContext, type JobEnding, rightOf } from './job-kind.ts';
import { beginTranscode, continueTranscode } from './transcode-attempt.ts';
import {
  type AttemptRules,
  ourTask,
  type TranscodeAnswer,
  type TranscodeCall,
  type TranscodeEnding,
  type TranscodePlan,
} from './transcode-plan.ts';

export type TranscodeJobsOptions = {
  /** The client of a region; null is the home region. */
  readonly cloudOf: (region: string | null) => Transcoding;
  /** Submissions: the account's documented 30 a second (cloud facts 3). */
  readonly submitting: CallLimiter;
  readonly asking: CallLimiter;
  readonly rules: AttemptRules;
  readonly platform: Platform;
};

const planOf = ({ plannedAt, generation }: Command, order: TranscodeOrder): TranscodePlan => ({
  ...order,
  plannedAt,
  generation,
});

/** Transcodes: SubmitTranscodeJobs with the token as SessionId; in doubt the task is looked up. */
export function transcodeJobs(options: TranscodeJobsOptions): (command: Command, order: TranscodeOrder) => Job {
  const { rules, platform } = options;

  async function answerOf(
    job: Command,
    order: TranscodeOrder,
    call: TranscodeCall,
    signal: AbortSignal,
  ): Promise<TranscodeAnswer> {
    // Within the call: a region that can't be served is an answer like the cloud's own.
    const cloud = () => options.cloudOf(job.region);
    const { templateGroupId, priority } = order;
    switch (call.kind) {
      case 'submit':
        return await options.submitting.call(
          signal,
          async () => {
            const { videoId, token } = job;
            const answer = await cloud().submitTranscodeJobs({ videoId, templateGroupId, sessionId: token, priority });
            return { kind: 'submitted' as const, ...answer };
          },
          rightOf('transcode', job.region),
        );
      case 'look':
        return await options.asking.call(signal, async () => {
          const { rows: tasks, odd } = await cloud().listTranscodeTask({ videoId: job.videoId });
          // A second job costs money: ours may be a row that can't be read.
          if (ourTask(planOf(job, order), tasks, rules) === null) allReadable('ListTranscodeTask', odd);
          return { kind: 'looked' as const, tasks };
        });
      case 'detail':
        return await options.asking.call(signal, async () => {
          const task = await cloud().getTranscodeTask({ taskId: call.taskId });
          const ids = [...task.jobs.map((one) => one.jobId), ...task.odd.map((one) => one.id)];
          // Some without their id are as good as none: the callbacks name them all.
          return { kind: 'detailed' as const, jobIds: ids.includes(null) ? [] : ids.filter((id) => id !== null) };
        });
    }
  }

  async function work(job: Command, order: TranscodeOrder, context: JobContext): Promise<JobEnding> {
    let step = beginTranscode(context.mayHaveStarted);
    const plan = planOf(job, order);
    let reportedSubmissions = 0;
    while (step.do === 'call') {
      if (step.afterMs > 0) await context.pause(step.afterMs);
      const { attempt } = step;
      const answer = await answerOf(job, order, attempt.call, context.signal);
      step = continueTranscode(plan, attempt, answer, rules, platform.now(), platform.random);
      // A submission that works at once is reported by its acknowledgement; the first one that doesn't is reported itself.
      if (
        answer.kind === 'fault' &&
        attempt.call.kind === 'submit' &&
        step.do === 'call' &&
        reportedSubmissions === 0
      ) {
        reportedSubmissions = attempt.submissions;
        const { code: errorCode, message: errorMessage } = answer.fault;
        const why = { errorCode, errorMessage };
        await context.report({ type: 'TranscodeJobSubmitted', ...about(job, attempt.submissions), ...why });
      }
    }
    return endingOf(job, step.ending, step.submissions);
  }

  function about({ videoId, region, token }: Command, attempt: number) {
    return { videoId, region, atMs: platform.now(), token, attempt };
  }

  function endingOf(job: Command, ending: TranscodeEnding, submissions: number): JobEnding {
    if (ending.outcome === 'acknowledged') {
      const { taskId, jobIds } = ending;
      const done = about(job, Math.max(1, submissions));
      return { result: 'acknowledged', event: { type: 'TranscodeJobAcknowledged', ...done, taskId, jobIds } };
    }
    const { outcome, code: errorCode, message: errorMessage } = ending;
    const type = outcome === 'failed' ? 'TranscodeJobFailed' : 'TranscodeJobInDoubt';
    const event = { type, ...about(job, submissions), errorCode, errorMessage } as const;
    return { result: outcome, event, error: errorMessage };
  }

  return (job, order) => ({
    kind: 'transcode',
    plannedAtMs: job.plannedAt,
    independent: false,
    work: (context) => work(job, order, context),
    broken: (message) => endingOf(job, { outcome: 'in-doubt', code: 'JobBroke', message }, 1),
  });
}
