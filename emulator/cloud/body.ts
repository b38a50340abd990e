import type { Happening, Snapshot, TranscodeJobPlan, TranscodeTask, VideoPlan } from '../scenario/fact.ts';

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
      return {
        EventType: 'SnapshotComplete',
        EventTime,
        VideoId,
        Status: 'success',
        ...(fact.snapshot.startedBy === 'user' ? { SubType: 'SpecifiedTime' } : {}),
        CoverUrl: fact.snapshot.coverUrl,
        SnapshotInfos: [snapshotInfo(video, fact.snapshot)],
      };
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
    case 'created':
    case 'source-failed':
    case 'distributed':
    case 'transcode-taken':
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
    Encrypt: false,
    FileUrl: job.fileUrl,
    Fps: String(job.fps),
    Height: job.height,
    Width: job.width,
    Size: job.sizeBytes,
  };
}

function snapshotInfo(video: VideoPlan, { jobId, count, startedBy }: Snapshot): CallbackBody {
  const path = `${video.videoId}/covers/${jobId.slice(0, 8)}-{SnapshotCount}.jpg`;
  return {
    Status: 'success',
    SnapshotType: startedBy === 'cloud' ? 'CoverSnapshot' : 'NormalSnapshot',
    SnapshotCount: count,
    SnapshotFormat: path,
    SnapshotRegular: `http://vod.example.com/${path}`,
    JobId: jobId,
  };
}
