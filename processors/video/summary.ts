/** What the public fields of a video say, derived from its facts alone. */
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { type Event, timeOf } from './events.ts';
import { type Failure, type FoldedFacts, foldFacts, hasPicture, isSourceGone } from './folded-facts.ts';
import { type Output, outputsOf } from './renditions.ts';
import { statusOf } from './status.ts';

/** The part of the state that is a pure function of the event set. */
export type Summary = Pick<
  VideoState,
  | 'kind'
  | 'status'
  | 'stream'
  | 'recording'
  | 'recordedTime'
  | 'composeStartTime'
  | 'sourceReadyTime'
  | 'firstPlayableTime'
  | 'transcodedTime'
  | 'deletedTime'
  | 'coverUrl'
  | 'sourceUrl'
  | 'sourceGone'
  | 'sourcePlays'
  | 'sizeBytes'
  | 'durationSeconds'
  | 'storage'
  | 'similarVideos'
  | 'tags'
  | 'auditStatus'
  | 'errorCode'
  | 'errorMessage'
  | 'region'
  | 'renditions'
>;

/**
 * The summary of these events.
 *
 * @param decided whether the cloud distributes the source as it is; null: not decided yet
 */
export function summaryOf(events: readonly Event[], decided: VideoState['sourcePlays'] = null): Summary {
  const seen = foldFacts(events);
  const kind = kindOf(seen);
  const outputs = outputsOf(events);
  const sourceReadyTime = seen.sourceReadyTime ?? seen.urlUploadTime;
  const sourceGone = isSourceGone(seen);
  const sourcePlays = seen.ownPlays ? true : decided;
  const auditStatus = seen.manualAudit ?? seen.machineAudit;
  const status = statusOf({
    deleted: seen.deleted,
    blocked: auditStatus === 'BLOCKED',
    recorded: seen.recorded,
    sourceReady: seen.sourceReady,
    sourcePlays: sourcePlays === true && seen.sourceReady && !sourceGone,
    sourceGone,
    sourceFailed: seen.uploadFailure !== null || (seen.sourceFailure !== null && !seen.recorded && !seen.produced),
    summary: seen.summary,
    summedUntil: seen.summedUntil,
    pictured: seen.pictured,
    outputs,
  });
  const failure = shownFailure(status, seen, outputs, auditStatus);
  return {
    kind,
    status,
    stream: seen.stream,
    recording: seen.recording,
    recordedTime: seen.recordedTime,
    composeStartTime:
      seen.composeStartTime ?? (kind === 'COMPOSED' ? seen.foundComposeTime : null) ?? seen.ownComposeTime,
    sourceReadyTime,
    firstPlayableTime: earliest(
      seen.streamPlayableTime ?? seen.summaryPlayableTime ?? observedPlayable(seen) ?? firstAudible(seen),
      sourcePlays === true ? sourceReadyTime : null,
    ),
    transcodedTime: seen.summaryTime ?? seen.failedSummaryTime,
    deletedTime: seen.deletedTime,
    coverUrl: seen.chosenCoverUrl ?? seen.coverUrl,
    sourceUrl: sourceGone ? null : seen.sourceUrl,
    sourceGone,
    sourcePlays,
    sizeBytes: seen.sourceSize ?? seen.analysedSize,
    durationSeconds: seen.analysedDuration ?? longest(outputs),
    storage: seen.storage,
    similarVideos: seen.similarVideos ?? [],
    tags: seen.tags ?? [],
    auditStatus,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    region: seen.region,
    renditions: outputs.map((output) => output.rendition),
  };
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function observedPlayable(seen: FoldedFacts): number | null {
  const times = seen.observed.filter(hasPicture).flatMap((event) => timeOf(event) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** Of a media without any picture, once a TranscodeComplete says that no rendition with one is to come. */
function firstAudible(seen: FoldedFacts): number | null {
  if (seen.pictured || seen.summaryAudibleTime === null) return null;
  return seen.streamAudibleTime ?? seen.summaryAudibleTime;
}

function kindOf(seen: FoldedFacts): VideoState['kind'] {
  if (seen.announcedComposing) return 'COMPOSED';
  // What the reconciler concludes gives way to what the cloud says.
  if (seen.foundComposing && !seen.toldRecording) return 'COMPOSED';
  if (seen.announcedRecording) return 'SEGMENT';
  if (seen.refusedComposing) return 'COMPOSED';
  return seen.sourceReady || seen.uploaded ? 'UPLOAD' : 'UNKNOWN';
}

/** An analysis or a workflow that failed fails nothing; it is shown until there is something to play. */
function shownFailure(
  status: VideoState['status'],
  seen: FoldedFacts,
  outputs: readonly Output[],
  audit: VideoState['auditStatus'],
): Failure | null {
  if (status === 'FAILED' || status === 'PARTIAL') return standingFailure(seen, outputs, audit);
  if (status === 'PLAYABLE' || status === 'TRANSCODED' || status === 'DELETED') return null;
  return seen.workflowFailure ?? (seen.analysed ? null : seen.analysisFailure);
}

function standingFailure(
  seen: FoldedFacts,
  outputs: readonly Output[],
  audit: VideoState['auditStatus'],
): Failure | null {
  if (audit === 'BLOCKED') return { code: 'AuditBlocked', message: seen.auditMessage };
  const output = outputs.find(({ rendition }) => rendition.status === 'FAIL' && !rendition.superseded)?.rendition;
  if (output) return { code: output.errorCode, message: output.errorMessage };
  return seen.summaryFailure ?? seen.uploadFailure ?? seen.sourceFailure;
}

function longest(outputs: readonly Output[]): number | null {
  let longest: number | null = null;
  for (const { rendition } of outputs)
    if (rendition.status === 'SUCCESS' && rendition.durationSeconds !== null)
      longest = longest === null ? rendition.durationSeconds : Math.max(longest, rendition.durationSeconds);
  return longest;
}
