/**
 * What the cloud's answers mean for a video that has been silent, as the events that would have reported it. Pure.
 *
 * Where the lost callback's identity can be rebuilt (recordings, compose starts, transcodes, audits, DNA, tags, workflows: type, video,
 * job ids) the
 * callback itself is supplied, so that it and a late original are one event. What can't be rebuilt (source ready, cover:
 * their identity holds a time or ids that no API gives) becomes a ReconcilerObservation, which only fills gaps.
 */

import type {
  AiJob,
  JobDetail,
  LiveRecording,
  MediaTag,
  SimilarMedia,
  SnapshotPictures,
  TranscodeTask,
  TranscodeTaskJob,
  VideoInfo,
} from '../../connectors/vod/index.ts';
import { cloudTime } from '../../connectors/vod/index.ts';
import { encodeInternalEvent, type ReconcilerObservation } from '../../processors/callback/index.ts';
import { eventNameOf, type KnownVideo, type OpenRun, workflowEvent } from './needs.ts';

/** A body for `callbacks`, and the name under which it counts as reported. */
export type Finding = {
  readonly eventName: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly EventType: string; readonly VideoId: string };
};

/** The AddLiveRecordVideoComplete of a row of ListLiveRecordVideo that says which video it is. */
export function recordingFound(row: LiveRecording): Finding | null {
  const atMs = row.video?.createdAtMs ?? row.recordEndMs;
  if (row.video === null || atMs === null) return null;
  const EventType = 'AddLiveRecordVideoComplete';
  return {
    eventName: eventNameOf(EventType),
    body: {
      EventType,
      EventTime: cloudTime(atMs),
      VideoId: row.video.videoId,
      Status: 'success',
      DomainName: row.domainName,
      AppName: row.appName,
      StreamName: row.streamName,
      ...(row.recordStartMs === null ? {} : { RecordStartTime: cloudTime(row.recordStartMs) }),
      ...(row.recordEndMs === null ? {} : { RecordEndTime: cloudTime(row.recordEndMs) }),
    },
  };
}

/**
 * The stream of a video that Live put into VOD: its description is `StreamName|AppName|DomainName` (cloud facts 3.2,
 * seen and not documented). Null for any other description.
 */
export function streamInDescription(description: string | null) {
  const [streamName, appName, domainName, ...rest] = description?.split('|') ?? [];
  if (!streamName || !appName || !domainName || rest.length > 0) return null;
  return { domainName, appName, streamName };
}

/** The LiveRecordVideoComposeStart of a video that Live made and that is none of the stream's recordings. */
export function compositionFound(video: Pick<VideoInfo, 'videoId' | 'description' | 'createdAtMs'>): Finding | null {
  const stream = streamInDescription(video.description);
  if (stream === null || video.createdAtMs === null) return null;
  const EventType = 'LiveRecordVideoComposeStart';
  return {
    eventName: eventNameOf(EventType),
    body: {
      EventType,
      EventTime: cloudTime(video.createdAtMs),
      VideoId: video.videoId,
      Status: 'success',
      DomainName: stream.domainName,
      AppName: stream.appName,
      StreamName: stream.streamName,
    },
  };
}

/** Statuses in which the source is there (cloud facts 3.2). */
const sourceThere = new Set([
  'UploadSucc',
  'UploadSucces',
  'Transcoding',
  'TranscodeFail',
  'Checking',
  'Blocked',
  'Normal',
]);

/** Source and cover, as far as the video lacks them, in one observation. */
export function videoObserved(
  known: Pick<KnownVideo, 'needs' | 'reported'>,
  video: VideoInfo,
  tasks: readonly TranscodeTask[],
): Finding | null {
  const failed = video.status === 'ProduceFail' || video.status === 'UploadFail';
  const source = known.needs.includes('source') && sourceThere.has(video.status ?? '');
  const cover = known.needs.includes('cover') && video.coverUrl !== null;
  if (!failed && !source && !cover) return null;
  // A task starts when the source is ready; without one the cloud tells only when it touched the video last.
  const started = tasks.flatMap((task) => task.createdAtMs ?? []);
  const atMs = started.length > 0 ? Math.min(...started) : (video.modifiedAtMs ?? video.createdAtMs);
  if (atMs === null) return null;
  return observationFound(known, {
    ...{ videoId: video.videoId, atMs, failedStatus: failed ? video.status : null },
    ...{ source: source ? video : null, coverUrl: cover ? video.coverUrl : null, workflowId: null },
  });
}

/**
 * That a workflow of the cloud's has ended, of which nobody knows the task: the video has been silent for long, rests, and
 * all of its transcodes have ended. Null: it may still run, or it transcodes nothing, which would look the same.
 */
