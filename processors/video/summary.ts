/** What the public fields of a video say, derived from its facts alone. */
import type { Fact, TimelineEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { failed, succeeded } from '../callback/index.ts';
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
  | 'sizeBytes'
  | 'durationSeconds'
  | 'auditStatus'
  | 'errorCode'
  | 'errorMessage'
  | 'region'
  | 'renditions'
>;

type Failure = { readonly code: string | null; readonly message: string | null };

/** What one pass over the events gathers. */
type Gathered = {
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

export function summaryOf(timeline: readonly TimelineEntry[], facts: readonly Fact[]): Summary {
  const seen = nothingGathered();
  for (let i = 0; i < facts.length; i += 1) {
    const entry = timeline[i];
    const fact = facts[i];
    if (entry !== undefined && fact !== undefined) gather(seen, entry, fact);
  }
  fillFromObserved(seen);
  const outputs = outputsOf(timeline, facts);
  const sourceReadyTime = seen.sourceReadyTime ?? seen.urlUploadTime;
  const auditStatus = seen.manualAudit ?? seen.machineAudit;
  const status = statusOf({
    deleted: seen.deletedTime !== null,
    blocked: auditStatus === 'BLOCKED',
    recorded: seen.recordedTime !== null,
    sourceReady: sourceReadyTime !== null,
    sourceGone: isSourceGone(seen),
    sourceFailed: seen.sourceFailure !== null && seen.recordedTime === null && !seen.produced,
    streamsDeleted: seen.streamsDeleted,
    summary: seen.summaryTime !== null ? 'success' : seen.failedSummaryTime !== null ? 'fail' : null,
    summedUntil: seen.summedUntil,
    outputs,
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
    transcodedTime: seen.summaryTime ?? seen.failedSummaryTime,
    deletedTime: seen.deletedTime,
    coverUrl: seen.coverUrl,
    sourceUrl: isSourceGone(seen) ? null : seen.sourceUrl,
    sizeBytes: seen.sourceSize ?? seen.analysedSize,
    durationSeconds: seen.analysedDuration ?? longest(outputs),
    auditStatus,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    region: seen.region,
    renditions: outputs.map((output) => output.rendition),
  };
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

function isSourceGone(seen: Gathered): boolean {
  return seen.sourceDeletedTime !== null && seen.sourceDeletedTime >= seen.lastSourceTime;
}

function isSourceStep(kind: Fact['kind']): boolean {
  return kind === 'RECORDED' || kind === 'COMPOSE_START' || kind === 'UPLOADED_BY_URL' || kind === 'PRODUCED';
}

function failureOf(entry: TimelineEntry, fact: Fact): Failure {
  return { code: entry.errorCode, message: fact.errorMessage };
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
