// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import type { AvroSource } from '../../avro-source.ts';
import type { StreamState, StreamRef, StreamVideo, StreamVideoComposeJob, StreamVideoClip, StreamVideoClipPart, EmittedSession, KeptRules, LiveRecording, SettledSession, Composition, LiveEvent } from '../StreamState.ts';

const symbolsOfVideoKind = ['UNKNOWN', 'SEGMENT', 'COMPOSED', 'UPLOAD'] as const;

const symbolsOfVideoStatus = ['ANNOUNCED', 'RECORDED', 'SOURCE_READY', 'TRANSCODING', 'PLAYABLE', 'TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED'] as const;

const symbolsOfComposeJobFactState = ['ACKNOWLEDGED', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfSourceOnly = ['NO', 'MEANWHILE', 'FOR_GOOD'] as const;

const symbolsOfClipFactState = ['REQUESTED', 'ACKNOWLEDGED', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfComposeMode = ['CLOUD', 'PIPELINE', 'NONE'] as const;

const symbolsOfLiveRecordingState = ['UNKNOWN', 'RECORDING', 'PAUSED', 'ENDED'] as const;

const symbolsOfCompositionReason = ['POLICY', 'SEGMENT_LIMIT', 'OVERDUE'] as const;

const symbolsOfCompositionState = ['PLANNED', 'ACKNOWLEDGED', 'DONE', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfLiveRecordEvent = ['UNKNOWN', 'STARTED', 'PAUSED', 'RESUMED', 'FILE'] as const;

export function readStreamState(from: AvroSource): StreamState {
  return {
    stream: readStreamRef(from),
    revision: from.long(),
    clock: from.long(),
    dueAt: from.longOrNull(),
    settledThrough: from.longOrNull(),
    videos: readListOfStreamVideo(from),
    sessions: readListOfEmittedSession(from),
    settled: readListOfSettledSession(from),
    compositions: readListOfComposition(from),
    archivedBefore: from.longOrNull(),
    archived: from.int(),
    pointer: from.longOrNull(),
    pages: readListOfLong(from),
    reachesBack: from.boolean(),
    liveEvents: readListOfLiveEvent(from),
    liveClock: from.long(),
    liveDueAt: from.longOrNull(),
  };
}

function readListOfLiveEvent(from: AvroSource) {
  const items: LiveEvent[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readLiveEvent(from));
  return items;
}

function readLiveEvent(from: AvroSource): LiveEvent {
  return {
    event: from.symbol(symbolsOfLiveRecordEvent),
    time: from.long(),
    startTime: from.longOrNull(),
    endTime: from.longOrNull(),
  };
}

function readListOfComposition(from: AvroSource) {
  const items: Composition[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readComposition(from));
  return items;
}

function readComposition(from: AvroSource): Composition {
  return {
    sessionStart: from.long(),
    token: from.text(),
    generation: from.int(),
    reason: from.symbol(symbolsOfCompositionReason),
    state: from.symbol(symbolsOfCompositionState),
    plannedAt: from.long(),
    mediaId: from.textOrNull(),
    errorCode: from.textOrNull(),
    files: readListOfLong(from),
  };
}

function readListOfLong(from: AvroSource) {
  const items: number[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(from.long());
  return items;
}

function readListOfSettledSession(from: AvroSource) {
  const items: SettledSession[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSettledSession(from));
  return items;
}

function readSettledSession(from: AvroSource): SettledSession {
  return {
    startTime: from.long(),
    lastActivity: from.long(),
    composed: readListOfString(from),
  };
}

function readListOfString(from: AvroSource) {
  const items: string[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(from.text());
  return items;
}

function readListOfEmittedSession(from: AvroSource) {
  const items: EmittedSession[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readEmittedSession(from));
  return items;
}

function readEmittedSession(from: AvroSource): EmittedSession {
  return {
    startTime: from.long(),
    endTime: from.long(),
    digest: from.long(),
    compose: from.some() ? from.symbol(symbolsOfComposeMode) : null,
    mergedInto: from.longOrNull(),
    mergedAt: from.longOrNull(),
    rules: from.some() ? readKeptRules(from) : null,
    live: from.some() ? readLiveRecording(from) : null,
  };
}

function readLiveRecording(from: AvroSource): LiveRecording {
  return {
    state: from.symbol(symbolsOfLiveRecordingState),
    startedTime: from.longOrNull(),
    pausedTime: from.longOrNull(),
    resumedTime: from.longOrNull(),
    endedTime: from.longOrNull(),
    fileTime: from.longOrNull(),
  };
}

function readKeptRules(from: AvroSource): KeptRules {
  return {
    cycleMs: from.long(),
    disconnectDelayMs: from.long(),
    graceMs: from.long(),
    composeOverdueMs: from.long(),
    takeOver: from.booleanOrNull(),
  };
}

function readListOfStreamVideo(from: AvroSource) {
  const items: StreamVideo[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readStreamVideo(from));
  return items;
}

function readStreamVideo(from: AvroSource): StreamVideo {
  return {
    videoId: from.text(),
    kind: from.symbol(symbolsOfVideoKind),
    status: from.symbol(symbolsOfVideoStatus),
    removed: from.boolean(),
    startTime: from.longOrNull(),
    endTime: from.longOrNull(),
    recordedTime: from.longOrNull(),
    composeStartTime: from.longOrNull(),
    sourceReadyTime: from.longOrNull(),
    transcodedTime: from.longOrNull(),
    durationSeconds: from.doubleOrNull(),
    format: from.textOrNull(),
    composeJob: from.some() ? readStreamVideoComposeJob(from) : null,
    videoRevision: from.long(),
    region: from.textOrNull(),
    sourceOnly: from.symbol(symbolsOfSourceOnly),
    clip: from.some() ? readStreamVideoClip(from) : null,
  };
}

function readStreamVideoClip(from: AvroSource): StreamVideoClip {
  return {
    token: from.text(),
    state: from.symbol(symbolsOfClipFactState),
    errorCode: from.textOrNull(),
    from: from.long(),
    to: from.long(),
    title: from.text(),
    templateGroupId: from.textOrNull(),
    requestedAt: from.longOrNull(),
    parts: readListOfStreamVideoClipPart(from),
    errorMessage: from.textOrNull(),
    finishedAt: from.longOrNull(),
    plannedAt: from.longOrNull(),
    refusal: from.textOrNull(),
  };
}

function readListOfStreamVideoClipPart(from: AvroSource) {
  const items: StreamVideoClipPart[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readStreamVideoClipPart(from));
  return items;
}

function readStreamVideoClipPart(from: AvroSource): StreamVideoClipPart {
  return {
    videoId: from.text(),
    inSeconds: from.double(),
    outSeconds: from.doubleOrNull(),
  };
}

function readStreamVideoComposeJob(from: AvroSource): StreamVideoComposeJob {
  return {
    token: from.text(),
    state: from.symbol(symbolsOfComposeJobFactState),
    errorCode: from.textOrNull(),
  };
}

function readStreamRef(from: AvroSource): StreamRef {
  return {
    domainName: from.text(),
    appName: from.text(),
    streamName: from.text(),
  };
}
