import { createHash } from 'node:crypto';
import { cloudTime } from '../../cloud/body.ts';
import { timeOf } from '../../cloud/video.ts';
import type { Action } from '../action.ts';
import { fault } from '../errors.ts';
import { integer, matching } from '../params.ts';
import { demandStatus, shownStatus, videoOf } from './lookup.ts';
import { describeVideo } from './media.ts';

/** GetMezzanineInfo: the source file. @throws Forbidden.IllegalStatus before it is there */
export const getMezzanineInfo: Action = (params, context) => {
  const video = videoOf(params, context);
  const readyMs = timeOf(video, 'source-ready');
  if (readyMs === null) throw fault.illegalStatus(shownStatus(video, context), 403);
  const OutputType = matching(params, 'OutputType', /^(oss|cdn)$/) ?? 'cdn';
  const { videoId, sourceUrl, sizeBytes, durationSeconds } = video.plan;
  const Bitrate = ((sizeBytes * 8) / 1000 / Math.max(durationSeconds, 0.01)).toFixed(3);
  const picture = { Width: 1920, Height: 1080, Fps: '50' };
  return {
    Mezzanine: {
      ...{ VideoId: videoId, FileURL: sourceUrl, FileName: sourceUrl.split('/').at(-1) ?? '', OutputType },
      ...{ Status: 'Normal', Size: sizeBytes, Duration: durationSeconds.toFixed(4), Bitrate, ...picture },
      CreationTime: cloudTime(readyMs),
    },
  };
};

/** GetVideoPlayAuth: what a player needs, for a video that can be played. */
export const getVideoPlayAuth: Action = (params, context) => {
  const video = videoOf(params, context);
  const timeoutSeconds = integer(params, 'AuthInfoTimeout', { from: 100, to: 3000, otherwise: 100 });
  demandStatus(video, context, ['Normal']);
  const { VideoId, Title, Duration, CoverURL, Status, RegionId } = describeVideo(video, context);
  const expires = cloudTime(context.clock.now() + timeoutSeconds * 1000);
  const AuthInfo = JSON.stringify({ CI: createHash('sha1').update(VideoId).digest('base64'), ExpireTime: expires });
  const VideoMeta = { VideoId, Title, Duration, Status, ...(CoverURL === undefined ? {} : { CoverURL }) };
  const ticket = { AuthInfo, VideoMeta, PlayDomain: 'vod.example.com', Region: RegionId, CustomerId: 1_000_000 };
  return { PlayAuth: Buffer.from(JSON.stringify(ticket)).toString('base64'), VideoMeta };
};
