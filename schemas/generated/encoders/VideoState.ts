// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import { type AvroSink, listOf } from '../../avro-sink.ts';
import type { VideoState, StreamRef, Recording, Storage, SimilarVideo, VideoTag, TimelineEntry, Rendition, JobLedgerEntry, StepLedgerEntry, NotStarted, RetiredSummary, EventOrder, LaneCut, Fact, JobFact, FactClip, FactClipPart, Contradiction, StorageFact, SnapshotFact, ContentFact, WorkflowFact } from '../VideoState.ts';

const symbolsOfVideoKind: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['SEGMENT', 1],
  ['COMPOSED', 2],
  ['UPLOAD', 3],
]);

const symbolsOfSubjectKind: ReadonlyMap<string, number> = new Map([
  ['VIDEO', 0],
  ['IMAGE', 1],
  ['ATTACHED_MEDIA', 2],
  ['JOB', 3],
  ['COMPOSITION', 4],
  ['UNKNOWN', 5],
  ['MEDIA', 6],
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

const symbolsOfAuditStatus: ReadonlyMap<string, number> = new Map([
  ['PASS', 0],
  ['REVIEW', 1],
  ['BLOCKED', 2],
]);

const symbolsOfRenditionStatus: ReadonlyMap<string, number> = new Map([
  ['SUBMITTED', 0],
  ['SUCCESS', 1],
  ['FAIL', 2],
]);

const symbolsOfJobPurpose: ReadonlyMap<string, number> = new Map([
  ['SEGMENT', 0],
  ['COMPOSED', 1],
  ['UPLOAD', 2],
]);

const symbolsOfJobDecision: ReadonlyMap<string, number> = new Map([
  ['CLOUD', 0],
  ['PIPELINE', 1],
  ['APPROVAL', 2],
]);

const symbolsOfJobState: ReadonlyMap<string, number> = new Map([
  ['DECIDED', 0],
  ['AWAITING_APPROVAL', 1],
  ['PLANNED', 2],
  ['SUBMITTED', 3],
  ['ACKNOWLEDGED', 4],
  ['DONE', 5],
  ['FAILED', 6],
  ['IN_DOUBT', 7],
]);

const symbolsOfJobHold: ReadonlyMap<string, number> = new Map([
  ['AUDIT', 0],
  ['REVIEW', 1],
  ['BLOCKED', 2],
  ['PASSED', 3],
]);

const symbolsOfStepKind: ReadonlyMap<string, number> = new Map([
  ['AUDIT', 0],
  ['SNAPSHOT', 1],
  ['COVER', 2],
  ['DNA', 3],
  ['TAGS', 4],
]);

const symbolsOfStepState: ReadonlyMap<string, number> = new Map([
  ['PLANNED', 0],
  ['ACKNOWLEDGED', 1],
  ['DONE', 2],
  ['FAILED', 3],
  ['IN_DOUBT', 4],
]);

const symbolsOfFactKind: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', 0],
  ['RECORDED', 1],
  ['COMPOSE_START', 2],
  ['SOURCE_READY', 3],
  ['STREAM_TRANSCODED', 4],
  ['TRANSCODED', 5],
  ['SNAPSHOT', 6],
  ['SOURCE_ANALYSED', 7],
  ['UPLOADED_BY_URL', 8],
  ['MACHINE_AUDIT', 9],
  ['MANUAL_AUDIT', 10],
  ['DELETED', 11],
  ['PRODUCED', 12],
  ['OTHER', 13],
  ['TRANSCODE_REQUESTED', 14],
  ['JOB_SUBMITTED', 15],
  ['JOB_ACKNOWLEDGED', 16],
  ['JOB_FAILED', 17],
  ['JOB_IN_DOUBT', 18],
  ['COMPOSE_ACKNOWLEDGED', 19],
  ['COMPOSE_FAILED', 20],
  ['COMPOSE_IN_DOUBT', 21],
  ['OBSERVED', 22],
]);

const symbolsOfDeleteType: ReadonlyMap<string, number> = new Map([
  ['ALL', 0],
  ['MEZZANINE', 1],
  ['STREAM', 2],
]);

