/** Why there are no addresses, for programs and for people: what the cloud answered, told by what the state knows. */
import type { FaultAnswer } from '../../../connectors/vod/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { ApiFault } from '../fault.ts';

const unplayable = (code: string, videoId: string, why: string) =>
  new ApiFault(409, code, `video ${videoId} can't be played: ${why}`);

/** Nothing came within the time of the call, or of the one who asks. */
export const cloudSilent = () => new ApiFault(504, 'CLOUD_SILENT', 'the cloud gave no answer in time', 5);

/** What no question to the cloud would change; null where it is to be asked. */
export function unplayableByState({ videoId, subject, status }: VideoState): ApiFault | null {
  if (subject !== 'VIDEO') return unplayable('NO_VIDEO', videoId, `it is no video (subject ${subject})`);
  if (status === 'DELETED') return unplayable('DELETED', videoId, 'it was deleted');
  return null;
}

/** What a refusal of the cloud means for this video. */
export function refusalOf(state: VideoState, fault: FaultAnswer): ApiFault {
  const { videoId } = state;
  const { code } = fault;
  if (/InvalidVideo\.NotFound/.test(code)) {
    const where = state.region === null ? 'in the home region' : `in ${state.region}`;
    return new ApiFault(
      404,
      'NOT_AT_CLOUD',
      `the cloud has no video ${videoId} ${where}: it was deleted there, or its callbacks name another region`,
    );
  }
  if (/NoneStream/.test(code))
    return unplayable('NO_STREAM', videoId, 'the cloud has no stream of it (InvalidVideo.NoneStream)');
  if (/AliyunVoDEncryption/.test(code))
    return unplayable(
      'ENCRYPTED',
      videoId,
      "all of it is encrypted the cloud's own way, which its own player alone plays",
    );
  if (fault.kind === 'lagging') return unplayableYet(state, fault);
  if (code === 'RequestTimeout') return cloudSilent();
  if (code === 'CredentialsUnavailable')
    return new ApiFault(
      503,
      'NO_CREDENTIALS',
      'the console has no access key for the cloud: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    );
  if (fault.accountWide)
    return new ApiFault(503, 'CLOUD_REFUSES', `the cloud refuses the console's access key (${code}): ${fault.message}`);
  if (fault.kind === 'throttled')
    return new ApiFault(503, 'CLOUD_THROTTLES', `the cloud is asked too often (${code})`, 2);
  return new ApiFault(502, 'CLOUD_FAULT', `the cloud gives no addresses (${code}): ${fault.message}`);
}

/** The video's status isn't Normal (cloud facts 3.2): the state says why, where it knows. */
function unplayableYet(state: VideoState, { code }: FaultAnswer): ApiFault {
  const { videoId, status, jobs } = state;
  if (state.auditStatus === 'BLOCKED')
    return unplayable('BLOCKED', videoId, 'the review of its content blocked it (audit)');
  if (status === 'ANNOUNCED' || status === 'RECORDED')
    return unplayable(
      'NO_SOURCE_YET',
      videoId,
      `its source is not ready (${status}, FileUploadComplete has not arrived)`,
    );
  if (status === 'SOURCE_READY') {
    const waiting = jobs.some((job) => job.state === 'AWAITING_APPROVAL');
    return unplayable(
      'AWAITING_TRANSCODE',
      videoId,
      waiting ? 'its transcode waits for approval (SOURCE_READY)' : 'it is not transcoded yet (SOURCE_READY)',
    );
  }
  // A source that plays as it is has no outputs: there the cloud's status lags.
  if (status === 'TRANSCODING' || (status === 'PLAYABLE' && state.renditions.length > 0))
    return unplayable('TRANSCODING', videoId, 'it is being transcoded; the cloud gives addresses once all is done');
  if (status === 'FAILED') return unplayable('FAILED', videoId, `it failed: ${failureOf(state)}`);
  // The cloud's status comes after its event (cloud facts 3.1.5).
  return new ApiFault(503, 'NOT_YET', `the cloud says that video ${videoId} is not ready (${code}); ask again soon`, 2);
}

/** The latest error that the video's events tell. */
function failureOf({ timeline, renditions }: VideoState): string {
  const rendition = renditions.findLast(({ status, errorCode }) => status === 'FAIL' && errorCode !== null);
  const event = timeline.findLast(({ errorCode }) => errorCode !== null);
  const code = rendition?.errorCode ?? event?.errorCode ?? 'no code was told';
  return rendition?.errorMessage ? `${code}: ${rendition.errorMessage}` : code;
}
