import type { Codec } from '../../connectors/avro/index.ts';
import { orderOf, type StepOrder } from '../../processors/video/index.ts';
import type { TranscodeJob, TranscodeOrder, WorkflowOrder } from '../../schemas/generated/TranscodeJob.ts';
import type { Job, JobReader } from './job-kind.ts';

export type OrderedJobsOptions = {
  readonly codec: Pick<Codec<TranscodeJob>, 'decode'>;
  readonly transcode: (command: TranscodeJob, order: TranscodeOrder) => Job;
  readonly workflow: (command: TranscodeJob, order: WorkflowOrder) => Job;
  readonly step: (command: TranscodeJob, order: StepOrder) => Job;
};

/** Jobs of `transcode-jobs`, each as what it orders. */
export function orderedJobs({ codec, transcode, workflow, step }: OrderedJobsOptions): JobReader {
  return {
    name: 'transcode',
    async read(bytes) {
      const command = await codec.decode(bytes);
      const order = orderOf(command);
      switch (order.kind) {
        case 'TRANSCODE':
          return transcode(command, order);
        case 'WORKFLOW':
          return workflow(command, order);
        case 'AUDIT':
        case 'SNAPSHOT':
        case 'COVER':
        case 'DNA':
        case 'TAGS':
          return step(command, order);
      }
    },
  };
}
