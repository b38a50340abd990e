import { orderTranscode } from '../../cloud/orders.ts';
import type { Action } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { integer, isRecord, jsonObject, matching, type Params, required } from '../params.ts';
import { demandStatus, videoOf, workable } from './lookup.ts';

/**
 * SubmitTranscodeJobs (cloud facts 3.1). The SessionId is looked at before the video's status, so that a repeat while
 * the first submit is at work is told as a repeat. Only an accepted call is remembered.
 */
export const submitTranscodeJobs: Action = (params, context) => {
  const { cloud, clock, journal, knobs } = context;
  const videoId = required(params, 'VideoId');
  const templateGroupId = required(params, 'TemplateGroupId');
  const priority = integer(params, 'Priority', { from: 1, to: 10, otherwise: 6 });
  const sessionToken = matching(params, 'SessionId', /^[A-Za-z0-9_-]{1,50}$/);
  jsonObject(params, 'EncryptConfig');
  jsonObject(params, 'OverrideParams');
  const { extend, callbackUrl } = userData(params);

  const acceptedMs = sessionToken === null ? null : journal.acceptedAt(sessionToken);
  if (acceptedMs !== null && clock.now() - acceptedMs < knobs().sessionMemoryMs) {
    throw new ApiFault(knobs().repeatedSessionCode, 400, 'The specified SessionId was used within the past 7 days.');
  }
  const video = videoOf(params, context);
  demandStatus(video, context, workable);
  const group = cloud.templateGroups.get(templateGroupId);
  if (!group || group.effect.endsWith('-only')) throw fault.noSuchResource(templateGroupId);

  const { task } = orderTranscode(cloud, { video, group, priority, extend, callbackUrl });
  const jobIds = task.jobs.map((job) => job.jobId);
  const { taskId: transcodeTaskId, submittedMs: submittedTime } = task;
  journal.accept(
    { videoId, sessionToken, templateGroupId, transcodeTaskId, jobIds, priority, submittedTime },
    clock.now(),
  );
  return { TranscodeTaskId: transcodeTaskId, TranscodeJobs: { TranscodeJob: jobIds.map((JobId) => ({ JobId })) } };
};

/** UserData: Extend (text, or an object that comes back as text) and an own callback address. */
function userData(params: Params): { extend: string | null; callbackUrl: string | null } {
  const data = jsonObject(params, 'UserData');
  if (data === null) return { extend: null, callbackUrl: null };
  const given = data.Extend;
  const extend = given === undefined ? null : typeof given === 'string' ? given : JSON.stringify(given);
  if (extend !== null && Buffer.byteLength(extend) > 512) throw fault.invalidParameter('UserData');
  const url = isRecord(data.MessageCallback) ? data.MessageCallback.CallbackURL : undefined;
  return { extend, callbackUrl: typeof url === 'string' ? url : null };
}
