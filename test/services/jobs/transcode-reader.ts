import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import type { JobReader } from '../../../services/jobs/job-kind.ts';
import { orderedJobs } from '../../../services/jobs/ordered-jobs.ts';
import { type TranscodeJobsOptions, transcodeJobs } from '../../../services/jobs/transcode-jobs.ts';

/** Reads commands written as JSON, all of them transcodes. */
export function transcodeReader(options: TranscodeJobsOptions): JobReader {
  return orderedJobs({
    codec: { decode: (bytes) => JSON.parse(String(bytes)) as TranscodeJob },
    transcode: transcodeJobs(options),
    workflow: () => {
      throw new Error("a workflow isn't played here");
    },
    step: (_command, { kind }) => {
      throw new Error(`${kind} isn't played here`);
    },
  });
}
