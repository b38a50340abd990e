import { z } from 'zod';
import { amount, cloudTime, encryption, listOf, rowId, text, time } from './answer.ts';
import { type OddRow, rowsOf } from './rows.ts';
import type { Rpc } from './rpc.ts';

export type VideoInfo = {
  readonly videoId: string;
  readonly title: string | null;
  readonly description: string | null;
  /** Uploading, UploadSucc, Transcoding, TranscodeFail, Checking, Blocked, Normal, ProduceFail (cloud facts 3.2). */
  readonly status: string | null;
  readonly durationSeconds: number | null;
  readonly sizeBytes: number | null;
  readonly createdAtMs: number | null;
  readonly modifiedAtMs: number | null;
  readonly coverUrl: string | null;
  readonly templateGroupId: string | null;
  readonly auditStatus: string | null;
};

export type PlayInfo = {
  /** `coverUrl` is signed as the streams are. */
  readonly video: { readonly videoId: string; readonly status: string | null; readonly coverUrl: string | null };
  readonly streams: readonly PlayStream[];
  readonly odd: readonly OddRow[];
};

export type PlayStream = {
  readonly jobId: string | null;
  readonly definition: string | null;
  readonly format: string | null;
  /** With OutputType oss or URL signing it expires: not for publishing. */
  readonly playUrl: string | null;
  readonly bitrateKbps: number | null;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  readonly sizeBytes: number | null;
  readonly encrypted: boolean | null;
  readonly createdAtMs: number | null;
};

export type LiveRecording = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
  readonly playlistId: string | null;
  readonly recordStartMs: number | null;
  readonly recordEndMs: number | null;
  /** Null where the row has none that can be read; then nothing tells which video it was. */
  readonly video: VideoInfo | null;
};

export type Media = {
  /** All streams of a playable video. Throws `lagging` while its status isn't Normal, also shortly after it became so. */
  getPlayInfo(request: {
    readonly videoId: string;
    /** For how long signed addresses are to be good; the domain's own setting where absent (cloud facts 3.4.2). */
    readonly validSeconds?: number;
    /** Of each definition and format the newest stream alone. */
    readonly newestOnly?: boolean;
  }): Promise<PlayInfo>;
  getVideoInfo(request: { readonly videoId: string }): Promise<VideoInfo>;
  /** Any number of ids, asked for in pages of 20. */
  getVideoInfos(request: { readonly videoIds: readonly string[] }): Promise<{
    readonly videos: readonly VideoInfo[];
    readonly missing: readonly string[];
    /** There, and can't be read. */
    readonly odd: readonly OddRow[];
  }>;
  /** One page, oldest creation first; recordings whose recording time lies in the window. At most 5,000 rows per window. */
  listLiveRecordVideo(request: {
    readonly domainName: string;
    readonly appName?: string;
    readonly streamName?: string;
    readonly recordedFromMs: number;
    readonly recordedToMs: number;
    /** From 1. */
    readonly page: number;
    /** At most 100. */
    readonly pageSize: number;
  }): Promise<{
    readonly total: number | null;
    readonly recordings: readonly LiveRecording[];
    /** Rows that can't be read, and those without a video that can. */
    readonly odd: readonly OddRow[];
    /** Rows on the page, whatever can be read of them. */
    readonly count: number;
  }>;
  /** One page of the media whose fields match, newest first. */
  searchMedia(request: {
    /** The cloud's search protocol: `Title = 'x' and Status in ('Normal')`. */
    readonly match: string;
    readonly page?: number;
    readonly pageSize?: number;
  }): Promise<{
    readonly total: number | null;
    readonly media: readonly FoundMedia[];
    readonly odd: readonly OddRow[];
  }>;
};

export type FoundMedia = {
  readonly mediaId: string;
  readonly title: string | null;
  readonly status: string | null;
  readonly createdAtMs: number | null;
};

const videoInfo = z
  .object({
    VideoId: rowId,
    Title: text,
    Description: text,
    Status: text,
    Duration: amount,
    Size: amount,
    CreationTime: time,
    ModificationTime: time,
    ModifyTime: time,
    CoverURL: text,
    TemplateGroupId: text,
    AuditStatus: text,
  })
  .transform(
    (found): VideoInfo => ({
      videoId: found.VideoId,
      title: found.Title,
      description: found.Description,
      status: found.Status,
      durationSeconds: found.Duration,
      sizeBytes: found.Size,
      createdAtMs: found.CreationTime,
      modifiedAtMs: found.ModificationTime ?? found.ModifyTime,
      coverUrl: found.CoverURL,
      templateGroupId: found.TemplateGroupId,
      auditStatus: found.AuditStatus,
    }),
  );

