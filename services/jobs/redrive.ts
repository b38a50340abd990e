/** Doing a job again on purpose, after it ended in `dead-letters`. */

import type { InternalEvent } from '../../connectors/kafka/index.ts';
import { eventTime } from '../../connectors/vod/index.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';

/**
 * The request that makes the video processor plan the job anew, as a further generation with a token of its own. Asking
 * twice for the same dead letter is one request. Publish it on `callbacks` with source `operator`.
 * @param nowMs epoch milliseconds
 */
export function redriveTranscode(job: TranscodeJob, nowMs: number): InternalEvent {
  return {
    key: job.videoId,
    region: job.region,
    body: {
      EventType: 'OperatorTranscodeRequest',
      EventTime: eventTime(nowMs),
      VideoId: job.videoId,
      TemplateGroupId: job.templateGroupId,
      ...(job.priority === null ? {} : { Priority: job.priority }),
      IdempotencyKey: `redrive-${job.token}`,
    },
  };
}

/**
 * The step before a transcode once more, for `transcode-jobs` under the key of the dead letter. It keeps its token, under
 * which the video knows it; a generation above 0 has the runner look for the job of an earlier time first.
 */
export function redriveStep(job: TranscodeJob, nowMs: number): TranscodeJob {
  return { ...job, generation: job.generation + 1, plannedAt: nowMs };
}

/**
 * The composition of the next generation, for `compose-jobs` under the key of the dead letter. Its token is the old
 * one with another generation at the end, so that the session still knows its product.
 * Before redriving one that is in doubt, look for `[<token>]` in the media library: this one will be produced anew.
 */
export function redriveCompose(job: ComposeJob, nowMs: number): ComposeJob {
  const generation = job.generation + 1;
  const stem = job.token.slice(0, job.token.lastIndexOf('-'));
  return { ...job, generation, token: `${stem}-${generation}`, plannedAt: nowMs };
}
