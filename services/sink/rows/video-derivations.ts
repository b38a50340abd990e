import type { FieldReader, RecordView } from '../../../connectors/avro/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';

type Derived = (item: number) => number | null;

/** What a video's row tells and its state doesn't: times, epoch milliseconds, of the state that the view has read last. */
export type VideoDerivations = {
  /** When this pipeline had received all that makes a source ready: a FileUploadComplete that didn't fail, and for a composition its start. */
  readonly readyReceivedAt: Derived;
  readonly lastEventTime: Derived;
  /** When the machine was through with it: an audit that the cloud refused leaves the video to a person from then on. */
  readonly auditTime: Derived;
  /** Of the machine's first verdict: one that audits again kept nothing waiting anew. */
  readonly auditReceivedAt: Derived;
  /** Of a person's latest verdict. */
  readonly reviewTime: Derived;
  readonly reviewReceivedAt: Derived;
  /**
   * For each rendition when the job that it belongs to was submitted, null where the cloud started it. No job of a workflow
   * is known by id: what begins after we submitted one is taken for its.
   */
  readonly renditionSubmittedAt: Derived;
};

export function videoDerivations(video: RecordView<VideoState>): VideoDerivations {
  const kind = video.field('kind');
  const sourceReadyTime = video.field('sourceReadyTime');
  const timeline = video.list('timeline');
  const eventType = timeline.field('eventType');
  const eventTime = timeline.field('eventTime');
  const receivedAt = timeline.field('receivedAt');
  const status = timeline.field('status');
  const renditions = video.list('renditions');
  const renditionJob = renditions.field('jobId');
  const jobs = video.list('jobs');
  const jobIds = jobs.texts('jobIds');
  const submittedAt = jobs.field('submittedAt');
  const workflowId = jobs.field('workflowId');
  const renditionStart = renditions.field('startTime');
  const steps = video.list('steps');
  const stepKind = steps.field('kind');
  const stepState = steps.field('state');
  const stepFinishedAt = steps.field('finishedAt');

  /** A time of the first event of a type. */
  function ofFirst(type: Buffer, time: FieldReader, counts = ofType): number | null {
    for (let n = 0; n < timeline.count; n += 1) if (counts(n, type)) return time.integer(n);
    return null;
  }

  function ofLastGood(type: Buffer, time: FieldReader): number | null {
    for (let n = timeline.count - 1; n >= 0; n -= 1) if (isGood(n, type)) return time.integer(n);
    return null;
  }

  function ofType(n: number, type: Buffer): boolean {
    return eventType.is(n, type);
  }

  /** Whether it is of this type and didn't fail: a failed upload makes nothing ready, a failed audit is no verdict. */
  function isGood(n: number, type: Buffer): boolean {
    return eventType.is(n, type) && !status.is(n, statusFail) && !status.is(n, statusFailed);
  }

  function refusedAuditAt(): number | null {
    for (let n = 0; n < steps.count; n += 1) {
      if (stepKind.is(n, audit) && stepState.is(n, failed)) return stepFinishedAt.integer(n);
    }
    return null;
  }

  function workflowBefore(startTime: number | null): number | null {
    for (let job = 0; job < jobs.count; job += 1) {
      const at = workflowId.text(job) === null ? null : submittedAt.integer(job);
      // The cloud's times have whole seconds.
      if (at !== null && startTime !== null && startTime + 1000 > at) return at;
    }
    return null;
  }

  return {
    readyReceivedAt: () => {
      if (sourceReadyTime.integer(0) === null) return null;
      const source = ofFirst(fileUploadComplete, receivedAt, isGood);
      if (source === null || !kind.is(0, composed)) return source;
      const start = ofFirst(composeStart, receivedAt);
      return start === null ? null : Math.max(source, start);
    },
    lastEventTime: () => (timeline.count === 0 ? null : eventTime.integer(timeline.count - 1) || null),
    auditTime: () => ofFirst(byMachine, eventTime) ?? ofFirst(byMachineOnce, eventTime) ?? refusedAuditAt(),
    auditReceivedAt: () => ofFirst(byMachine, receivedAt) ?? ofFirst(byMachineOnce, receivedAt),
    reviewTime: () => ofLastGood(byPerson, eventTime),
    reviewReceivedAt: () => ofLastGood(byPerson, receivedAt),
    renditionSubmittedAt: (rendition) => {
      let jobId: string | null = null;
      for (let job = 0; job < jobs.count; job += 1) {
        jobId ??= renditionJob.text(rendition);
        if (jobId === null) return null;
        if (jobIds.texts(job).includes(jobId)) return submittedAt.integer(job);
      }
      return workflowBefore(renditionStart.integer(rendition));
    },
  };
}

const composed = Buffer.from('COMPOSED');
const audit = Buffer.from('AUDIT');
const failed = Buffer.from('FAILED');
const statusFail = Buffer.from('fail');
const statusFailed = Buffer.from('failed');
const fileUploadComplete = Buffer.from('FileUploadComplete');
const composeStart = Buffer.from('LiveRecordVideoComposeStart');
const byMachine = Buffer.from('AIMediaAuditComplete');
/** Its older name (cloud facts 1.2.3). */
const byMachineOnce = Buffer.from('AIVideoCensorComplete');
const byPerson = Buffer.from('CreateAuditComplete');
