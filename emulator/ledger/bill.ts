import type { CloudVideo } from '../cloud/video.ts';

/** One thing that the cloud charges for. */
export type BillLine = {
  readonly service: 'transcode' | 'compose' | 'snapshot' | 'audit' | 'fingerprint' | 'tags';
  readonly startedBy: 'cloud' | 'user';
  readonly videoId: string;
  readonly jobId: string | null;
  /** Of a transcode: what it is priced by. */
  readonly definition: string | null;
  /** Playing time worked on, in minutes; 0 for pictures, which are charged by count. */
  readonly minutes: number;
  readonly count: number;
};

/** What the account pays for: finished work only, each piece once, failed renditions free. */
export function billOf(videos: Iterable<CloudVideo>): BillLine[] {
  return [...videos].flatMap(linesOf);
}

function linesOf({ plan, occurred }: CloudVideo): BillLine[] {
  const { videoId } = plan;
  const minutes = plan.durationSeconds / 60;
  const common = { videoId, jobId: null, definition: null, minutes, count: 1 };
  return occurred.flatMap(({ fact }): BillLine[] => {
    switch (fact.kind) {
      case 'compose-started':
        return occurred.some((one) => one.fact.kind === 'source-ready')
          ? [{ ...common, service: 'compose', startedBy: 'cloud' }]
          : [];
      case 'produced':
        return fact.failed ? [] : [{ ...common, service: 'compose', startedBy: 'user' }];
      case 'snapshot': {
        const { jobId, count, startedBy, failed } = fact.snapshot;
        return failed ? [] : [{ ...common, service: 'snapshot', startedBy, jobId, minutes: 0, count }];
      }
      case 'audited':
        return [{ ...common, service: 'audit', startedBy: 'user', jobId: fact.audit.jobId }];
      case 'fingerprinted':
        return [{ ...common, service: 'fingerprint', startedBy: 'user', jobId: fact.jobId }];
      case 'tagged':
        return [{ ...common, service: 'tags', startedBy: 'user', jobId: fact.jobId }];
      case 'transcoded': {
        const startedBy = fact.task.trigger === 'Auto' ? 'cloud' : 'user';
        return fact.task.jobs
          .filter((job) => job.status === 'success')
          .map(({ jobId, definition }) => ({ ...common, service: 'transcode', startedBy, jobId, definition }));
      }
      default:
        return [];
    }
  });
}
