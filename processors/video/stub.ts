import type { RetiredSummary, TimelineEntry } from '../../schemas/generated/VideoState.ts';
import { emptyFact, hashOf, submitted, type VideoEvent } from '../callback/index.ts';

type Event = Pick<VideoEvent, 'entry' | 'fact'>;
type Change = { readonly entry?: Partial<TimelineEntry>; readonly fact?: Partial<VideoEvent['fact']> };

/**
 * Earlier releases dropped the events of a video that retired and kept its summary. These are the fewest events that say
 * what such a summary says, so that late ones can be added to them as to any others.
 */
export function eventsOfStub(stub: RetiredSummary): readonly Event[] {
  const events: Event[] = [];
  const tell = (eventType: string, kind: Event['fact']['kind'], time: number | null, { entry, fact }: Change = {}) => {
    const eventId = hashOf(['stub', eventType, kind, fact?.deletion ?? '', fact?.audit ?? '']);
    const told = { eventId, eventType, eventTime: time ?? 0, receivedAt: 0, status: 'success', source: 'reconciler' };
    events.push({
      entry: { ...told, jobId: null, errorCode: null, implausible: [], ...entry },
      fact: { ...emptyFact, kind, region: stub.region, ...fact },
    });
  };
  const { stream, recording, status, errorCode, errorMessage, transcodedTime, sourceReadyTime } = stub;
  const failure: Change = { entry: { status: 'fail', errorCode }, fact: { errorMessage } };
  // A video that an audit blocked had failed at nothing.
  const blocked = (stub.manualAudit ?? stub.machineAudit) === 'BLOCKED';
  const unfinished = status === 'FAILED' && !blocked && transcodedTime === null ? failure : {};
  if (stub.kind === 'SEGMENT' || stub.recordedTime !== null || recording !== null)
    tell('AddLiveRecordVideoComplete', 'RECORDED', stub.recordedTime, {
      entry: { ...unfinished.entry },
      fact: { stream, recording, ...unfinished.fact },
    });
  if (stub.kind === 'COMPOSED')
    tell('LiveRecordVideoComposeStart', 'COMPOSE_START', stub.composeStartTime, {
      entry: { ...unfinished.entry },
      fact: { stream, ...unfinished.fact },
    });
  if (stub.kind === 'UPLOAD' && status === 'FAILED') tell('UploadByURLComplete', 'UPLOADED_BY_URL', null, unfinished);
  if (sourceReadyTime !== null)
    tell('FileUploadComplete', 'SOURCE_READY', sourceReadyTime, {
      fact: { fileUrl: stub.sourceUrl, sizeBytes: stub.sizeBytes },
    });
  if (stub.durationSeconds !== null || (stub.sizeBytes !== null && sourceReadyTime === null))
    tell('VideoAnalysisComplete', 'SOURCE_ANALYSED', sourceReadyTime, {
      fact: { durationSeconds: stub.durationSeconds, sizeBytes: stub.sizeBytes },
    });
  if (stub.coverUrl !== null) tell('SnapshotComplete', 'SNAPSHOT', null, { fact: { coverUrl: stub.coverUrl } });
  tellTranscodes(stub, failure, tell);
  if (stub.sourceGone) tell('DeleteMediaComplete', 'DELETED', sourceReadyTime, { fact: { deletion: 'MEZZANINE' } });
  if (stub.deletedTime !== null)
    tell('DeleteMediaComplete', 'DELETED', stub.deletedTime, { fact: { deletion: 'ALL' } });
  if (stub.machineAudit !== null)
    tell('AIMediaAuditComplete', 'MACHINE_AUDIT', null, { fact: { audit: stub.machineAudit } });
  if (stub.manualAudit !== null)
    tell('CreateAuditComplete', 'MANUAL_AUDIT', null, {
      fact: { audit: stub.manualAudit, errorMessage: stub.auditMessage },
    });
  return events;
}

type Tell = (eventType: string, kind: Event['fact']['kind'], time: number | null, change?: Change) => void;

/** What its renditions had come to. They are gone themselves; a good one and a failed one stand for all of them. */
function tellTranscodes(stub: RetiredSummary, failure: Change, tell: Tell): void {
  const { status, transcodedTime, firstPlayableTime, errorCode, errorMessage } = stub;
  const good = { ...noOutput, jobId: 'kept', status: 'SUCCESS' } as const;
  const bad = { ...noOutput, definition: 'lost', errorCode, errorMessage } as const;
  const stands = status === 'PLAYABLE' || status === 'PARTIAL' || status === 'TRANSCODED';
  if (firstPlayableTime !== null || (status === 'PLAYABLE' && transcodedTime === null)) {
    const outputs = [stands ? good : { ...good, jobId: 'gone' }];
    tell('StreamTranscodeComplete', 'STREAM_TRANSCODED', firstPlayableTime, { fact: { outputs } });
  }
  // What could be played, or had been transcoded, is no more. It was deleted after that; when isn't kept.
  const deletedAfter = transcodedTime === null ? null : transcodedTime + 1;
  if (!stands && (firstPlayableTime !== null || (status !== 'TRANSCODING' && transcodedTime !== null)))
    tell('DeleteMediaComplete', 'DELETED', deletedAfter, { fact: { deletion: 'STREAM', jobIds: ['gone'] } });
  // A job still ran.
  if (status === 'TRANSCODING' || (status === 'PLAYABLE' && transcodedTime !== null))
    tell('TranscodeJobAcknowledged', 'JOB_ACKNOWLEDGED', null, { fact: { jobIds: ['lost'] } });
  if (transcodedTime === null) return;
  if (status === 'PARTIAL') tell('TranscodeComplete', 'TRANSCODED', transcodedTime, { fact: { outputs: [bad, good] } });
  else if (stands && firstPlayableTime === null)
    tell('TranscodeComplete', 'TRANSCODED', transcodedTime, { ...failure, fact: { outputs: [good] } });
  else if (status === 'FAILED' || firstPlayableTime === null)
    tell('TranscodeComplete', 'TRANSCODED', transcodedTime, { ...failure, fact: { errorMessage, outputs: [bad] } });
  else tell('TranscodeComplete', 'TRANSCODED', transcodedTime);
}

const noOutput = { ...submitted, status: 'FAIL' } as const;
