// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import { type AvroSink, listOf } from '../../avro-sink.ts';
import type { StreamState, StreamRef, StreamVideo, StreamVideoComposeJob, StreamVideoClip, StreamVideoClipPart, EmittedSession, KeptRules, LiveRecording, SettledSession, Composition, LiveEvent } from '../StreamState.ts';

const symbolsOfVideoKind: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['SEGMENT', 1],
  ['COMPOSED', 2],
  ['UPLOAD', 3],
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

const symbolsOfComposeJobFactState: ReadonlyMap<string, number> = new Map([
  ['ACKNOWLEDGED', 0],
  ['FAILED', 1],
  ['IN_DOUBT', 2],
]);

const symbolsOfSourceOnly: ReadonlyMap<string, number> = new Map([
  ['NO', 0],
  ['MEANWHILE', 1],
  ['FOR_GOOD', 2],
]);

const symbolsOfClipFactState: ReadonlyMap<string, number> = new Map([
  ['REQUESTED', 0],
  ['ACKNOWLEDGED', 1],
  ['FAILED', 2],
  ['IN_DOUBT', 3],
]);

const symbolsOfComposeMode: ReadonlyMap<string, number> = new Map([
  ['CLOUD', 0],
  ['PIPELINE', 1],
  ['NONE', 2],
]);

const symbolsOfLiveRecordingState: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['RECORDING', 1],
  ['PAUSED', 2],
  ['ENDED', 3],
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

const symbolsOfLiveRecordEvent: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['STARTED', 1],
  ['PAUSED', 2],
  ['RESUMED', 3],
  ['FILE', 4],
]);

export function writeStreamState(out: AvroSink, value: StreamState): void {
  writeStreamRef(out, value.stream);
  out.long(value.revision);
  out.long(value.clock);
  out.longOrNull(value.dueAt);
  out.longOrNull(value.settledThrough);
  {
    const items = listOf(value.videos);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeStreamVideo(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.sessions);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeEmittedSession(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.settled);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSettledSession(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.compositions);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeComposition(out, item);
    }
    out.end();
  }
  out.longOrNull(value.archivedBefore);
  out.int(value.archived);
  out.longOrNull(value.pointer);
  {
    const items = listOf(value.pages);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.long(item);
    }
    out.end();
  }
  out.boolean(value.reachesBack);
  {
    const items = listOf(value.liveEvents);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeLiveEvent(out, item);
    }
    out.end();
  }
  out.long(value.liveClock);
  out.longOrNull(value.liveDueAt);
}

function writeLiveEvent(out: AvroSink, value: LiveEvent): void {
  out.symbol(symbolsOfLiveRecordEvent.get(value.event));
  out.long(value.time);
  out.longOrNull(value.startTime);
  out.longOrNull(value.endTime);
}

function writeComposition(out: AvroSink, value: Composition): void {
  out.long(value.sessionStart);
  out.text(value.token);
  out.int(value.generation);
  out.symbol(symbolsOfCompositionReason.get(value.reason));
  out.symbol(symbolsOfCompositionState.get(value.state));
  out.long(value.plannedAt);
  out.textOrNull(value.mediaId);
  out.textOrNull(value.errorCode);
  {
    const items = listOf(value.files);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.long(item);
    }
    out.end();
  }
}

function writeSettledSession(out: AvroSink, value: SettledSession): void {
  out.long(value.startTime);
  out.long(value.lastActivity);
  {
    const items = listOf(value.composed);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
}

function writeEmittedSession(out: AvroSink, value: EmittedSession): void {
  out.long(value.startTime);
  out.long(value.endTime);
  out.long(value.digest);
  if (value.compose === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfComposeMode.get(value.compose));
  }
  out.longOrNull(value.mergedInto);
  out.longOrNull(value.mergedAt);
  if (value.rules === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeKeptRules(out, value.rules);
  }
  if (value.live === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeLiveRecording(out, value.live);
  }
}

function writeLiveRecording(out: AvroSink, value: LiveRecording): void {
  out.symbol(symbolsOfLiveRecordingState.get(value.state));
  out.longOrNull(value.startedTime);
  out.longOrNull(value.pausedTime);
  out.longOrNull(value.resumedTime);
  out.longOrNull(value.endedTime);
  out.longOrNull(value.fileTime);
}

function writeKeptRules(out: AvroSink, value: KeptRules): void {
  out.long(value.cycleMs);
  out.long(value.disconnectDelayMs);
  out.long(value.graceMs);
  out.long(value.composeOverdueMs);
  out.booleanOrNull(value.takeOver);
}

function writeStreamVideo(out: AvroSink, value: StreamVideo): void {
  out.text(value.videoId);
  out.symbol(symbolsOfVideoKind.get(value.kind));
  out.symbol(symbolsOfVideoStatus.get(value.status));
  out.boolean(value.removed);
  out.longOrNull(value.startTime);
  out.longOrNull(value.endTime);
  out.longOrNull(value.recordedTime);
  out.longOrNull(value.composeStartTime);
  out.longOrNull(value.sourceReadyTime);
  out.longOrNull(value.transcodedTime);
  out.doubleOrNull(value.durationSeconds);
  out.textOrNull(value.format);
  if (value.composeJob === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStreamVideoComposeJob(out, value.composeJob);
  }
  out.long(value.videoRevision);
  out.textOrNull(value.region);
  out.symbol(symbolsOfSourceOnly.get(value.sourceOnly));
  if (value.clip === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStreamVideoClip(out, value.clip);
  }
}

function writeStreamVideoClip(out: AvroSink, value: StreamVideoClip): void {
  out.text(value.token);
  out.symbol(symbolsOfClipFactState.get(value.state));
  out.textOrNull(value.errorCode);
  out.long(value.from);
  out.long(value.to);
  out.text(value.title);
  out.textOrNull(value.templateGroupId);
  out.longOrNull(value.requestedAt);
  {
    const items = listOf(value.parts);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeStreamVideoClipPart(out, item);
    }
    out.end();
  }
  out.textOrNull(value.errorMessage);
  out.longOrNull(value.finishedAt);
  out.longOrNull(value.plannedAt);
  out.textOrNull(value.refusal);
}

function writeStreamVideoClipPart(out: AvroSink, value: StreamVideoClipPart): void {
  out.text(value.videoId);
  out.double(value.inSeconds);
  out.doubleOrNull(value.outSeconds);
}

function writeStreamVideoComposeJob(out: AvroSink, value: StreamVideoComposeJob): void {
  out.text(value.token);
  out.symbol(symbolsOfComposeJobFactState.get(value.state));
  out.textOrNull(value.errorCode);
}

function writeStreamRef(out: AvroSink, value: StreamRef): void {
  out.text(value.domainName);
  out.text(value.appName);
  out.text(value.streamName);
}
