/** What a transcode job is to the state machine: its plan, the calls it may make, the answers, the rules. */

import type { FaultAnswer, TranscodeTaskSummary } from '../../connectors/vod/index.ts';
import type { Backoff } from '../../platform/retry.ts';

export type TranscodePlan = {
  readonly templateGroupId: string;
  /** When the job was planned, epoch milliseconds. */
  readonly plannedAt: number;
  /** 0 for the job that a policy decided; higher where a person asked. */
  readonly generation: number;
};

export type TranscodeCall =
  | { readonly kind: 'submit' }
  /** ListTranscodeTask. */
  | { readonly kind: 'look' }
  /** GetTranscodeTask, for the job ids. */
  | { readonly kind: 'detail'; readonly taskId: string };

export type TranscodeAnswer =
  | { readonly kind: 'submitted'; readonly taskId: string; readonly jobIds: readonly string[] }
  | { readonly kind: 'looked'; readonly tasks: readonly TranscodeTaskSummary[] }
  | { readonly kind: 'detailed'; readonly jobIds: readonly string[] }
  | { readonly kind: 'fault'; readonly fault: FaultAnswer };

export type TranscodeEnding =
  | { readonly outcome: 'acknowledged'; readonly taskId: string; readonly jobIds: readonly string[] }
  | { readonly outcome: 'failed' | 'in-doubt'; readonly code: string; readonly message: string };

export type TranscodeAttempt = {
  readonly call: TranscodeCall;
  /** Submissions sent, the one in `call` included. */
  readonly submissions: number;
  /** The submission's fault that we look into, if any. */
  readonly doubt: FaultAnswer | null;
  /** Looks since the latest submission that found nothing. */
  readonly emptyLooks: number;
  /** Faults in a row, for the back-off. */
  readonly faults: number;
  /** Since when the cloud says that the video isn't in the right status. */
  readonly laggingSinceMs: number | null;
};

export type TranscodeStep =
  | { readonly do: 'call'; readonly attempt: TranscodeAttempt; readonly afterMs: number }
  | { readonly do: 'end'; readonly ending: TranscodeEnding; readonly submissions: number };

export type AttemptRules = {
  readonly backoff: Backoff;
  /** Between looks for a task that should exist. */
  readonly lookBackoff: Backoff;
  /** Empty looks after a time-out before submitting again; the token keeps that safe. */
  readonly looksBeforeRepeat: number;
  /** Empty looks after the cloud spoke of a repeat, before a person must look. */
  readonly looksBeforeDoubt: number;
  /** Empty looks after a refusal of unknown meaning, before the job counts as failed. */
  readonly looksBeforeFailed: number;
  /** How long the video may stay in a wrong status. */
  readonly longestLagMs: number;
  /** After this time since it was planned a job isn't repeated any more, once it has met `triesBeforeGivingUp` faults. */
  readonly giveUpAfterMs: number;
  /** Faults in a row that even an old job may meet: a runner that comes back after a day isn't refused by a hiccup. */
  readonly triesBeforeGivingUp: number;
  /** How far the cloud's clock and ours may be apart; its times have whole seconds. */
  readonly clockToleranceMs: number;
};

export const defaultAttemptRules: AttemptRules = {
  backoff: { firstMs: 500, longestMs: 60_000 },
  lookBackoff: { firstMs: 1_000, longestMs: 30_000 },
  looksBeforeRepeat: 2,
  looksBeforeDoubt: 8,
  looksBeforeFailed: 2,
  longestLagMs: 15 * 60_000,
  giveUpAfterMs: 24 * 60 * 60_000,
  triesBeforeGivingUp: 8,
  clockToleranceMs: 5_000,
};

/**
 * The task that carries out this plan: started through the API, by this template group, not before it was planned.
 * Nothing of ours can be older than a first generation's plan, so there an older task is a person's doing the same
 * work: it counts when nothing newer is found. A later generation is there because an earlier one must not count.
 */
export function ourTask(
  plan: TranscodePlan,
  tasks: readonly TranscodeTaskSummary[],
  rules: Pick<AttemptRules, 'clockToleranceMs'>,
): TranscodeTaskSummary | null {
  const earliest = Math.floor((plan.plannedAt - rules.clockToleranceMs) / 1000) * 1000;
  const created = (task: TranscodeTaskSummary) => task.createdAtMs ?? 0;
  const fitting = tasks
    .filter((task) => task.trigger?.toLowerCase() === 'manual' && task.templateGroupId === plan.templateGroupId)
    .sort((a, b) => created(a) - created(b));
  const since = fitting.find((task) => created(task) >= earliest);
  return since ?? (plan.generation === 0 ? (fitting.at(-1) ?? null) : null);
}