export function writeVideoState(out: AvroSink, value: VideoState): void {
  out.text(value.videoId);
  out.symbol(symbolsOfVideoKind.get(value.kind));
  out.symbol(symbolsOfSubjectKind.get(value.subject));
  out.symbol(symbolsOfVideoStatus.get(value.status));
  if (value.stream === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStreamRef(out, value.stream);
  }
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
  out.longOrNull(value.deletedTime);
  out.textOrNull(value.coverUrl);
  out.textOrNull(value.sourceUrl);
  out.boolean(value.sourceGone);
  out.booleanOrNull(value.sourcePlays);
  out.longOrNull(value.sizeBytes);
  out.doubleOrNull(value.durationSeconds);
  if (value.storage === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStorage(out, value.storage);
  }
  {
    const items = listOf(value.similarVideos);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSimilarVideo(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.tags);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeVideoTag(out, item);
    }
    out.end();
  }
  if (value.auditStatus === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfAuditStatus.get(value.auditStatus));
  }
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
  out.textOrNull(value.region);
  {
    const items = listOf(value.timeline);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeTimelineEntry(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.renditions);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeRendition(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.jobs);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeJobLedgerEntry(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.steps);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeStepLedgerEntry(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.notStarted);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeNotStarted(out, item);
    }
    out.end();
  }
  out.long(value.revision);
  out.boolean(value.truncated);
  out.boolean(value.retired);
  out.longOrNull(value.retiredAt);
  out.boolean(value.afterRetirement);
  if (value.retiredSummary === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeRetiredSummary(out, value.retiredSummary);
  }
  if (value.cutoff === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeEventOrder(out, value.cutoff);
  }
  {
    const items = listOf(value.cuts);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeLaneCut(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.facts);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeFact(out, item);
    }
    out.end();
  }
}

function writeFact(out: AvroSink, value: Fact): void {
  out.symbol(symbolsOfFactKind.get(value.kind));
  if (value.stream === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStreamRef(out, value.stream);
  }
  if (value.recording === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeRecording(out, value.recording);
  }
  out.textOrNull(value.fileUrl);
  out.textOrNull(value.coverUrl);
  out.longOrNull(value.sizeBytes);
  out.doubleOrNull(value.durationSeconds);
  out.textOrNull(value.errorMessage);
  if (value.audit === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfAuditStatus.get(value.audit));
  }
  if (value.deletion === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfDeleteType.get(value.deletion));
  }
  {
    const items = listOf(value.outputs);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeRendition(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.listed);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.int(item);
    }
    out.end();
  }
  {
    const items = listOf(value.jobIds);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
  if (value.job === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeJobFact(out, value.job);
  }
  out.textOrNull(value.region);
  if (value.contradiction === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeContradiction(out, value.contradiction);
  }
  if (value.subject === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfSubjectKind.get(value.subject));
  }
  if (value.storage === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStorageFact(out, value.storage);
  }
  if (value.snapshot === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeSnapshotFact(out, value.snapshot);
  }
  if (value.content === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeContentFact(out, value.content);
  }
  if (value.workflow === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeWorkflowFact(out, value.workflow);
  }
}

function writeWorkflowFact(out: AvroSink, value: WorkflowFact): void {
  out.textOrNull(value.taskId);
  out.textOrNull(value.workflowId);
}

function writeContentFact(out: AvroSink, value: ContentFact): void {
  out.boolean(value.tagged);
  {
    const items = listOf(value.similarVideos);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeSimilarVideo(out, item);
    }
    out.end();
  }
  {
    const items = listOf(value.tags);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeVideoTag(out, item);
    }
    out.end();
  }
}

function writeSnapshotFact(out: AvroSink, value: SnapshotFact): void {
  out.boolean(value.named);
  out.textOrNull(value.pictureUrl);
}

function writeStorageFact(out: AvroSink, value: StorageFact): void {
  out.boolean(value.restored);
  out.textOrNull(value.storageClass);
  out.textOrNull(value.scope);
  out.longOrNull(value.restoredUntil);
}

function writeContradiction(out: AvroSink, value: Contradiction): void {
  out.boolean(value.callback);
  {
    const items = listOf(value.digests);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
}

function writeJobFact(out: AvroSink, value: JobFact): void {
  out.textOrNull(value.token);
  out.int(value.attempt);
  out.textOrNull(value.taskId);
  out.textOrNull(value.templateGroupId);
  out.intOrNull(value.priority);
  if (value.clip === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeFactClip(out, value.clip);
  }
}

function writeFactClip(out: AvroSink, value: FactClip): void {
  out.long(value.from);
  out.long(value.to);
  out.text(value.title);
  {
    const items = listOf(value.parts);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeFactClipPart(out, item);
    }
    out.end();
  }
}

function writeFactClipPart(out: AvroSink, value: FactClipPart): void {
  out.text(value.videoId);
  out.double(value.inSeconds);
  out.doubleOrNull(value.outSeconds);
}

function writeLaneCut(out: AvroSink, value: LaneCut): void {
  out.text(value.lane);
  out.int(value.tier);
  out.long(value.eventTime);
  out.int(value.rank);
  out.text(value.eventId);
}

