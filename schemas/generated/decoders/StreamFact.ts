// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import type { AvroSource } from '../../avro-source.ts';
import type { StreamFact, StreamRef, Recording, ComposeJobFact, LiveRecordFact, ClipFact, ClipFactPart } from '../StreamFact.ts';

const symbolsOfVideoKind = ['UNKNOWN', 'SEGMENT', 'COMPOSED', 'UPLOAD'] as const;

const symbolsOfVideoStatus = ['ANNOUNCED', 'RECORDED', 'SOURCE_READY', 'TRANSCODING', 'PLAYABLE', 'TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED'] as const;

const symbolsOfComposeJobFactState = ['ACKNOWLEDGED', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfLiveRecordEvent = ['UNKNOWN', 'STARTED', 'PAUSED', 'RESUMED', 'FILE'] as const;

const symbolsOfClipFactState = ['REQUESTED', 'ACKNOWLEDGED', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfSourceOnly = ['NO', 'MEANWHILE', 'FOR_GOOD'] as const;

export function readStreamFact(from: AvroSource): StreamFact {
  return {
    videoId: from.text(),
    stream: readStreamRef(from),
    kind: from.symbol(symbolsOfVideoKind),
    status: from.symbol(symbolsOfVideoStatus),
    recording: from.some() ? readRecording(from) : null,
    recordedTime: from.longOrNull(),
    composeStartTime: from.longOrNull(),
    sourceReadyTime: from.longOrNull(),
    firstPlayableTime: from.longOrNull(),
    transcodedTime: from.longOrNull(),
    durationSeconds: from.doubleOrNull(),
    format: from.textOrNull(),
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
    removed: from.boolean(),
    videoRevision: from.long(),
    composeJob: from.some() ? readComposeJobFact(from) : null,
    region: from.textOrNull(),
    live: from.some() ? readLiveRecordFact(from) : null,
    clip: from.some() ? readClipFact(from) : null,
    sourceOnly: from.symbol(symbolsOfSourceOnly),
  };
}

function readClipFact(from: AvroSource): ClipFact {
  return {
    token: from.text(),
    state: from.symbol(symbolsOfClipFactState),
    errorCode: from.textOrNull(),
    from: from.long(),
    to: from.long(),
    title: from.text(),
    templateGroupId: from.textOrNull(),
    requestedAt: from.longOrNull(),
    parts: readListOfClipFactPart(from),
    errorMessage: from.textOrNull(),
    finishedAt: from.longOrNull(),
  };
}

function readListOfClipFactPart(from: AvroSource) {
  const items: ClipFactPart[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readClipFactPart(from));
  return items;
}

function readClipFactPart(from: AvroSource): ClipFactPart {
  return {
    videoId: from.text(),
    inSeconds: from.double(),
    outSeconds: from.doubleOrNull(),
  };
}

function readLiveRecordFact(from: AvroSource): LiveRecordFact {
  return {
    event: from.symbol(symbolsOfLiveRecordEvent),
    time: from.long(),
    startTime: from.longOrNull(),
    endTime: from.longOrNull(),
  };
}

function readComposeJobFact(from: AvroSource): ComposeJobFact {
  return {
    token: from.text(),
    state: from.symbol(symbolsOfComposeJobFactState),
    errorCode: from.textOrNull(),
  };
}

function readRecording(from: AvroSource): Recording {
  return {
    startTime: from.longOrNull(),
    endTime: from.longOrNull(),
  };
}

function readStreamRef(from: AvroSource): StreamRef {
  return {
    domainName: from.text(),
    appName: from.text(),
    streamName: from.text(),
  };
}
