import type {
  Happening,
  InfoChange,
  Snapshot,
  TranscodeJobPlan,
  TranscodeTask,
  VideoPlan,
  WorkflowRun,
} from '../scenario/fact.ts';
import { contentBody } from './content-body.ts';

/** A callback's body: one flat JSON object. */
export type CallbackBody = Readonly<Record<string, unknown>>;

/** `yyyy-MM-ddTHH:mm:ssZ`, as the cloud writes a time. */
export function cloudTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/**
 * The callback that tells a fact, with the cloud's own key order and type traps (cloud facts 1.3): Bitrate and Fps are
 * strings, VideoAnalysisComplete has strings only, URLs are http and unsigned, TranscodeComplete says `success` where
 * at least one stream succeeded. Null where the cloud sends none.
 */
export function callbackBody(video: VideoPlan, { atMs, fact }: Happening): CallbackBody | null {
  const VideoId = video.videoId;
  const EventTime = cloudTime(atMs);
  switch (fact.kind) {
    case 'recorded':
      return {
        EventType: 'AddLiveRecordVideoComplete',
        EventTime,
        VideoId,
        Status: 'success',
        ...streamFields(video),
        RecordStartTime: cloudTime(video.recording?.startTime ?? atMs),
        RecordEndTime: cloudTime(video.recording?.endTime ?? atMs),
      };
    case 'compose-started':
      return {
        EventType: 'LiveRecordVideoComposeStart',
        EventTime,
        VideoId,
        Status: 'success',
        ...streamFields(video),
      };
    case 'source-ready':
      return {
        Status: 'success',
        FileUrl: video.sourceUrl,
        VideoId,
        EventType: 'FileUploadComplete',
        EventTime,
        Size: video.sizeBytes,
      };
    case 'analysed':
      return {
        EventType: 'VideoAnalysisComplete',
        EventTime,
        VideoId,
        Status: 'success',
        Width: '1920',
        Height: '1080',
        Fps: '50',
        Duration: video.durationSeconds.toFixed(4),
        Bitrate: String(Math.round((video.sizeBytes * 8) / 1000 / Math.max(video.durationSeconds, 0.01))),
        Size: String(video.sizeBytes),
      };
    case 'snapshot':
      return { EventType: 'SnapshotComplete', EventTime, VideoId, ...snapshotResult(fact.snapshot) };
    case 'info-changed':
      return mediaBaseChange(VideoId, EventTime, 'update', contentOf(fact.change));
    case 'info-deleted':
      return mediaBaseChange(VideoId, EventTime, 'delete', { Title: JSON.stringify({ OldValue: fact.title }) });
    case 'produced':
      return {
        EventType: 'ProduceMediaComplete',
        EventTime,
        Status: fact.failed ? 'fail' : 'success',
        MediaId: VideoId,
        ProjectId: fact.projectId,
        ...(fact.failed ? { ErrorCode: 'ProduceFailed', ErrorMessage: 'The timeline can not be produced.' } : {}),
      };
    case 'audited':
      return {
        EventType: 'AIMediaAuditComplete',
        EventTime,
        MediaId: VideoId,
        JobId: fact.audit.jobId,
        Status: 'success',
        Code: '0',
        Message: 'OK',
        Data: { Label: fact.audit.label, Suggestion: fact.audit.suggestion, ImageResult: [], TextResult: [] },
      };
    case 'fingerprinted':
    case 'tagged':
    case 'analysis-failed':
      return contentBody(VideoId, fact, EventTime);
    case 'reviewed':
      return {
        EventType: 'CreateAuditComplete',
        EventTime,
        MediaId: VideoId,
        Status: 'success',
        CreationTime: EventTime,
        SubType: 'video',
        AuditStatus: fact.review.status,
        Auditor: 'user',
        ...(fact.review.reason === null ? {} : { Reason: fact.review.reason }),
      };
    case 'deleted':
      return {
        EventType: 'DeleteMediaComplete',
        EventTime,
        Status: 'success',
        MediaType: 'video',
        DeleteType: 'all',
        MediaId: VideoId,
      };
    case 'fetched':
      return {
        Status: 'success',
        EventTime,
        EventType: 'UploadByURLComplete',
        VideoId,
        JobId: fact.jobId,
        // The blank is the cloud's (cloud facts 1.3.3).
        'SourceURL ': fact.sourceUrl,
        Size: String(video.sizeBytes),
      };
    case 'dynamic-image-made':
      return { Status: 'success', VideoId, EventType: 'DynamicImageComplete', EventTime, ...dynamicImage(video, fact) };
    case 'workflow-done':
      return workflowBody(video, fact.workflow, EventTime);
    case 'created':
    case 'source-failed':
    case 'distributed':
    case 'ai-image-made':
    case 'transcode-taken':
    case 'workflow-taken':
      return null;
    case 'stream-transcoded':
      return {
        EventType: 'StreamTranscodeComplete',
        EventTime,
        VideoId,
        ...streamInfo(fact.job),
        ...extend(fact.task),
      };
    case 'transcoded':
      return {
        Status: fact.task.jobs.some((job) => job.status === 'success') ? 'success' : 'fail',
        VideoId,
        EventType: 'TranscodeComplete',
        EventTime,
        StreamInfos: fact.task.jobs.map((job) => ({
          ...streamInfo(job),
          IsAudio: false,
          StartTime: cloudTime(job.startMs),
          FinishTime: cloudTime(job.finishMs),
        })),
        ...extend(fact.task),
      };
  }
}