const playStream = z
  .object({
    JobId: text,
    Definition: text,
    Format: text,
    PlayURL: text,
    Bitrate: amount,
    Fps: amount,
    Width: amount,
    Height: amount,
    Duration: amount,
    Size: amount,
    Encrypt: encryption,
    EncryptType: encryption,
    CreationTime: time,
  })
  .transform(
    (found): PlayStream => ({
      jobId: found.JobId,
      definition: found.Definition,
      format: found.Format,
      playUrl: found.PlayURL,
      bitrateKbps: found.Bitrate,
      fps: found.Fps,
      width: found.Width,
      height: found.Height,
      durationSeconds: found.Duration,
      sizeBytes: found.Size,
      encrypted: found.Encrypt ?? found.EncryptType,
      createdAtMs: found.CreationTime,
    }),
  );

const playInfo = z.object({
  VideoBase: z.object({ VideoId: z.string().nullish(), Status: text, CoverURL: text }),
  PlayInfoList: rowsOf('PlayInfo', playStream, 'JobId'),
});

const recording = z
  .object({
    DomainName: rowId,
    AppName: rowId,
    StreamName: rowId,
    PlaylistId: text,
    RecordStartTime: time,
    RecordEndTime: time,
    Video: videoInfo.nullish().catch(null),
  })
  .transform(
    (found): LiveRecording => ({
      domainName: found.DomainName,
      appName: found.AppName,
      streamName: found.StreamName,
      playlistId: found.PlaylistId,
      recordStartMs: found.RecordStartTime,
      recordEndMs: found.RecordEndTime,
      video: found.Video ?? null,
    }),
  );

const recordings = rowsOf('LiveRecordVideo', recording, 'Video.VideoId').transform(({ rows, odd }) => {
  const nameless = rows.filter((row) => row.video === null).map((): OddRow => ({ id: null, problem: 'Video' }));
  return { recordings: rows, odd: [...odd, ...nameless], count: rows.length + odd.length };
});

const foundMedia = z
  .object({
    MediaId: text,
    CreationTime: time,
    Video: z.object({ VideoId: text, Title: text, Status: text, CreationTime: time }).nullish(),
  })
  .refine((found) => found.Video?.VideoId || found.MediaId, { path: ['MediaId'] })
  .transform((found) => ({
    mediaId: found.Video?.VideoId ?? found.MediaId ?? '',
    title: found.Video?.Title ?? null,
    status: found.Video?.Status ?? null,
    createdAtMs: found.Video?.CreationTime ?? found.CreationTime,
  }));

const videosPerCall = 20;

export function media(vod: Rpc): Media {
  return {
    async getPlayInfo({ videoId, validSeconds, newestOnly = false }) {
      const ResultType = newestOnly ? 'Single' : 'Multiple';
      const params = { VideoId: videoId, ResultType, AuthTimeout: validSeconds };
      const { VideoBase, PlayInfoList } = await vod.call('GetPlayInfo', 'read', params, playInfo);
      const video = { videoId: VideoBase.VideoId ?? videoId, status: VideoBase.Status, coverUrl: VideoBase.CoverURL };
      return { video, streams: PlayInfoList.rows, odd: PlayInfoList.odd };
    },
    async getVideoInfo({ videoId }) {
      const answer = await vod.call('GetVideoInfo', 'read', { VideoId: videoId }, z.object({ Video: videoInfo }));
      return answer.Video;
    },
    async getVideoInfos({ videoIds }) {
      const answer = z.object({
        VideoList: rowsOf('Video', videoInfo, 'VideoId'),
        NonExistVideoIds: listOf('VideoId', z.string()),
      });
      const videos: VideoInfo[] = [];
      const missing: string[] = [];
      const odd: OddRow[] = [];
      for (let from = 0; from < videoIds.length; from += videosPerCall) {
        const VideoIds = videoIds.slice(from, from + videosPerCall).join(',');
        const found = await vod.call('GetVideoInfos', 'read', { VideoIds }, answer);
        videos.push(...found.VideoList.rows);
        odd.push(...found.VideoList.odd);
        missing.push(...found.NonExistVideoIds);
      }
      return { videos, missing, odd };
    },
    async listLiveRecordVideo(request) {
      const answer = z.object({
        Total: amount,
        LiveRecordVideoList: recordings,
      });
      const found = await vod.call(
        'ListLiveRecordVideo',
        'read',
        {
          DomainName: request.domainName,
          AppName: request.appName,
          StreamName: request.streamName,
          StartTime: cloudTime(request.recordedFromMs),
          EndTime: cloudTime(request.recordedToMs),
          SortBy: 'CreationTime:Asc',
          PageNo: request.page,
          PageSize: request.pageSize,
        },
        answer,
      );
      return { total: found.Total, ...found.LiveRecordVideoList };
    },
    async searchMedia({ match, page, pageSize }) {
      const answer = z.object({ Total: amount, MediaList: rowsOf('Media', foundMedia, 'MediaId') });
      const found = await vod.call(
        'SearchMedia',
        'read',
        {
          SearchType: 'video',
          Fields: 'VideoId,Title,Status,CreationTime',
          Match: match,
          SortBy: 'CreationTime:Desc',
          PageNo: page ?? 1,
          PageSize: pageSize ?? 50,
        },
        answer,
      );
      return { total: found.Total, media: found.MediaList.rows, odd: found.MediaList.odd };
    },
  };
}
