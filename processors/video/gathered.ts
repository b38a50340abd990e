/** One pass over the events of a video: what its summary is derived from. */
import type { Fact, RetiredSummary, TimelineEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { failed, succeeded } from '../callback/index.ts';

export type Failure = { readonly code: string | null; readonly message: string | null };

/** What one pass over the events gathers. */
export type Gathered = {
  stream: VideoState['stream'];
  recording: VideoState['recording'];
  region: string | null;
  announcedRecording: boolean;
  announcedComposing: boolean;
  uploaded: boolean;
  produced: boolean;
  /** Time of the earliest success of each. */
  recordedTime: number | null;
  composeStartTime: number | null;
  ownComposeTime: number | null;
  sourceReadyTime: number | null;
  urlUploadTime: number | null;
  streamPlayableTime: number | null;
  summaryPlayableTime: number | null;
  summaryTime: number | null;
  failedSummaryTime: number | null;
  /** Of a retired video. Its outputs are gone, so it says nothing of those that late events tell of. */
  retiredSummaryTime: number | null;
  deletedTime: number | null;
  /** Time or value of the latest of each. */
  summedUntil: number;
  lastSourceTime: number;
  sourceDeletedTime: number | null;
  sourceUrl: string | null;
  sourceSize: number | null;
  analysedSize: number | null;
  analysedDuration: number | null;
  coverUrl: string | null;
  machineAudit: VideoState['auditStatus'];
  manualAudit: VideoState['auditStatus'];
  auditMessage: string | null;
  streamsDeleted: boolean;
  sourceFailure: Failure | null;
  summaryFailure: Failure | null;
  /** What the reconciler saw, latest first; it counts only where no callback says it. */
  observed: { readonly entry: TimelineEntry; readonly fact: Fact }[];
};

function nothingGathered(): Gathered {
  return {
    stream: null,
    recording: null,
    region: null,
    announcedRecording: false,
    announcedComposing: false,
    uploaded: false,
    produced: false,
    recordedTime: null,
    composeStartTime: null,
    ownComposeTime: null,
    sourceReadyTime: null,
    urlUploadTime: null,
    streamPlayableTime: null,
    summaryPlayableTime: null,
    summaryTime: null,
    failedSummaryTime: null,
    retiredSummaryTime: null,
    deletedTime: null,
    summedUntil: Number.NEGATIVE_INFINITY,
    lastSourceTime: Number.NEGATIVE_INFINITY,
    sourceDeletedTime: null,
    sourceUrl: null,
    sourceSize: null,
    analysedSize: null,
    analysedDuration: null,
    coverUrl: null,
    machineAudit: null,
    manualAudit: null,
    auditMessage: null,
    streamsDeleted: false,
    sourceFailure: null,
    summaryFailure: null,
    observed: [],
  };
}

/** What a retired video's summary says, as if events had told it. */
function gatheredBefore(retired: RetiredSummary): Gathered {
  const { kind, status } = retired;
  const sourceReadyTime = retired.sourceReadyTime ?? Number.NEGATIVE_INFINITY;
  const failure = { code: retired.errorCode, message: retired.errorMessage };
  const failedSummary = status === 'FAILED' && retired.transcodedTime !== null;
  return {
    ...nothingGathered(),
    stream: retired.stream,
    recording: retired.recording,
    region: retired.region,
    announcedRecording: kind === 'SEGMENT',
    announcedComposing: kind === 'COMPOSED',
    uploaded: kind === 'UPLOAD',
    recordedTime: retired.recordedTime,
    composeStartTime: retired.composeStartTime,
    sourceReadyTime: retired.sourceReadyTime,
    streamPlayableTime: retired.firstPlayableTime,
    failedSummaryTime: failedSummary ? retired.transcodedTime : null,
    retiredSummaryTime: failedSummary ? null : retired.transcodedTime,
    deletedTime: retired.deletedTime,
    lastSourceTime: sourceReadyTime,
    sourceDeletedTime: retired.sourceGone ? sourceReadyTime : null,
    sourceUrl: retired.sourceUrl,
    sourceSize: retired.sizeBytes,
    analysedDuration: retired.durationSeconds,
    coverUrl: retired.coverUrl,
    machineAudit: retired.machineAudit,
    manualAudit: retired.manualAudit,
    auditMessage: retired.auditMessage,
    sourceFailure: status === 'FAILED' && !failedSummary ? failure : null,
    summaryFailure: status === 'PARTIAL' || failedSummary ? failure : null,
  };
}

/** What the events say, in the timeline's order; of a retired video after what its summary says. */
export function gathered(
  timeline: readonly TimelineEntry[],
  facts: readonly Fact[],
  retired: RetiredSummary | null,
): Gathered {
  const seen = retired === null ? nothingGathered() : gatheredBefore(retired);
  for (let i = 0; i < facts.length; i += 1) {
    const entry = timeline[i];
    const fact = facts[i];
    if (entry !== undefined && fact !== undefined) gather(seen, entry, fact);
  }
  fillFromObserved(seen);
  return seen;
}

function gather(seen: Gathered, entry: TimelineEntry, fact: Fact): void {
  const ok = succeeded(entry);
  seen.region ??= fact.region;
  switch (fact.kind) {
    case 'RECORDED':
      seen.announcedRecording = true;
      seen.stream ??= fact.stream;
      seen.recording ??= fact.recording;
      if (ok) seen.recordedTime ??= entry.eventTime;
      break;
    case 'COMPOSE_START':
      seen.announcedComposing = true;
      seen.stream ??= fact.stream;
      if (ok) seen.composeStartTime ??= entry.eventTime;
      break;
    case 'COMPOSE_ACKNOWLEDGED':
      seen.announcedComposing = true;
      seen.stream ??= fact.stream;
      seen.ownComposeTime ??= entry.eventTime;
      break;
    case 'COMPOSE_FAILED':
    case 'COMPOSE_IN_DOUBT':
      seen.announcedComposing = true;
      seen.stream ??= fact.stream;
      if (fact.kind === 'COMPOSE_FAILED') seen.sourceFailure ??= failureOf(entry, fact);
      break;
    case 'SOURCE_READY':
      if (!ok) break;
      seen.sourceReadyTime ??= entry.eventTime;
      seen.lastSourceTime = entry.eventTime;
      seen.sourceUrl = fact.fileUrl ?? seen.sourceUrl;
      seen.sourceSize = fact.sizeBytes ?? seen.sourceSize;
      break;
    case 'UPLOADED_BY_URL':
      seen.uploaded = true;
      if (!ok) break;
      seen.urlUploadTime ??= entry.eventTime;
      seen.analysedSize ??= fact.sizeBytes;
      break;
    case 'PRODUCED':
      if (ok) seen.produced = true;
      break;
    case 'SOURCE_ANALYSED':
      if (!ok) break;
      seen.analysedSize = fact.sizeBytes ?? seen.analysedSize;
      seen.analysedDuration = fact.durationSeconds ?? seen.analysedDuration;
      break;
    case 'SNAPSHOT':
      if (ok) seen.coverUrl = fact.coverUrl ?? seen.coverUrl;
      break;
    case 'OTHER':
      seen.coverUrl = fact.coverUrl ?? seen.coverUrl;
      break;
    case 'STREAM_TRANSCODED':
      if (fact.outputs[0]?.status === 'SUCCESS') seen.streamPlayableTime ??= entry.eventTime;
      break;
    case 'TRANSCODED':
      gatherSummary(seen, entry, fact);
      break;
    case 'MACHINE_AUDIT':
      if (ok) seen.machineAudit = fact.audit ?? seen.machineAudit;
      break;
    case 'MANUAL_AUDIT':
      seen.manualAudit = fact.audit ?? seen.manualAudit;
      if (fact.audit === 'BLOCKED') seen.auditMessage = fact.errorMessage;
      break;
    case 'DELETED':
      if (!ok) break;
      if (fact.deletion === 'STREAM') seen.streamsDeleted = true;
      else if (fact.deletion === 'MEZZANINE') seen.sourceDeletedTime = entry.eventTime;
      else seen.deletedTime ??= entry.eventTime;
      break;
    case 'OBSERVED':
      seen.observed.unshift({ entry, fact });
      break;
    default:
  }
  if (failed(entry) && isSourceStep(fact.kind)) seen.sourceFailure ??= failureOf(entry, fact);
}

function gatherSummary(seen: Gathered, entry: TimelineEntry, fact: Fact): void {
  if (fact.outputs.length === 0) seen.summedUntil = entry.eventTime;
  if (failed(entry)) {
    seen.failedSummaryTime ??= entry.eventTime;
    seen.summaryFailure ??= failureOf(entry, fact);
    return;
  }
  seen.summaryTime ??= entry.eventTime;
  if (fact.outputs.length === 0 || fact.outputs.some((output) => output.status === 'SUCCESS'))
    seen.summaryPlayableTime ??= entry.eventTime;
}

function fillFromObserved(seen: Gathered): void {
  for (const { entry, fact } of seen.observed) {
    seen.stream ??= fact.stream;
    seen.recording ??= fact.recording;
    seen.coverUrl ??= fact.coverUrl;
    if (fact.recording !== null) seen.announcedRecording = true;
    if (fact.fileUrl !== null || fact.sizeBytes !== null) seen.sourceReadyTime ??= entry.eventTime;
    seen.sourceUrl ??= fact.fileUrl;
    seen.analysedSize ??= fact.sizeBytes;
    seen.analysedDuration ??= fact.durationSeconds;
    if (failed(entry)) seen.sourceFailure ??= failureOf(entry, fact);
  }
}

function failureOf(entry: TimelineEntry, fact: Fact): Failure {
  return { code: entry.errorCode, message: fact.errorMessage };
}

function isSourceStep(kind: Fact['kind']): boolean {
  return kind === 'RECORDED' || kind === 'COMPOSE_START' || kind === 'UPLOADED_BY_URL' || kind === 'PRODUCED';
}

/** The source file was deleted and not uploaded again. */
export function isSourceGone(seen: Gathered): boolean {
  return seen.sourceDeletedTime !== null && seen.sourceDeletedTime >= seen.lastSourceTime;
}