export function cloudRunFound(
  known: Pick<KnownVideo, 'cloudWorkflowId' | 'reported'>,
  video: Pick<VideoInfo, 'videoId' | 'status'>,
  tasks: readonly TranscodeTask[],
): Finding | null {
  const { cloudWorkflowId: workflowId } = known;
  if (workflowId === undefined || !atRest.has(video.status ?? '')) return null;
  const isEnded = (task: TranscodeTask) => isOver(task.outcome) && task.odd.length === 0;
  const ends = tasks.flatMap((task) => task.completedAtMs ?? latest(task.jobs) ?? []);
  if (tasks.length === 0 || !tasks.every(isEnded) || ends.length < tasks.length) return null;
  const { videoId } = video;
  const none = { failedStatus: null, source: null, coverUrl: null };
  return observationFound(known, { videoId, atMs: Math.max(...ends), ...none, workflowId });
}

/** Status of a video of which nothing runs (cloud facts 3.2). */
const atRest = new Set(['Normal', 'TranscodeFail', 'Blocked']);

function observationFound(
  known: Pick<KnownVideo, 'reported'>,
  observed: Omit<ReconcilerObservation, 'type' | 'region'>,
): Finding | null {
  const { body } = encodeInternalEvent({ type: 'ReconcilerObservation', region: null, ...observed });
  const { EventType, EventTime, VideoId, ...fields } = body;
  const eventName = `${EventType} ${Object.keys(fields).join(',')}`;
  return known.reported.has(eventName) ? null : { eventName, body };
}

type EndedJob = Pick<JobDetail, 'status' | 'completedAtMs'>;

const outcomeOf = ({ status }: EndedJob) => (/fail/i.test(status ?? '') ? 'fail' : 'success');

/** The event of a job of its own that has ended, with what else its body says. */
function jobFound(
  EventType: string,
  { videoId }: Pick<KnownVideo, 'videoId'>,
  jobId: string,
  endedAtMs: number,
  fields: Readonly<Record<string, unknown>>,
): Finding {
  return {
    eventName: eventNameOf(EventType, jobId),
    body: { EventType, EventTime: cloudTime(endedAtMs), VideoId: videoId, ...fields },
  };
}

/** The AIMediaAuditComplete of an audit job that has ended. */
export function auditFound(
  video: Pick<KnownVideo, 'videoId'>,
  jobId: string,
  job: EndedJob,
  suggestion: string | null,
): Finding | null {
  const Status = outcomeOf(job);
  if (job.completedAtMs === null || (suggestion === null && Status === 'success')) return null;
  const verdict = Status === 'fail' ? {} : { Data: { Suggestion: suggestion } };
  return jobFound('AIMediaAuditComplete', video, jobId, job.completedAtMs, { JobId: jobId, Status, ...verdict });
}

/** More of one result than is kept of it, and little enough for a record. */
const mostSimilar = 100;
const mostTags = 100;
const mostTimes = 500;

/** The AIMediaDNAComplete of a DNA job that has ended. */
export function dnaFound(
  video: Pick<KnownVideo, 'videoId'>,
  job: AiJob,
  similar: readonly SimilarMedia[] | null,
): Finding | null {
  const VideoDNA = similar
    ?.toSorted((a, b) => Number(b.similarity) - Number(a.similarity))
    .slice(0, mostSimilar)
    .map(({ videoId, similarity }) => ({ PrimaryKey: videoId, Similarity: similarity ?? undefined }));
  return analysisFound('AIMediaDNAComplete', video, job, VideoDNA && { VideoDNA });
}

/** The AIVideoTagComplete of a tag job that has ended. */
export function tagsFound(
  video: Pick<KnownVideo, 'videoId'>,
  job: AiJob,
  tags: readonly MediaTag[] | null,
): Finding | null {
  const most = tags?.toSorted((a, b) => b.times.length - a.times.length).slice(0, mostTags);
  const lists = most && Object.groupBy(most, ({ category }) => category);
  const Data = lists && mapValues(lists, (list = []) => list.map(tagTold));
  return analysisFound('AIVideoTagComplete', video, job, Data);
}

function tagTold({ name, times }: MediaTag) {
  return { Tag: name, ...(times.length === 0 ? {} : { Times: times.slice(0, mostTimes) }) };
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));

function analysisFound(
  EventType: string,
  video: Pick<KnownVideo, 'videoId'>,
  job: AiJob,
  Data: Readonly<Record<string, unknown>> | undefined,
): Finding | null {
  if (job.completedAtMs === null) return null;
  const Status = outcomeOf(job);
  const why = { Code: job.code ?? undefined, Message: job.message ?? undefined };
  const told = Status === 'fail' ? why : { Data };
  return jobFound(EventType, video, job.jobId, job.completedAtMs, { JobId: job.jobId, Status, ...told });
}

/** The SnapshotComplete of a snapshot job that has ended; where its pictures aren't known it tells none. */
export function snapshotFound(
  video: Pick<KnownVideo, 'videoId'>,
  jobId: string,
  job: EndedJob,
  pictures: SnapshotPictures | null,
): Finding | null {
  if (job.completedAtMs === null) return null;
  const Status = outcomeOf(job);
  const SnapshotRegular = pictures?.jobId === jobId ? withoutQuery(pictures.regular) : undefined;
  const SnapshotInfos = [{ Status, JobId: jobId, ...(SnapshotRegular === undefined ? {} : { SnapshotRegular }) }];
  return jobFound('SnapshotComplete', video, jobId, job.completedAtMs, {
    Status,
    SubType: 'SpecifiedTime',
    SnapshotInfos,
  });
}

