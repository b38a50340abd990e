import { signedPath } from '../../cdn/url-signing.ts';
import { cloudTime } from '../../cloud/body.ts';
import { type CloudVideo, coverOf, distributedAt, infoSet, timeOf } from '../../cloud/video.ts';
import type { TranscodeJobPlan } from '../../scenario/fact.ts';
import { playFormatOf } from '../../scenario/templates.ts';
import type { Action, ActionContext } from '../action.ts';
import { fault } from '../errors.ts';
import { integer, optional, type Params, required, time } from '../params.ts';
import { shownStatus, videoHere, videoOf, videosHere } from './lookup.ts';

/** GetVideoInfo (cloud facts 3.2). */
export const getVideoInfo: Action = (params, context) => ({
  Video: describeVideo(videoOf(params, context), context),
});

/** GetVideoInfos of up to 20 videos. */
export const getVideoInfos: Action = (params, context) => {
  const ids = required(params, 'VideoIds').split(',');
  if (ids.length > 20) throw fault.invalidParameter('VideoIds');
  const known = ids.flatMap((id) => videoHere(id, context) ?? []);
  return {
    VideoList: known.map((video) => {
      const { RegionId: _, AuditStatus: __, ...told } = describeVideo(video, context);
      return told;
    }),
    NonExistVideoIds: ids.filter((id) => !videoHere(id, context)),
  };
};

/**
 * GetPlayInfo: the standing outputs, newest first with ResultType Single (the default) per definition and format, and the
 * source where it is distributed as it is (cloud facts 3.1.4).
 */
export const getPlayInfo: Action = (params, context) => {
  const video = videoOf(params, context);
  const status = shownStatus(video, context);
  if (status !== 'Normal') throw fault.illegalStatus(status, 403);
  const formats = optional(params, 'Formats')?.split(',') ?? null;
  const definitions = optional(params, 'Definition')?.split(',') ?? null;
  const source = sourceStreamOf(video);
  const wanted = [...outputsOf(video), ...(source === null ? [] : [source])].filter(
    ({ format, definition }) =>
      (formats === null || formats.includes(format)) && (definitions === null || definitions.includes(definition)),
  );
  const single = (params.ResultType ?? 'Single') === 'Single';
  const streams = single ? newestOfEach(wanted) : wanted;
  if (streams.length === 0) throw fault.noStream();
  const play = playAddresses(params, context);
  const { VideoId, Title, Duration, CoverURL, Status, CreationTime } = describeVideo(video, context);
  return {
    VideoBase: {
      VideoId,
      Title,
      Duration: Duration.toFixed(4),
      ...(CoverURL === undefined ? {} : { CoverURL: play(CoverURL) }),
      Status,
      CreationTime,
      MediaType: 'video',
    },
    PlayInfoList: { PlayInfo: streams.map((stream) => ({ ...describeStream(stream), PlayURL: play(stream.fileUrl) })) },
  };
};

/** The address at the CDN of what callbacks name: it ends after AuthTimeout where URL signing is on (cloud facts 3.4). */
function playAddresses(params: Params, { clock, knobs, playUrl }: ActionContext): (fileUrl: string) => string {
  const { urlSigning, urlSigningSeconds } = knobs();
  const bounds = { from: 1, to: Number.MAX_SAFE_INTEGER, otherwise: urlSigningSeconds };
  const validSeconds = integer(params, 'AuthTimeout', bounds);
  const { origin, pathname } = new URL(playUrl());
  const folder = pathname.replace(/\/$/, '');
  return (fileUrl) => {
    const path = folder + new URL(fileUrl).pathname;
    return origin + (urlSigning ? signedPath(path, clock.now() + validSeconds * 1000) : path);
  };
}

/** ListLiveRecordVideo: recorded files, by the time they hold. Compositions aren't listed. */
export const listLiveRecordVideo: Action = (params, context) => {
  const domain = optional(params, 'DomainName');
  const app = optional(params, 'AppName');
  const stream = optional(params, 'StreamName');
  const fromMs = time(params, 'StartTime') ?? Number.NEGATIVE_INFINITY;
  const toMs = time(params, 'EndTime') ?? Number.POSITIVE_INFINITY;
  const pageNo = integer(params, 'PageNo', { from: 1, to: 100_000, otherwise: 1 });
  const pageSize = integer(params, 'PageSize', { from: 1, to: 100, otherwise: 10 });
  const oldestFirst = (params.SortBy ?? 'CreationTime:Desc') === 'CreationTime:Asc';
  const found = videosHere(context)
    .filter((video) => timeOf(video, 'recorded') !== null)
    .filter(
      ({ plan }) =>
        plan.stream !== null &&
        (domain === null || plan.stream.domainName === domain) &&
        (app === null || plan.stream.appName === app) &&
        (stream === null || plan.stream.streamName === stream) &&
        (plan.recording?.startTime ?? 0) >= fromMs &&
        (plan.recording?.startTime ?? 0) <= toMs,
    )
    .sort(
      (a, b) => (createdMs(a) - createdMs(b) || (a.plan.videoId < b.plan.videoId ? -1 : 1)) * (oldestFirst ? 1 : -1),
    )
    .slice(0, 5000);
  const page = found.slice((pageNo - 1) * pageSize, pageNo * pageSize);
  return {
    Total: found.length,
    LiveRecordVideoList: { LiveRecordVideo: page.map((video) => describeRecording(video, context)) },
  };
};

