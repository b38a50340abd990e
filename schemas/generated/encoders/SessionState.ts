// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import { type AvroSink, listOf } from '../../avro-sink.ts';
import type { SessionState, StreamRef, SessionSegment, SessionGap, SessionComposed, SessionComposition, LiveRecording, SessionClip, SessionClipPart } from '../SessionState.ts';

const symbolsOfSessionStatus: ReadonlyMap<string, number> = new Map([
  ['RECORDING', 0],
  ['ENDED', 1],
  ['COMPOSING', 2],
  ['COMPOSED', 3],
  ['TRANSCODING', 4],
  ['READY', 5],
  ['PARTIAL', 6],
  ['FAILED', 7],
  ['MERGED', 8],
]);

const symbolsOfVideoStatus: ReadonlyMap<string, number> = new Map([
  ['ANNOUNCED', 0],
  ['RECORDED', 1],
  ['SOURCE_READY', 2],
  ['TRANSCODING', 3],
  ['PLAYABLE', 4],
  ['TRANSCODED', 5],
  ['PARTIAL', 6],
  ['FAILED', 7],
  ['DELETED', 8],
]);

const symbolsOfCompositionReason: ReadonlyMap<string, number> = new Map([
  ['POLICY', 0],
  ['SEGMENT_LIMIT', 1],
  ['OVERDUE', 2],
]);

const symbolsOfCompositionState: ReadonlyMap<string, number> = new Map([
  ['PLANNED', 0],
  ['ACKNOWLEDGED', 1],
  ['DONE', 2],
  ['FAILED', 3],
  ['IN_DOUBT', 4],
]);

const symbolsOfLiveRecordingState: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['RECORDING', 1],
  ['PAUSED', 2],
  ['ENDED', 3],
]);

const symbolsOfClipState: ReadonlyMap<string, number> = new Map([
  ['PLANNED', 0],
  ['ACKNOWLEDGED', 1],
  ['DONE', 2],
  ['FAILED', 3],
  ['IN_DOUBT', 4],
  ['REFUSED', 5],
]);

const symbolsOfCompositionHold: ReadonlyMap<string, number> = new Map([
  ['SEGMENTS_AWAITED', 0],
  ['SEGMENTS_NOT_NORMAL', 1],
  ['TOO_MANY_SEGMENTS', 2],
]);

export function writeSessionState(out: AvroSink, value: SessionState): void {
  out.text(value.sessionId);
  writeStreamRef(out, value.stream);
  out.symbol(symbolsOfSessionStatus.get(value.status));
  out.long(value.startTime);
  out.longOrNull(value.endTime);
  {
    const items = listOf(value.segments);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSessionSegment(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.gaps);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSessionGap(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.composed);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSessionComposed(out, item);
    }
    out.end();
  }
  out.textOrNull(value.mergedInto);
  out.long(value.revision);
  out.longOrNull(value.closesAt);
  out.boolean(value.composeExpected);
  out.boolean(value.composeMissing);
  out.boolean(value.durationMismatch);
  out.boolean(value.segmentLimitExceeded);
  out.boolean(value.overlapping);
  out.boolean(value.truncated);
  out.boolean(value.settled);
  if (value.composition === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeSessionComposition(out, value.composition);
  }
  out.boolean(value.composedSurplus);
  out.boolean(value.timesBounded);
  if (value.liveRecording === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeLiveRecording(out, value.liveRecording);
  }
  {
    const items = listOf(value.clips);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSessionClip(out, item);
    }
    out.end();
  }
  if (value.compositionHold === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfCompositionHold.get(value.compositionHold));
  }
}

function writeSessionClip(out: AvroSink, value: SessionClip): void {
  out.text(value.token);
  out.symbol(symbolsOfClipState.get(value.state));
  out.long(value.from);
  out.long(value.to);
  out.text(value.title);
  out.textOrNull(value.templateGroupId);
  out.textOrNull(value.videoId);
  if (value.status === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfVideoStatus.get(value.status));
  }
  out.textOrNull(value.errorCode);
  out.longOrNull(value.requestedAt);
  {
    const items = listOf(value.parts);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSessionClipPart(out, item);
    }
    out.end();
  }
  out.textOrNull(value.errorMessage);
  out.longOrNull(value.plannedAt);
  out.longOrNull(value.finishedAt);
}

function writeSessionClipPart(out: AvroSink, value: SessionClipPart): void {
  out.text(value.videoId);
  out.double(value.inSeconds);
  out.doubleOrNull(value.outSeconds);
}

function writeLiveRecording(out: AvroSink, value: LiveRecording): void {
  out.symbol(symbolsOfLiveRecordingState.get(value.state));
  out.longOrNull(value.startedTime);
  out.longOrNull(value.pausedTime);
  out.longOrNull(value.resumedTime);
  out.longOrNull(value.endedTime);
  out.longOrNull(value.fileTime);
}

function writeSessionComposition(out: AvroSink, value: SessionComposition): void {
  out.text(value.token);
  out.symbol(symbolsOfCompositionReason.get(value.reason));
  out.symbol(symbolsOfCompositionState.get(value.state));
  out.textOrNull(value.mediaId);
  out.textOrNull(value.errorCode);
}

function writeSessionComposed(out: AvroSink, value: SessionComposed): void {
  out.text(value.videoId);
  out.symbol(symbolsOfVideoStatus.get(value.status));
  out.longOrNull(value.composeStartTime);
  out.longOrNull(value.sourceReadyTime);
  out.longOrNull(value.transcodedTime);
  out.textOrNull(value.format);
  out.booleanOrNull(value.durationMatches);
  out.boolean(value.ours);
}

function writeSessionGap(out: AvroSink, value: SessionGap): void {
  out.long(value.startTime);
  out.long(value.endTime);
}

function writeSessionSegment(out: AvroSink, value: SessionSegment): void {
  out.text(value.videoId);
  out.long(value.startTime);
  out.long(value.endTime);
  out.symbol(symbolsOfVideoStatus.get(value.status));
  out.textOrNull(value.format);
}

function writeStreamRef(out: AvroSink, value: StreamRef): void {
  out.text(value.domainName);
  out.text(value.appName);
  out.text(value.streamName);
}
