/** Doing a job again on purpose, after it ended in `dead-letters`. */

import type { OperatorTranscodeRequest } from '../../processors/callback/index.ts';
import { tokenOfGeneration } from '../../processors/composition-token.ts';
import { type Order, orderFields } from '../../processors/video/index.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob, TranscodeOrder } from '../../schemas/generated/TranscodeJob.ts';

/**
 * The request that makes the video processor plan the transcode anew, as a further generation with a token of its own.
 * Asking twice for the same dead letter is one request. Publish it on `callbacks` with source `operator`.
 * @param nowMs epoch milliseconds
 */
export function redriveTranscode(job: TranscodeJob, order: TranscodeOrder, nowMs: number): OperatorTranscodeRequest {
  return {
    type: 'OperatorTranscodeRequest',
    videoId: job.videoId,
    region: job.region,
    atMs: nowMs,
    templateGroupId: order.templateGroupId,
    priority: order.priority,
    idempotencyKey: `redrive-${job.token}`,
  };
}

/**
 * The step or workflow once more, for `transcode-jobs` under the key of the dead letter. It keeps its token,
 * under which the video knows it; a generation above 0 makes the runner look for the job of an earlier time first, which
 * of a workflow it can't: look before redriving one that is in doubt, it will be started anew.
 */
export function redriveStep(
  job: TranscodeJob,
  order: Exclude<Order, { kind: 'TRANSCODE' }>,
  nowMs: number,
): TranscodeJob {
  return { ...job, ...orderFields(order), generation: job.generation + 1, plannedAt: nowMs };
}

/**
 * The composition of the next generation, for `compose-jobs` under the key of the dead letter. Its token is the old
 * one with another generation at the end, so that the session still knows its product.
 * Before redriving one that is in doubt, look for `[<token>]` in the media library: this one will be produced anew.
 */
export function redriveCompose(job: ComposeJob, nowMs: number): ComposeJob {
  const generation = job.generation + 1;
  return { ...job, generation, token: tokenOfGeneration(job.token, generation), plannedAt: nowMs };
}