/** As the event spells it (cloud facts 1.1.2); null for one that goes on, or a word that isn't known. */
function endingOf(status: string | null): 'Succeed' | 'Failed' | null {
  if (/^succe/i.test(status ?? '')) return 'Succeed';
  return /fail|cancel/i.test(status ?? '') ? 'Failed' : null;
}

/** Longer than any that is told of (cloud facts 1.4.15): what is longer says nothing here. */
const longestResults = 50_000;

/** The WorkflowTaskComplete of a run that has ended. */
export function workflowFound(
  video: Pick<KnownVideo, 'videoId'>,
  { taskId, workflowId }: OpenRun,
  run: Pick<JobDetail, 'status' | 'completedAtMs' | 'workflow'>,
): Finding | null {
  const Status = endingOf(run.status);
  if (run.completedAtMs === null || Status === null) return null;
  const results = run.workflow?.activityResults ?? null;
  return jobFound(workflowEvent, video, taskId, run.completedAtMs, {
    ...{ TaskId: taskId, WorkflowId: run.workflow?.workflowId ?? workflowId, Status },
    ...(results === null || results.length > longestResults ? {} : { ActivityResults: results }),
  });
}

/** StreamTranscodeComplete of each finished job and TranscodeComplete of each finished task that nothing was heard of. */
export function transcodesFound(
  known: Pick<KnownVideo, 'reported' | 'videoId'>,
  tasks: readonly TranscodeTask[],
): Finding[] {
  const findings: Finding[] = [];
  for (const task of tasks) {
    const ended = task.jobs.filter((job) => statusOf(job) !== null);
    for (const job of ended) {
      const EventType = 'StreamTranscodeComplete';
      const eventName = eventNameOf(EventType, job.jobId);
      const atMs = job.completedAtMs ?? task.completedAtMs;
      if (known.reported.has(eventName) || atMs === null) continue;
      const body = { EventType, EventTime: cloudTime(atMs), VideoId: known.videoId, ...streamInfo(job) };
      findings.push({ eventName, body });
    }
    // Of a job that can't be read it isn't known how it ended.
    if (task.odd.length > 0) continue;
    // For a task without jobs (distributed as it is, packaged) it isn't known which callback the cloud sends, if any.
    if (task.jobs.length === 0 && task.outcome !== 'failed') continue;
    const eventName = eventNameOf('TranscodeComplete', task.jobs[0]?.jobId);
    const atMs = task.completedAtMs ?? latest(ended);
    const over = isOver(task.outcome) && ended.length === task.jobs.length;
    if (!over || atMs === null || known.reported.has(eventName)) continue;
    findings.push({
      eventName,
      body: {
        EventType: 'TranscodeComplete',
        EventTime: cloudTime(atMs),
        VideoId: known.videoId,
        Status: ended.some((job) => statusOf(job) === 'success') ? 'success' : 'fail',
        StreamInfos: task.jobs.map((job) => ({ ...streamInfo(job), ...timesOf(job) })),
      },
    });
  }
  return findings;
}

function isOver(outcome: TranscodeTask['outcome']): boolean {
  return outcome === 'succeeded' || outcome === 'partly' || outcome === 'failed';
}

function statusOf(job: TranscodeTaskJob): 'success' | 'fail' | null {
  if (/success/i.test(job.status ?? '')) return 'success';
  return /fail|cancel/i.test(job.status ?? '') ? 'fail' : null;
}

/** Fields and types as the callback has them (cloud facts 1.4). */
function streamInfo(job: TranscodeTaskJob) {
  const info = {
    Status: statusOf(job) ?? undefined,
    JobId: job.jobId,
    Definition: job.definition ?? undefined,
    Format: job.format ?? undefined,
  };
  if (statusOf(job) === 'fail') {
    return { ...info, ErrorCode: job.errorCode ?? undefined, ErrorMessage: job.errorMessage ?? undefined };
  }
  return {
    ...info,
    Bitrate: job.bitrateKbps === null ? undefined : String(job.bitrateKbps),
    Duration: job.durationSeconds ?? undefined,
    FileUrl: withoutQuery(job.outputUrl),
    Fps: job.fps === null ? undefined : String(job.fps),
    Height: job.height ?? undefined,
    Width: job.width ?? undefined,
    Size: job.sizeBytes ?? undefined,
    Encrypt: job.encrypted ?? undefined,
  };
}

function timesOf(job: TranscodeTaskJob) {
  return job.completedAtMs === null ? {} : { FinishTime: cloudTime(job.completedAtMs) };
}

/** Callbacks carry no signatures; an answer of the API may (cloud facts 1.1). */
function withoutQuery(url: string | null): string | undefined {
  return url?.split('?')[0];
}

function latest(jobs: readonly TranscodeTaskJob[]): number | null {
  const times = jobs.flatMap((job) => job.completedAtMs ?? []);
  return times.length === 0 ? null : Math.max(...times);
}