function writeEventOrder(out: AvroSink, value: EventOrder): void {
  out.long(value.eventTime);
  out.int(value.rank);
  out.text(value.eventId);
}

function writeRetiredSummary(out: AvroSink, value: RetiredSummary): void {
  out.symbol(symbolsOfVideoKind.get(value.kind));
  out.symbol(symbolsOfVideoStatus.get(value.status));
  if (value.stream === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStreamRef(out, value.stream);
  }
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
  out.longOrNull(value.deletedTime);
  out.textOrNull(value.coverUrl);
  out.textOrNull(value.sourceUrl);
  out.boolean(value.sourceGone);
  out.longOrNull(value.sizeBytes);
  out.doubleOrNull(value.durationSeconds);
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
  out.textOrNull(value.region);
  if (value.machineAudit === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfAuditStatus.get(value.machineAudit));
  }
  if (value.manualAudit === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfAuditStatus.get(value.manualAudit));
  }
  out.textOrNull(value.auditMessage);
}

function writeNotStarted(out: AvroSink, value: NotStarted): void {
  out.textOrNull(value.requestId);
  out.text(value.reason);
  out.long(value.causeTime);
  out.long(value.decidedAt);
  out.textOrNull(value.policy);
}

function writeStepLedgerEntry(out: AvroSink, value: StepLedgerEntry): void {
  out.text(value.token);
  out.symbol(symbolsOfStepKind.get(value.kind));
  out.symbol(symbolsOfStepState.get(value.state));
  out.textOrNull(value.policy);
  out.long(value.plannedAt);
  out.longOrNull(value.acknowledgedAt);
  out.longOrNull(value.finishedAt);
  out.textOrNull(value.jobId);
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
  out.textOrNull(value.pictureUrl);
}

function writeJobLedgerEntry(out: AvroSink, value: JobLedgerEntry): void {
  out.text(value.token);
  out.symbol(symbolsOfJobPurpose.get(value.purpose));
  out.int(value.generation);
  out.symbol(symbolsOfJobDecision.get(value.decision));
  out.symbol(symbolsOfJobState.get(value.state));
  out.textOrNull(value.templateGroupId);
  out.intOrNull(value.priority);
  out.textOrNull(value.policy);
  out.textOrNull(value.requestId);
  out.long(value.decidedAt);
  out.longOrNull(value.plannedAt);
  out.int(value.attempt);
  out.longOrNull(value.submittedAt);
  out.longOrNull(value.acknowledgedAt);
  out.longOrNull(value.finishedAt);
  out.textOrNull(value.taskId);
  {
    const items = listOf(value.jobIds);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
  if (value.hold === null) {
    out.branch(0);
  } else {
    out.branch(1);
    out.symbol(symbolsOfJobHold.get(value.hold));
  }
  out.boolean(value.leftAsIs);
  out.textOrNull(value.workflowId);
}

function writeRendition(out: AvroSink, value: Rendition): void {
  out.textOrNull(value.jobId);
  out.textOrNull(value.definition);
  out.textOrNull(value.format);
  out.symbol(symbolsOfRenditionStatus.get(value.status));
  out.textOrNull(value.fileUrl);
  out.doubleOrNull(value.bitrateKbps);
  out.doubleOrNull(value.fps);
  out.intOrNull(value.width);
  out.intOrNull(value.height);
  out.doubleOrNull(value.durationSeconds);
  out.longOrNull(value.sizeBytes);
  out.booleanOrNull(value.encrypted);
  out.longOrNull(value.startTime);
  out.longOrNull(value.finishTime);
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
  out.boolean(value.audioOnly);
  out.boolean(value.superseded);
}

function writeTimelineEntry(out: AvroSink, value: TimelineEntry): void {
  out.text(value.eventId);
  out.text(value.eventType);
  out.long(value.eventTime);
  out.long(value.receivedAt);
  out.textOrNull(value.status);
  out.text(value.source);
  out.textOrNull(value.jobId);
  out.textOrNull(value.errorCode);
  {
    const items = listOf(value.implausible);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
}

function writeVideoTag(out: AvroSink, value: VideoTag): void {
  out.text(value.category);
  out.text(value.name);
  out.int(value.seen);
}

function writeSimilarVideo(out: AvroSink, value: SimilarVideo): void {
  out.text(value.videoId);
  out.doubleOrNull(value.similarity);
}

function writeStorage(out: AvroSink, value: Storage): void {
  out.textOrNull(value.storageClass);
  out.textOrNull(value.scope);
  out.longOrNull(value.changedTime);
  out.longOrNull(value.restoredTime);
  out.longOrNull(value.restoredUntil);
  out.textOrNull(value.errorCode);
  out.textOrNull(value.errorMessage);
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
