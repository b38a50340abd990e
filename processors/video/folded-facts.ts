/** One pass over the events of a video: what its summary is derived from. */
import type { Fact, VideoState } from '../../schemas/generated/VideoState.ts';
import { noTranscode } from '../../schemas/template-groups.ts';
import { failed, succeeded } from '../callback/index.ts';
import { isFinding } from './conflicts.ts';
import { type Event, timeOf } from './events.ts';
import { storageAfter } from './storage.ts';
import { workflowFailureOf } from './workflow.ts';

export type Failure = { readonly code: string | null; readonly message: string | null };

/** What one pass over the events comes to. */
export type FoldedFacts = {
  stream: VideoState['stream'];
  recording: VideoState['recording'];
  region: string | null;
  announcedRecording: boolean;
  /** By a callback, not only by what the reconciler found. */
  toldRecording: boolean;
  announcedComposing: boolean;
  /** The reconciler takes it for a composition, since the cloud lists it among no recordings. */
  foundComposing: boolean;
  /** A composition began and failed at once. */
  refusedComposing: boolean;
  uploaded: boolean;
  produced: boolean;
  /** What succeeded, whether or not its time is known. */
  recorded: boolean;
  sourceReady: boolean;
  deleted: boolean;
  /** Time of the earliest success of each. */
  recordedTime: number | null;
  composeStartTime: number | null;
  foundComposeTime: number | null;
  ownComposeTime: number | null;
  /** We had it composed, and the cloud distributes it as it is. */
  ownPlays: boolean;
  sourceReadyTime: number | null;
  urlUploadTime: number | null;
  streamPlayableTime: number | null;
  summaryPlayableTime: number | null;
  /** The same of renditions that are sound alone. */
  streamAudibleTime: number | null;
  summaryAudibleTime: number | null;
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
  /** What was set as the cover, which outweighs what the cloud took by itself (cloud facts 1.4.17). */
  chosenCoverUrl: string | null;
  storage: VideoState['storage'];
  similarVideos: VideoState['similarVideos'] | null;
  tags: VideoState['tags'] | null;
  machineAudit: VideoState['auditStatus'];
  manualAudit: VideoState['auditStatus'];
  auditMessage: string | null;
  /** Some rendition has a picture, or would have had. */
  pictured: boolean;
  /** What the TranscodeCompletes that name no outputs come to, after deletions of streams. */
  summary: 'success' | 'fail' | null;
  /** The latest of them failed. */
  lastSummaryFailed: boolean;
  sourceFailure: Failure | null;
  uploadFailure: Failure | null;
  analysed: boolean;
  analysisFailure: Failure | null;
  /** The latest run of a workflow failed. */
  workflowFailure: Failure | null;
  summaryFailure: Failure | null;
  /** What the reconciler saw, latest first; it counts only where no callback says it. */
  observed: Event[];
};

function noFacts(): FoldedFacts {
  return {
    stream: null,
    recording: null,
    region: null,
    announcedRecording: false,
    toldRecording: false,
    announcedComposing: false,
    foundComposing: false,
    refusedComposing: false,
    uploaded: false,
    produced: false,
    recorded: false,
    sourceReady: false,
    deleted: false,
    recordedTime: null,
    composeStartTime: null,
    foundComposeTime: null,
    ownComposeTime: null,
    ownPlays: false,
    sourceReadyTime: null,
    urlUploadTime: null,
    streamPlayableTime: null,
    summaryPlayableTime: null,
    streamAudibleTime: null,
    summaryAudibleTime: null,
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
    chosenCoverUrl: null,
    storage: null,
    similarVideos: null,
    tags: null,
    machineAudit: null,
    manualAudit: null,
    auditMessage: null,
    pictured: false,
    summary: null,
    lastSummaryFailed: false,
    sourceFailure: null,
    uploadFailure: null,
    analysed: false,
    analysisFailure: null,
    workflowFailure: null,
    summaryFailure: null,
    observed: [],
  };
}

/** What the events say, in the timeline's order. */
export function foldFacts(events: readonly Event[]): FoldedFacts {
  const seen = noFacts();
  const timedFrom = firstTimed(events);
  for (let at = 0; at < timedFrom; at += 1) foldFact(seen, events[at] as Event);
  // What has no time that can be believed outweighs nothing: what it tells only fills what nothing else does.
  const doubtful = timedFrom === 0 ? null : { ...seen };
  if (doubtful !== null) for (const field of told) seen[field] = null;
  for (let at = timedFrom; at < events.length; at += 1) foldFact(seen, events[at] as Event);
  fillFromObserved(seen);
  seen.region = regionOf(events);
  return doubtful === null ? seen : fillFrom(seen, doubtful);
}

/** Where those with a time begin: in the timeline's order the others come first. */
function firstTimed(events: readonly Event[]): number {
  let at = 0;
  while (at < events.length && timeOf(events[at] as Event) === null) at += 1;
  return at;
}