function describeRecording(video: CloudVideo, context: ActionContext) {
  const { stream, sessionId, recording } = video.plan;
  return {
    DomainName: stream?.domainName ?? '',
    AppName: stream?.appName ?? '',
    StreamName: stream?.streamName ?? '',
    PlaylistId: Buffer.from(sessionId ?? '')
      .toString('hex')
      .slice(-32),
    RecordStartTime: cloudTime(recording?.startTime ?? 0),
    RecordEndTime: cloudTime(recording?.endTime ?? 0),
    Video: recordedVideo(video, context),
  };
}

/** What this list tells of a video: less than GetVideoInfo, and the time of the last change by another name. */
function recordedVideo(video: CloudVideo, context: ActionContext) {
  const { ModificationTime: ModifyTime, ...all } = describeVideo(video, context);
  const { VideoId, Title, Description, Status, Duration, Size, CreationTime, TemplateGroupId, CoverURL } = all;
  return {
    ...{ VideoId, Title, Description, Status, Duration, Size, CreationTime, ModifyTime, TemplateGroupId },
    ...(CoverURL === undefined ? {} : { CoverURL, Snapshots: { Snapshot: [CoverURL] } }),
    Tags: '',
  };
}

/** Cloud time from which VOD knows the video, epoch ms. */
export function createdMs(video: CloudVideo): number {
  return video.occurred[0]?.atMs ?? 0;
}

export function describeVideo(video: CloudVideo, context: ActionContext) {
  const { plan, occurred } = video;
  const ready = timeOf(video, 'source-ready') !== null;
  const cover = coverOf(video);
  const verdicts = occurred.map(({ fact }) => fact);
  const review = verdicts.findLast((fact) => fact.kind === 'reviewed');
  const audit = verdicts.findLast((fact) => fact.kind === 'audited');
  return {
    VideoId: plan.videoId,
    Title: infoSet(video, 'Title') ?? plan.title,
    Description:
      infoSet(video, 'Description') ??
      (plan.stream ? `${plan.stream.streamName}|${plan.stream.appName}|${plan.stream.domainName}` : ''),
    Status: shownStatus(video, context),
    Duration: ready ? plan.durationSeconds : 0,
    Size: ready ? plan.sizeBytes : 0,
    CreationTime: cloudTime(createdMs(video)),
    ModificationTime: cloudTime(Math.max(...occurred.map(({ atMs }) => atMs))),
    ...(cover === null ? {} : { CoverURL: cover }),
    TemplateGroupId: plan.templateGroupId,
    StorageLocation: 'live-record.oss-cn-shanghai.aliyuncs.com',
    RegionId: plan.region ?? context.cloud.homeRegion,
    AppId: 'app-1000000',
    AuditStatus:
      review?.review.status ?? (audit ? (audit.audit.suggestion === 'block' ? 'Blocked' : 'Normal') : 'Init'),
    DownloadSwitch: 'on',
  };
}

/** Finished outputs, newest first. */
function outputsOf({ occurred }: CloudVideo): TranscodeJobPlan[] {
  const jobs = new Map<string, TranscodeJobPlan>();
  for (const { fact } of occurred) {
    if (fact.kind === 'stream-transcoded') jobs.set(fact.job.jobId, fact.job);
    if (fact.kind === 'transcoded') for (const job of fact.task.jobs) jobs.set(job.jobId, job);
  }
  return [...jobs.values()].filter((job) => job.status === 'success').sort((a, b) => b.finishMs - a.finishMs);
}

/** The source as a stream of original quality; its id stands for the job that there was none of. */
function sourceStreamOf(video: CloudVideo): TranscodeJobPlan | null {
  const { videoId, sourceUrl, sizeBytes, durationSeconds } = video.plan;
  const sinceMs = distributedAt(video);
  const format = playFormatOf(sourceUrl);
  if (sinceMs === null || format === null) return null;
  return {
    ...{ jobId: videoId, definition: 'OD', format, fileUrl: sourceUrl, sizeBytes, durationSeconds },
    ...{ width: 1920, height: 1080, fps: 25, startMs: sinceMs, finishMs: sinceMs },
    bitrateKbps: Math.round((sizeBytes * 8) / 1000 / Math.max(durationSeconds, 1)),
    ...({ status: 'success', errorCode: null, errorMessage: null } as const),
  };
}

function newestOfEach(jobs: readonly TranscodeJobPlan[]): TranscodeJobPlan[] {
  return jobs.filter(
    (job, index) => index === jobs.findIndex((one) => one.definition === job.definition && one.format === job.format),
  );
}

function describeStream(job: TranscodeJobPlan) {
  return {
    Format: job.format,
    Definition: job.definition,
    Bitrate: String(job.bitrateKbps),
    Fps: String(job.fps),
    Duration: job.durationSeconds.toFixed(4),
    Size: job.sizeBytes,
    Width: job.width,
    Height: job.height,
    Encrypt: job.encryption === undefined ? 0 : 1,
    ...(job.encryption === undefined ? {} : { EncryptType: job.encryption }),
    JobId: job.jobId,
    StreamType: 'video',
    Status: 'Normal',
    CreationTime: cloudTime(job.finishMs),
    ModificationTime: cloudTime(job.finishMs),
    NarrowBandType: '0',
  };
}
