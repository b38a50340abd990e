import { deleteVideo as remove, reviewVideo } from '../../cloud/media-orders.ts';
import type { Action } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { isRecord, type Params, required } from '../params.ts';
import { videoHere, videoOf } from './lookup.ts';

/** Videos of one DeleteVideo, and of one CreateAudit (cloud facts 3.3). */
const mostDeleted = 20;
const mostReviewed = 100;

/** DeleteVideo: those that exist are gone at once; DeleteMediaComplete tells of each. */
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