/** What is told by one event, and not summed over all. */
const told = [
  'stream',
  'recording',
  'sourceUrl',
  'sourceSize',
  'analysedSize',
  'analysedDuration',
  'coverUrl',
  'chosenCoverUrl',
  'storage',
  'similarVideos',
  'tags',
  'sourceFailure',
  'uploadFailure',
  'analysisFailure',
  'summaryFailure',
] as const;

function fillFrom(seen: FoldedFacts, doubtful: FoldedFacts): FoldedFacts {
  const filled: Partial<FoldedFacts> = Object.fromEntries(told.map((field) => [field, seen[field] ?? doubtful[field]]));
  // Two fields say one thing.
  return {
    ...seen,
    ...filled,
    sourceSize: seen.sourceSize ?? (seen.analysedSize === null ? doubtful.sourceSize : null),
  };
}

/**
 * The region that delivered the earliest callback: of the event that introduced the video. What our own roles write
 * carries the region that they took it to be in, so it counts only where no callback says more; a callback without a time
 * that can be believed only where nothing else does.
 */
function regionOf(events: readonly Event[]): string | null {
  let ours: string | null = null;
  let doubtful: string | null = null;
  for (const event of events) {
    const { kind, region } = event.fact;
    if (region === null) continue;
    if (internal.has(kind) || isFinding(event)) ours ??= region;
    else if (timeOf(event) === null) doubtful ??= region;
    else return region;
  }
  return ours ?? doubtful;
}

/** What our own roles say. */
const internal: ReadonlySet<Fact['kind']> = new Set<Fact['kind']>([
  'TRANSCODE_REQUESTED',
  'JOB_SUBMITTED',
  'JOB_ACKNOWLEDGED',
  'JOB_FAILED',
  'JOB_IN_DOUBT',
  'COMPOSE_ACKNOWLEDGED',
  'COMPOSE_FAILED',
  'COMPOSE_IN_DOUBT',
  'OBSERVED',
]);

function foldFact(seen: FoldedFacts, event: Event): void {
  const { entry, fact } = event;
  const time = timeOf(event);
  const ok = succeeded(entry);
  switch (fact.kind) {
    case 'RECORDED':
      seen.announcedRecording = true;
      seen.toldRecording ||= !isFinding(event);
      seen.stream ??= fact.stream;
      seen.recording ??= fact.recording;
      if (!ok) break;
      seen.recorded = true;
      seen.recordedTime ??= time;
      break;
    case 'COMPOSE_START':
      seen.stream ??= fact.stream;
      if (!ok) {
        seen.refusedComposing = true;
        break;
      }
      if (isFinding(event)) {
        seen.foundComposing = true;
        seen.foundComposeTime ??= time;
        break;
      }
      seen.announcedComposing = true;
      seen.composeStartTime ??= time;
      break;
    case 'COMPOSE_ACKNOWLEDGED':
      seen.stream ??= fact.stream;
      // What is cut out of a session is no film of it.
      if (fact.job?.clip != null) seen.uploaded = true;
      else {
        seen.announcedComposing = true;
        seen.ownComposeTime ??= time;
      }
      seen.ownPlays ||= fact.job?.templateGroupId === noTranscode;
      break;
    case 'COMPOSE_FAILED':
    case 'COMPOSE_IN_DOUBT':
      seen.announcedComposing ||= fact.job?.clip == null;
      seen.stream ??= fact.stream;
      if (fact.kind === 'COMPOSE_FAILED') seen.sourceFailure ??= failureOf(event);
      break;
    case 'SOURCE_READY':
      if (failed(entry)) seen.uploadFailure ??= failureOf(event);
      if (!ok) break;
      seen.sourceReady = true;
      seen.sourceReadyTime ??= time;
      seen.lastSourceTime = entry.eventTime;
      seen.sourceUrl = fact.fileUrl ?? seen.sourceUrl;
      seen.sourceSize = fact.sizeBytes ?? seen.sourceSize;
      break;
    case 'UPLOADED_BY_URL':
      seen.uploaded = true;
      if (!ok) break;
      seen.sourceReady = true;
      seen.urlUploadTime ??= time;
      seen.lastSourceTime = entry.eventTime;
      seen.analysedSize ??= fact.sizeBytes;
      break;
    case 'PRODUCED':
      if (ok) seen.produced = true;
      break;
    case 'SOURCE_ANALYSED':
      if (failed(entry)) seen.analysisFailure ??= failureOf(event);
      if (!ok) break;
      seen.analysed = true;
      seen.analysedSize = fact.sizeBytes ?? seen.analysedSize;
      seen.analysedDuration = fact.durationSeconds ?? seen.analysedDuration;
      break;
    case 'SNAPSHOT':
      if (ok) seen.coverUrl = fact.coverUrl ?? seen.coverUrl;
      break;
    case 'JOB_ACKNOWLEDGED':
    case 'OTHER':
      seen.stream ??= fact.stream;
      if (ok) seen.chosenCoverUrl = fact.coverUrl ?? seen.chosenCoverUrl;
      if (fact.storage !== null) seen.storage = storageAfter(seen.storage, event, fact.storage);
      if (ok && fact.content?.tagged === false) seen.similarVideos = fact.content.similarVideos;
      if (ok && fact.content?.tagged === true) seen.tags = fact.content.tags;
      if (entry.eventType === 'WorkflowTaskComplete') seen.workflowFailure = workflowFailureOf(event);
      break;
    case 'STREAM_TRANSCODED':
      if (hasPicture(event)) seen.streamPlayableTime ??= time;
      else if (hasSound(event)) seen.streamAudibleTime ??= time;
      break;
    case 'TRANSCODED':
      foldSummary(seen, event, time);
      break;
    case 'MACHINE_AUDIT':
      if (ok) seen.machineAudit = fact.audit ?? seen.machineAudit;
      break;
    case 'MANUAL_AUDIT':
      if (!ok) break;
      seen.manualAudit = fact.audit ?? seen.manualAudit;
      if (fact.audit === 'BLOCKED') seen.auditMessage = fact.errorMessage;
      break;
    case 'DELETED':
      if (!ok) break;
      if (fact.deletion === 'STREAM') foldDeletedStreams(seen);
      else if (fact.deletion === 'MEZZANINE') seen.sourceDeletedTime = entry.eventTime;
      else {
        seen.deleted = true;
        seen.deletedTime ??= time;
      }
      break;
    case 'OBSERVED':
      seen.observed.unshift(event);
      break;
    default:
  }
  if (fact.outputs.length > 0 && fact.outputs.some(isOfPicture)) seen.pictured = true;
  if (failed(entry) && isSourceStep(fact.kind)) seen.sourceFailure ??= failureOf(event);
}