function dynamicImage({ videoId }: VideoPlan, { jobId: JobId }: { readonly jobId: string }): CallbackBody {
  const FileURL = `http://vod.example.com/${videoId}/dynamic/${JobId}.gif`;
  const info = { FileSize: '1834831', FileURL, Fps: '25', Height: '200', JobId, Status: 'success', Width: '200' };
  return { DynamicImageJobInfo: JSON.stringify(info) };
}

function workflowBody({ videoId, title }: VideoPlan, run: WorkflowRun, EventTime: string): CallbackBody {
  return {
    EventType: 'WorkflowTaskComplete',
    EventTime,
    WorkflowId: run.workflowId,
    Status: workflowStatus(run),
    TaskId: run.taskId,
    ActivityResults: activityResults(run),
    TaskInput: JSON.stringify({ Type: 'Media', Media: videoId, Title: title }),
    CreateTime: cloudTime(run.createdMs),
    ModifiedTime: EventTime,
    FinishTime: EventTime,
    UserId: '1000000',
  };
}

export function workflowStatus({ failedActivity }: WorkflowRun): 'Succeed' | 'Failed' {
  return failedActivity === null ? 'Succeed' : 'Failed';
}

/** By activity, as JSON text (cloud facts 1.4.15). */
export function activityResults({ failedActivity }: WorkflowRun): string {
  return JSON.stringify(failedActivity === null ? {} : { [failedActivity]: { Status: 'Failed' } });
}

function streamFields({ stream }: VideoPlan): CallbackBody {
  return stream ? { DomainName: stream.domainName, AppName: stream.appName, StreamName: stream.streamName } : {};
}

function extend(task: TranscodeTask): CallbackBody {
  return task.extend === null ? {} : { Extend: task.extend };
}

function streamInfo(job: TranscodeJobPlan): CallbackBody {
  const common = { Status: job.status, Definition: job.definition, Format: job.format, JobId: job.jobId };
  if (job.status === 'fail') return { ...common, ErrorCode: job.errorCode, ErrorMessage: job.errorMessage };
  return {
    ...common,
    Bitrate: String(job.bitrateKbps),
    Duration: job.durationSeconds,
    Encrypt: job.encryption !== undefined,
    ...(job.encryption === undefined ? {} : { EncryptType: job.encryption }),
    FileUrl: job.fileUrl,
    Fps: String(job.fps),
    Height: job.height,
    Width: job.width,
    Size: job.sizeBytes,
  };
}

/** One that failed tells nothing of itself (cloud facts 1.4.8). */
function snapshotResult({ jobId, count, startedBy, failed, coverUrl, regular }: Snapshot): CallbackBody {
  if (failed)
    return {
      Status: 'fail',
      ErrorCode: 'InvalidParameter.ResourceContentBad',
      ErrorMessage: 'The resource operated InputFile is bad',
    };
  const info = {
    Status: 'success',
    SnapshotType: startedBy === 'cloud' ? 'CoverSnapshot' : 'NormalSnapshot',
    SnapshotCount: count,
    SnapshotFormat: new URL(regular).pathname.slice(1).replace('%7BSnapshotCount%7D', '{SnapshotCount}'),
    SnapshotRegular: regular,
    JobId: jobId,
  };
  return {
    Status: 'success',
    ...(startedBy === 'user' ? { SubType: 'SpecifiedTime' } : {}),
    ...(coverUrl === null ? {} : { CoverUrl: coverUrl }),
    SnapshotInfos: [info],
  };
}

function mediaBaseChange(
  MediaId: string,
  EventTime: string,
  OperateMode: 'update' | 'delete',
  MediaContent: CallbackBody,
): CallbackBody {
  const EventType = 'MediaBaseChangeComplete';
  return { EventType, EventTime, Status: 'success', MediaId, MediaType: 'video', OperateMode, MediaContent };
}

/** Each change as JSON text of its own (cloud facts 1.3.4). */
function contentOf({ now, before }: InfoChange): CallbackBody {
  return Object.fromEntries(
    Object.entries(now).map(([name, NewValue]) => {
      const OldValue = before[name];
      return [name, JSON.stringify(OldValue === undefined ? { NewValue } : { OldValue, NewValue })];
    }),
  );
}
