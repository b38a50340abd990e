/**
 * The decisions of one transcode job, as a pure state machine: given what the cloud answered, what comes next.
 *
 * Exactly once rests on two rules. The token goes out as SessionId, so that the cloud itself refuses a second job
 * within seven days; and whenever a submission may have worked without our knowing (a predecessor crashed, a call
 * timed out, the cloud speaks of a repeat), the machine looks the task up before it decides.
 */

import type { FaultAnswer, FaultKind, TranscodeTaskSummary } from '../../connectors/vod/index.ts';
import { backoffMs } from '../../platform/retry.ts';
import {
  type AttemptRules,
  ourTask,
  type TranscodeAnswer,
  type TranscodeAttempt,
  type TranscodeEnding,
  type TranscodePlan,
  type TranscodeStep,
} from './transcode-plan.ts';

/** Refusals whose meaning is documented, so that there is nothing to look for (cloud facts 3, 3.1). */
const documentedRefusal = /^(InvalidVideo\.NotFound|NoSuchResource|MissingParameter)$/;

/** @param mayHaveStarted a predecessor may have submitted this job already */
export function beginTranscode(mayHaveStarted: boolean): TranscodeStep {
  const fresh = { submissions: 0, doubt: null, emptyLooks: 0, faults: 0, laggingSinceMs: null };
  return mayHaveStarted
    ? look({ ...fresh, call: { kind: 'look' } }, 0)
    : submit({ ...fresh, call: { kind: 'submit' } }, 0);
}

/** What to do after `answer` to `attempt.call`. */
export function continueTranscode(
  plan: TranscodePlan,
  attempt: TranscodeAttempt,
  answer: TranscodeAnswer,
  rules: AttemptRules,
  nowMs: number,
  random: () => number,
): TranscodeStep {
  switch (answer.kind) {
    case 'submitted':
      return end(attempt, { outcome: 'acknowledged', taskId: answer.taskId, jobIds: answer.jobIds });
    case 'looked':
      return afterLook(attempt, ourTask(plan, answer.tasks, rules), rules, random);
    case 'detailed':
      return afterDetail(attempt, answer.jobIds, rules, random);
    case 'fault':
      return attempt.call.kind === 'submit'
        ? afterRefusedSubmission(plan, attempt, answer.fault, rules, nowMs, random)
        : afterFailedLook(plan, attempt, answer.fault, rules, nowMs, random);
  }
}

function afterLook(
  attempt: TranscodeAttempt,
  found: TranscodeTaskSummary | null,
  rules: AttemptRules,
  random: () => number,
): TranscodeStep {
  if (found !== null) {
    return {
      do: 'call',
      attempt: { ...attempt, call: { kind: 'detail', taskId: found.taskId }, faults: 0, emptyLooks: 0 },
      afterMs: 0,
    };
  }
  const { doubt } = attempt;
  const seen = { ...attempt, emptyLooks: attempt.emptyLooks + 1, faults: 0 };
  if (doubt === null) return submit(seen, 0);
  const enough = seen.emptyLooks >= looksFor(doubt.kind, rules);
  if (!enough) return look(seen, backoffMs(rules.lookBackoff, seen.emptyLooks, random));
  if (doubt.kind === 'already-submitted') return end(seen, failure('in-doubt', doubt));
  if (doubt.kind === 'ambiguous') return submit(seen, 0);
  return end(seen, failure('failed', doubt));
}

function looksFor(kind: FaultKind, rules: AttemptRules): number {
  if (kind === 'already-submitted') return rules.looksBeforeDoubt;
  return kind === 'ambiguous' ? rules.looksBeforeRepeat : rules.looksBeforeFailed;
}

