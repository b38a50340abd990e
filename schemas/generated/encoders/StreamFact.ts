// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import { type AvroSink, listOf } from '../../avro-sink.ts';
import type { StreamFact, StreamRef, Recording, ComposeJobFact, LiveRecordFact, ClipFact, ClipFactPart } from '../StreamFact.ts';

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

const symbolsOfLiveRecordEvent: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['STARTED', 1],
  ['PAUSED', 2],
  ['RESUMED', 3],
  ['FILE', 4],
]);

const symbolsOfClipFactState: ReadonlyMap<string, number> = new Map([
  ['REQUESTED', 0],
  ['ACKNOWLEDGED', 1],
  ['FAILED', 2],
  ['IN_DOUBT', 3],
]);

const symbolsOfSourceOnly: ReadonlyMap<string, number> = new Map([
  ['NO', 0],
  ['MEANWHILE', 1],
  ['FOR_GOOD', 2],
]);

export function writeStreamFact(out: AvroSink, value: StreamFact): void {
  out.text(value.videoId);
  writeStreamRef(out, value.stream);
  out.symbol(symbolsOfVideoKind.get(value.kind));
  out.symbol(symbolsOfVideoStatus.get(value.status));
  if (value.recording === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeRecording(out, value.recording);
  }
  out.longOrNull(value.recordedTime);
  out.longOrNull(value.composeStartTime);
  out.longOrNull(value.sourceReadyTime);
  out.longOrNull(value.firstPlayableTime);
  out.longOrNull(value.transcodedTime);
  out.doubleOrNull(value.durationSeconds);
  out.textOrNull(value.format);
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
  out.boolean(value.removed);
  out.long(value.videoRevision);
  if (value.composeJob === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeComposeJobFact(out, value.composeJob);
  }
  out.textOrNull(value.region);
  if (value.live === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeLiveRecordFact(out, value.live);
  }
  if (value.clip === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeClipFact(out, value.clip);
  }
  out.symbol(symbolsOfSourceOnly.get(value.sourceOnly));
}

function writeClipFact(out: AvroSink, value: ClipFact): void {
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
      writeClipFactPart(out, item);
    }
    out.end();
  }
  out.textOrNull(value.errorMessage);
  out.longOrNull(value.finishedAt);
}

function writeClipFactPart(out: AvroSink, value: ClipFactPart): void {
  out.text(value.videoId);
  out.double(value.inSeconds);
  out.doubleOrNull(value.outSeconds);
}

function writeLiveRecordFact(out: AvroSink, value: LiveRecordFact): void {
  out.symbol(symbolsOfLiveRecordEvent.get(value.event));
  out.long(value.time);
  out.longOrNull(value.startTime);
  out.longOrNull(value.endTime);
}

function writeComposeJobFact(out: AvroSink, value: ComposeJobFact): void {
  out.text(value.token);
  out.symbol(symbolsOfComposeJobFactState.get(value.state));
  out.textOrNull(value.errorCode);
}

function writeRecording(out: AvroSink, value: Recording): void {
  out.longOrNull(value.startTime);
  out.longOrNull(value.endTime);
}

function writeStreamRef(out: AvroSink, value: StreamRef): void {
  out.text(value.domainName);
  out.text(value.appName);
  out.text(value.streamName);
}
