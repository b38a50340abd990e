import { type CloudVideo, type VodStatus, vodStatus } from '../../cloud/video.ts';
import type { ActionContext } from '../action.ts';
import { fault } from '../errors.ts';
import { type Params, required } from '../params.ts';

/** The video that a call is about. @throws MissingParameter, InvalidVideo.NotFound */
export function videoOf(params: Params, { cloud }: ActionContext, name = 'VideoId'): CloudVideo {
  const video = cloud.known(required(params, name));
  if (!video) throw fault.unknownVideo();
  return video;
}

/** Status as the API gives it: behind what happened by the lag that is set. */
export function shownStatus(video: CloudVideo, { clock, knobs }: ActionContext): VodStatus {
  const { statusLagMs } = knobs();
  return vodStatus(video, statusLagMs > 0 ? clock.now() - statusLagMs : undefined);
}

/** @throws Forbidden.IllegalStatus where the video's status is none of these */
export function demandStatus(video: CloudVideo, context: ActionContext, allowed: readonly string[]): void {
  const status = shownStatus(video, context);
  if (!allowed.includes(status)) throw fault.illegalStatus(status);
}

/** Sources that a job may work on (cloud facts 3.1). */
export const workable = ['UploadSucc', 'Normal', 'Checking'] as const;
