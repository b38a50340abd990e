import { type CloudVideo, isDeleted, type RunningTask, type VodStatus, vodStatus } from '../../cloud/video.ts';
import type { ActionContext } from '../action.ts';
import { fault } from '../errors.ts';
import { type Params, required } from '../params.ts';

/** Whether the video lies where this endpoint answers. */
export function isHere({ plan }: CloudVideo, { region, cloud }: ActionContext): boolean {
  return region === null || (plan.region ?? cloud.homeRegion) === region;
}

/** All videos of this endpoint's region that nobody has deleted. */
export function videosHere(context: ActionContext): CloudVideo[] {
  return [...context.cloud.videos.values()].filter((video) => isHere(video, context) && !isDeleted(video));
}

/** The video of this id, where VOD knows it in this endpoint's region. */
export function videoHere(videoId: string, context: ActionContext): CloudVideo | null {
  const video = context.cloud.known(videoId);
  return video && isHere(video, context) ? video : null;
}

/** The task, where its video lies in this endpoint's region. */
export function taskHere(running: RunningTask | undefined, context: ActionContext): RunningTask | undefined {
  const video = running && context.cloud.videos.get(running.task.videoId);
  return video && isHere(video, context) ? running : undefined;
}

/** The video that a call is about. @throws MissingParameter, InvalidVideo.NotFound */
export function videoOf(params: Params, context: ActionContext, name = 'VideoId'): CloudVideo {
  const video = videoHere(required(params, name), context);
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
