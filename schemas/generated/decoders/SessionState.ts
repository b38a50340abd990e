// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import type { AvroSource } from '../../avro-source.ts';
import type { SessionState, StreamRef, SessionSegment, SessionGap, SessionComposed, SessionComposition, LiveRecording, SessionClip, SessionClipPart } from '../SessionState.ts';

const symbolsOfSessionStatus = ['RECORDING', 'ENDED', 'COMPOSING', 'COMPOSED', 'TRANSCODING', 'READY', 'PARTIAL', 'FAILED', 'MERGED'] as const;

const symbolsOfVideoStatus = ['ANNOUNCED', 'RECORDED', 'SOURCE_READY', 'TRANSCODING', 'PLAYABLE', 'TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED'] as const;

const symbolsOfCompositionReason = ['POLICY', 'SEGMENT_LIMIT', 'OVERDUE'] as const;

const symbolsOfCompositionState = ['PLANNED', 'ACKNOWLEDGED', 'DONE', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfLiveRecordingState = ['UNKNOWN', 'RECORDING', 'PAUSED', 'ENDED'] as const;

const symbolsOfClipState = ['PLANNED', 'ACKNOWLEDGED', 'DONE', 'FAILED', 'IN_DOUBT', 'REFUSED'] as const;

const symbolsOfCompositionHold = ['SEGMENTS_AWAITED', 'SEGMENTS_NOT_NORMAL', 'TOO_MANY_SEGMENTS'] as const;

export function readSessionState(from: AvroSource): SessionState {
  return {
    sessionId: from.text(),
    stream: readStreamRef(from),
    status: from.symbol(symbolsOfSessionStatus),
    startTime: from.long(),
    endTime: from.longOrNull(),
    segments: readListOfSessionSegment(from),
    gaps: readListOfSessionGap(from),
    composed: readListOfSessionComposed(from),
    mergedInto: from.textOrNull(),
    revision: from.long(),
    closesAt: from.longOrNull(),
    composeExpected: from.boolean(),
    composeMissing: from.boolean(),
    durationMismatch: from.boolean(),
    segmentLimitExceeded: from.boolean(),
    overlapping: from.boolean(),
    truncated: from.boolean(),
    settled: from.boolean(),
    composition: from.some() ? readSessionComposition(from) : null,
    composedSurplus: from.boolean(),
    timesBounded: from.boolean(),
    liveRecording: from.some() ? readLiveRecording(from) : null,
    clips: readListOfSessionClip(from),
    compositionHold: from.some() ? from.symbol(symbolsOfCompositionHold) : null,
  };
}

function readListOfSessionClip(from: AvroSource) {
  const items: SessionClip[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSessionClip(from));
  return items;
}

function readSessionClip(from: AvroSource): SessionClip {
  return {
    token: from.text(),
    state: from.symbol(symbolsOfClipState),
    from: from.long(),
    to: from.long(),
    title: from.text(),
    templateGroupId: from.textOrNull(),
    videoId: from.textOrNull(),
    status: from.some() ? from.symbol(symbolsOfVideoStatus) : null,
    errorCode: from.textOrNull(),
    requestedAt: from.longOrNull(),
    parts: readListOfSessionClipPart(from),
    errorMessage: from.textOrNull(),
    plannedAt: from.longOrNull(),
    finishedAt: from.longOrNull(),
  };
}

function readListOfSessionClipPart(from: AvroSource) {
  const items: SessionClipPart[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSessionClipPart(from));
  return items;
}

function readSessionClipPart(from: AvroSource): SessionClipPart {
  return {
    videoId: from.text(),
    inSeconds: from.double(),
    outSeconds: from.doubleOrNull(),
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

function readSessionComposition(from: AvroSource): SessionComposition {
  return {
    token: from.text(),
    reason: from.symbol(symbolsOfCompositionReason),
    state: from.symbol(symbolsOfCompositionState),
    mediaId: from.textOrNull(),
    errorCode: from.textOrNull(),
  };
}

function readListOfSessionComposed(from: AvroSource) {
  const items: SessionComposed[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSessionComposed(from));
  return items;
}

function readSessionComposed(from: AvroSource): SessionComposed {
  return {
    videoId: from.text(),
    status: from.symbol(symbolsOfVideoStatus),
    composeStartTime: from.longOrNull(),
    sourceReadyTime: from.longOrNull(),
    transcodedTime: from.longOrNull(),
    format: from.textOrNull(),
    durationMatches: from.booleanOrNull(),
    ours: from.boolean(),
  };
}

function readListOfSessionGap(from: AvroSource) {
  const items: SessionGap[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSessionGap(from));
  return items;
}

function readSessionGap(from: AvroSource): SessionGap {
  return {
    startTime: from.long(),
    endTime: from.long(),
  };
}

function readListOfSessionSegment(from: AvroSource) {
  const items: SessionSegment[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSessionSegment(from));
  return items;
}

function readSessionSegment(from: AvroSource): SessionSegment {
  return {
    videoId: from.text(),
    startTime: from.long(),
    endTime: from.long(),
    status: from.symbol(symbolsOfVideoStatus),
    format: from.textOrNull(),
  };
}

function readStreamRef(from: AvroSource): StreamRef {
  return {
    domainName: from.text(),
    appName: from.text(),
    streamName: from.text(),
  };
}
