/** What the public fields of a video say, derived from its facts alone. */
import type { Fact, RetiredSummary, TimelineEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { type Failure, type Gathered, gathered, isSourceGone } from './gathered.ts';
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
  | 'sizeBytes'
  | 'durationSeconds'
  | 'auditStatus'
  | 'errorCode'
  | 'errorMessage'
  | 'region'
  | 'renditions'
>;

/**
 * The summary of these events; of a retired video, of these and what it was derived from before: that has its place
 * before them, whatever their times.
 */
export function summaryOf(
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
  retired: RetiredSummary | null = null,
): Summary {
  return derive(gathered(timeline, facts, retired), outputsOf(timeline, facts), retired);
}

/**
 * What stays of the events of a video that retires. Its status and failure are those that it has without any audit or
 * deletion, so that a late verdict can still change both ways.
 */
export function retiredSummaryOf(timeline: readonly TimelineEntry[], facts: readonly Fact[]): RetiredSummary {
  const seen = gathered(timeline, facts, null);
  const { deletedTime, machineAudit, manualAudit, auditMessage } = seen;
  const aside: Gathered = { ...seen, deletedTime: null, machineAudit: null, manualAudit: null };
  const { auditStatus: _, renditions: __, ...rest } = derive(aside, outputsOf(timeline, facts), null);
  return { ...rest, deletedTime, machineAudit, manualAudit, auditMessage };
}

function derive(seen: Gathered, outputs: readonly Output[], retired: RetiredSummary | null): Summary {
  const sourceReadyTime = seen.sourceReadyTime ?? seen.urlUploadTime;
  const sourceGone = isSourceGone(seen);
  const auditStatus = seen.manualAudit ?? seen.machineAudit;
  const status = statusOf({
    deleted: seen.deletedTime !== null,
    blocked: auditStatus === 'BLOCKED',
    recorded: seen.recordedTime !== null,
    sourceReady: sourceReadyTime !== null,
    sourceGone,
    sourceFailed: seen.sourceFailure !== null && seen.recordedTime === null && !seen.produced,
    streamsDeleted: seen.streamsDeleted,
    summary: seen.summaryTime !== null ? 'success' : seen.failedSummaryTime !== null ? 'fail' : null,
    summedUntil: seen.summedUntil,
    outputs,
    retiredAs: retired?.status ?? null,
  });
  const failure = status === 'FAILED' || status === 'PARTIAL' ? standingFailure(seen, outputs, auditStatus) : null;
  return {
    kind: kindOf(seen, sourceReadyTime),
    status,
    stream: seen.stream,
    recording: seen.recording,
    recordedTime: seen.recordedTime,
    composeStartTime: seen.composeStartTime ?? seen.ownComposeTime,
    sourceReadyTime,
    firstPlayableTime: seen.streamPlayableTime ?? seen.summaryPlayableTime ?? observedPlayable(seen),
    transcodedTime: seen.retiredSummaryTime ?? seen.summaryTime ?? seen.failedSummaryTime,
    deletedTime: seen.deletedTime,
    coverUrl: seen.coverUrl,
    sourceUrl: sourceGone ? null : seen.sourceUrl,
    sourceGone,
    sizeBytes: seen.sourceSize ?? seen.analysedSize,
    durationSeconds: seen.analysedDuration ?? longest(outputs),
    auditStatus,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    region: seen.region,
    renditions: outputs.map((output) => output.rendition),
  };
}

function observedPlayable(seen: Gathered): number | null {
  const times = seen.observed
    .filter(({ fact }) => fact.outputs.some((output) => output.status === 'SUCCESS'))
    .map(({ entry }) => entry.eventTime);
  return times.length === 0 ? null : Math.min(...times);
}

function kindOf(seen: Gathered, sourceReadyTime: number | null): VideoState['kind'] {
  if (seen.announcedComposing) return 'COMPOSED';
  if (seen.announcedRecording) return 'SEGMENT';
  return sourceReadyTime !== null || seen.uploaded ? 'UPLOAD' : 'UNKNOWN';
}

function standingFailure(seen: Gathered, outputs: readonly Output[], audit: VideoState['auditStatus']): Failure | null {
  if (audit === 'BLOCKED') return { code: 'AuditBlocked', message: seen.auditMessage };
  const output = outputs.find(({ rendition }) => rendition.status === 'FAIL' && !rendition.superseded)?.rendition;
  if (output) return { code: output.errorCode, message: output.errorMessage };
  return seen.summaryFailure ?? seen.sourceFailure;
}

function longest(outputs: readonly Output[]): number | null {
  let longest: number | null = null;
  for (const { rendition } of outputs)
    if (rendition.status === 'SUCCESS' && rendition.durationSeconds !== null)
      longest = longest === null ? rendition.durationSeconds : Math.max(longest, rendition.durationSeconds);
  return longest;
}
