/** What happens next, in plain words. */
import type { SessionState, VideoState } from './api.ts';
import { dateTime } from './format.ts';
import { say, type Word } from './words.ts';

export function videoWaitsFor(video: VideoState): string {
  if (video.status === 'TRANSCODED' || video.status === 'DELETED') return say('nothing');
  const job = video.jobs.at(-1);
  if (job?.state === 'IN_DOUBT') return say('waitDoubt');
  if (video.status === 'PARTIAL' || video.status === 'FAILED') return say('nothingMore');
  if (job?.leftAsIs && video.status === 'PLAYABLE') return say('nothingAsItIs');
  if (job?.leftAsIs && video.status === 'SOURCE_READY') return say('waitAsked');
  if (video.kind === 'SEGMENT' && video.recordedTime === null) return say('waitRecorded');
  if (video.sourceReadyTime === null) return say('waitSource');
  if (job?.hold === 'AUDIT') return say('waitAudit');
  if (job?.hold === 'REVIEW') return say('waitReview');
  if (job?.hold === 'BLOCKED') return say('waitBlocked');
  if (job?.state === 'AWAITING_APPROVAL') return say('waitApproval');
  if (job?.state === 'PLANNED' || job?.state === 'SUBMITTED') return say('waitSubmit');
  return say('waitTranscode');
}

type Job = { readonly state: string; readonly hold: string | null; readonly leftAsIs?: boolean };

const holds: Readonly<Record<string, Word>> = {
  AUDIT: 'holdAudit',
  REVIEW: 'holdReview',
  BLOCKED: 'holdBlocked',
};
const states: Readonly<Record<string, Word>> = {
  DECIDED: 'jobDecided',
  AWAITING_APPROVAL: 'jobApproval',
  PLANNED: 'jobPlanned',
  SUBMITTED: 'jobSubmitted',
  ACKNOWLEDGED: 'jobAcknowledged',
  DONE: 'jobDone',
  FAILED: 'jobFailed',
  IN_DOUBT: 'jobDoubt',
};

/** How a job stands. A hold says more than the state, which is that of one that waits for a person either way. */
export function jobStands({ state, hold, leftAsIs = false }: Job): string {
  if (leftAsIs) return say('jobLeft');
  const held = state === 'AWAITING_APPROVAL' ? holds[hold ?? ''] : undefined;
  const word = held ?? states[state];
  const stands = word === undefined ? state : say(word);
  return hold === 'PASSED' ? `${say('holdPassed')} · ${stands}` : stands;
}

export function sessionWaitsFor(session: SessionState): string {
  if (session.status === 'READY' || session.status === 'MERGED') return say('nothing');
  if (session.compositionHold === 'SEGMENTS_NOT_NORMAL') return say('waitNotComposable');
  if (session.compositionHold === 'TOO_MANY_SEGMENTS') return say('waitTooMany');
  if (session.status === 'PARTIAL' || session.status === 'FAILED') return say('nothingMore');
  if (session.status === 'RECORDING') return `${say('waitStreamEnd')} ${dateTime(session.closesAt)}`;
  if (session.status === 'COMPOSING') return say('waitComposed');
  if (session.compositionHold === 'SEGMENTS_AWAITED') return say('waitComposable');
  if (session.status === 'ENDED' && session.composeMissing) return say('waitComposeMissing');
  if (session.status === 'ENDED' && session.composeExpected) return say('waitCompose');
  return session.composed.length > 0 ? say('waitTranscode') : say('waitSegments');
}

/** What ApsaraVideo Live's own record callbacks say of the recording, in plain words. */
export function liveSays({ state, ...times }: NonNullable<SessionState['liveRecording']>): string {
  if (state === 'RECORDING') return `${say('liveRecording')} ${dateTime(times.resumedTime ?? times.startedTime)}`;
  if (state === 'PAUSED') return `${say('livePaused')} ${dateTime(times.pausedTime)}`;
  if (state === 'ENDED') return `${say('liveEnded')} ${dateTime(times.endedTime ?? times.pausedTime)}`;
  return `${say('liveFiles')} ${dateTime(times.fileTime)}`;
}