function foldSummary(seen: FoldedFacts, event: Event, time: number | null): void {
  const { entry, fact } = event;
  if (fact.outputs.length === 0) {
    seen.summedUntil = entry.eventTime;
    seen.lastSummaryFailed = failed(entry);
    if (!seen.lastSummaryFailed) seen.summary = 'success';
    else seen.summary ??= 'fail';
  }
  if (failed(entry)) {
    seen.failedSummaryTime ??= time;
    seen.summaryFailure ??= failureOf(event);
    return;
  }
  seen.summaryTime ??= time;
  if (fact.outputs.length === 0 || hasPicture(event)) seen.summaryPlayableTime ??= time;
  else if (hasSound(event)) seen.summaryAudibleTime ??= time;
}

/** One that failed and tells nothing else may have been sound alone. */
function isOfPicture({ status, definition, audioOnly }: Fact['outputs'][number]): boolean {
  return !audioOnly && (status === 'SUCCESS' || definition !== null);
}

/** A rendition of it can be watched. */
export function hasPicture({ fact }: Event): boolean {
  return fact.outputs.some(({ status, audioOnly }) => status === 'SUCCESS' && !audioOnly);
}

/** A rendition of it can be heard, whether or not it can be watched. */
function hasSound({ fact }: Event): boolean {
  return fact.outputs.some(({ status }) => status === 'SUCCESS');
}

/** Nothing says that what a summary without names stood for is there any longer; a transcode that failed has failed. */
function foldDeletedStreams(seen: FoldedFacts): void {
  if (seen.summary === 'success') seen.summary = seen.lastSummaryFailed ? 'fail' : null;
}

function fillFromObserved(seen: FoldedFacts): void {
  for (const event of seen.observed) {
    const { entry, fact } = event;
    seen.stream ??= fact.stream;
    seen.recording ??= fact.recording;
    seen.coverUrl ??= fact.coverUrl;
    if (fact.recording !== null) seen.announcedRecording = true;
    if (fact.fileUrl !== null || fact.sizeBytes !== null) {
      seen.sourceReady = true;
      seen.sourceReadyTime ??= timeOf(event);
    }
    seen.sourceUrl ??= fact.fileUrl;
    seen.analysedSize ??= fact.sizeBytes;
    seen.analysedDuration ??= fact.durationSeconds;
    if (failed(entry)) seen.sourceFailure ??= failureOf(event);
  }
}

function failureOf({ entry, fact }: Event): Failure {
  return { code: entry.errorCode, message: fact.errorMessage };
}

/** A step that a source is made by; its upload, FileUploadComplete, is the end of each. */
function isSourceStep(kind: Fact['kind']): boolean {
  return kind === 'RECORDED' || kind === 'COMPOSE_START' || kind === 'UPLOADED_BY_URL' || kind === 'PRODUCED';
}

/** The source file was deleted and not uploaded again. */
export function isSourceGone(seen: FoldedFacts): boolean {
  return seen.sourceDeletedTime !== null && seen.sourceDeletedTime >= seen.lastSourceTime;
}
