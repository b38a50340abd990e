import { changeInfo, deleteVideo as remove, reviewVideo } from '../../cloud/media-orders.ts';
import type { Action } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { isRecord, optional, type Params, required } from '../params.ts';
import { videoHere, videoOf } from './lookup.ts';

/** Videos of one DeleteVideo, and of one CreateAudit (cloud facts 3.3). */
const mostDeleted = 20;
const mostReviewed = 100;

/** DeleteVideo: those that exist are gone at once; MediaBaseChangeComplete and DeleteMediaComplete tell of each (cloud facts 1.4). */
export const deleteVideo: Action = (params, context) => {
  const ids = [...new Set(required(params, 'VideoIds').split(','))];
  if (ids.length > mostDeleted) {
    throw new ApiFault('VideoIdsExceededMax', 400, `At most ${mostDeleted} videos are deleted at once.`);
  }
  const found = ids.flatMap((id) => videoHere(id, context) ?? []);
  if (found.length === 0) throw fault.unknownVideo();
  const NonExistVideoIds = ids.filter((id) => !found.some(({ plan }) => plan.videoId === id));
  for (const video of found) remove(context.cloud, video);
  return { NonExistVideoIds, ForbiddenVideoIds: [] };
};

/** What a video's information may hold, in bytes of UTF-8 (cloud facts 3.3.13). */
const mostBytes = { Title: 128, Description: 1024, CoverURL: 1024, Tags: 16 * 33 } as const;

/** UpdateVideoInfo: only what is given changes; MediaBaseChangeComplete tells of it. */
export const updateVideoInfo: Action = (params, context) => {
  const video = videoOf(params, context);
  const now: Record<string, string> = {};
  for (const [name, most] of Object.entries(mostBytes)) {
    const value = optional(params, name);
    if (value === null) continue;
    if (Buffer.byteLength(value) > most) throw fault.invalidParameter(name);
    now[name] = value;
  }
  if (Object.keys(now).length > 0) changeInfo(context.cloud, video, now);
  return {};
};

/** CreateAudit: a person's verdicts; CreateAuditComplete tells of each. */
export const createAudit: Action = (params, context) => {
  const reviews = reviewsOf(params).map(({ VideoId, Status, Reason }) => ({
    video: videoOf({ VideoId }, context),
    review: { status: Status, reason: Reason },
  }));
  for (const { video, review } of reviews) reviewVideo(context.cloud, video, review);
  return {};
};

function reviewsOf(params: Params) {
  const bad = fault.invalidParameter('AuditContent');
  let content: unknown;
  try {
    content = JSON.parse(required(params, 'AuditContent'));
  } catch (error) {
    throw error instanceof SyntaxError ? bad : error;
  }
  if (!Array.isArray(content) || content.length === 0 || content.length > mostReviewed) throw bad;
  return content.map((one: unknown) => {
    if (!isRecord(one) || typeof one.VideoId !== 'string') throw bad;
    const { VideoId, Status, Reason = null } = one;
    if (Status !== 'Normal' && Status !== 'Blocked') throw bad;
    if (Reason !== null && typeof Reason !== 'string') throw bad;
    return { VideoId, Status, Reason } as const;
  });
}