function afterRefusedSubmission(
  plan: TranscodePlan,
  attempt: TranscodeAttempt,
  fault: FaultAnswer,
  rules: AttemptRules,
  nowMs: number,
  random: () => number,
): TranscodeStep {
  const old = nowMs - plan.plannedAt >= rules.giveUpAfterMs;
  const faulty = { ...attempt, faults: attempt.faults + 1 };
  const late = old && faulty.faults >= rules.triesBeforeGivingUp;
  switch (fault.kind) {
    case 'terminal':
      if (documentedRefusal.test(fault.code) && attempt.doubt === null) return end(attempt, failure('failed', fault));
      return look({ ...faulty, doubt: fault }, 0);
    case 'already-submitted':
      return look({ ...faulty, doubt: fault }, 0);
    case 'ambiguous':
      // Too old to be repeated: looked up until it is found or a person must look.
      return look(
        { ...faulty, doubt: old ? { ...fault, kind: 'already-submitted' } : fault },
        backoffMs(rules.backoff, faulty.faults, random),
      );
    case 'lagging': {
      const since = attempt.laggingSinceMs ?? nowMs;
      if (late || nowMs - since >= rules.longestLagMs)
        return look({ ...faulty, doubt: { ...fault, kind: 'terminal' } }, 0);
      const lagging = { ...faulty, laggingSinceMs: since };
      // The status is also wrong where a submission of ours worked and its answer was lost.
      const wait = backoffMs(rules.backoff, faulty.faults, random);
      return attempt.doubt === null ? submit(lagging, wait) : look({ ...lagging, emptyLooks: 0 }, wait);
    }
    case 'retryable':
    case 'throttled':
      if (late) return end(attempt, failure(attempt.doubt === null ? 'failed' : 'in-doubt', fault));
      return submit(faulty, backoffMs(rules.backoff, faulty.faults, random));
  }
}

function afterFailedLook(
  plan: TranscodePlan,
  attempt: TranscodeAttempt,
  fault: FaultAnswer,
  rules: AttemptRules,
  nowMs: number,
  random: () => number,
): TranscodeStep {
  const faults = attempt.faults + 1;
  const late = nowMs - plan.plannedAt >= rules.giveUpAfterMs && faults >= rules.triesBeforeGivingUp;
  const wait = backoffMs(rules.lookBackoff, faults, random);
  const again: TranscodeStep = { do: 'call', attempt: { ...attempt, faults }, afterMs: wait };
  if (fault.kind !== 'terminal' && !late) return again;
  if (attempt.call.kind === 'detail') {
    // The task was listed, so it exists; its jobs only show a little later. The callbacks name them anyway.
    return faults < rules.looksBeforeDoubt ? again : acknowledged(attempt, []);
  }
  // Without a doubt the submission itself says what is wrong with this video.
  if (attempt.doubt === null)
    return late ? end(attempt, failure('in-doubt', fault)) : submit({ ...attempt, faults: 0 }, 0);
  if (attempt.doubt.kind === 'terminal') return end(attempt, failure('failed', attempt.doubt));
  return end(attempt, failure('in-doubt', attempt.doubt));
}

/** A task's jobs may show a little later than the task; a task that only packages has none at all (cloud facts 3.1). */
function afterDetail(
  attempt: TranscodeAttempt,
  jobIds: readonly string[],
  rules: AttemptRules,
  random: () => number,
): TranscodeStep {
  if (jobIds.length > 0 || attempt.emptyLooks >= rules.looksBeforeFailed) return acknowledged(attempt, jobIds);
  const again = { ...attempt, emptyLooks: attempt.emptyLooks + 1 };
  return { do: 'call', attempt: again, afterMs: backoffMs(rules.lookBackoff, again.emptyLooks, random) };
}

function acknowledged(attempt: TranscodeAttempt, jobIds: readonly string[]): TranscodeStep {
  if (attempt.call.kind !== 'detail') throw new Error('invariant: job ids are asked for after the task was found');
  return end(attempt, { outcome: 'acknowledged', taskId: attempt.call.taskId, jobIds });
}

function submit(attempt: TranscodeAttempt, afterMs: number): TranscodeStep {
  const next = { ...attempt, call: { kind: 'submit' } as const, submissions: attempt.submissions + 1, emptyLooks: 0 };
  return { do: 'call', attempt: next, afterMs };
}

function look(attempt: TranscodeAttempt, afterMs: number): TranscodeStep {
  return { do: 'call', attempt: { ...attempt, call: { kind: 'look' } }, afterMs };
}

function end(attempt: TranscodeAttempt, ending: TranscodeEnding): TranscodeStep {
  return { do: 'end', ending, submissions: attempt.submissions };
}

function failure(outcome: 'failed' | 'in-doubt', fault: FaultAnswer): TranscodeEnding {
  return { outcome, code: fault.code, message: fault.message };
}
