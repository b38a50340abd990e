// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import { type AvroSink, listOf } from '../../avro-sink.ts';
import type { TranscodeJob, StreamRef, Step, TranscodeOrder, AuditOrder, SnapshotOrder, CoverOrder, WorkflowOrder, DnaOrder, TagsOrder } from '../TranscodeJob.ts';

const symbolsOfJobPurpose: ReadonlyMap<string, number> = new Map([
  ['SEGMENT', 0],
  ['COMPOSED', 1],
  ['UPLOAD', 2],
]);

const symbolsOfStepKind: ReadonlyMap<string, number> = new Map([
  ['AUDIT', 0],
  ['SNAPSHOT', 1],
]);

export function writeTranscodeJob(out: AvroSink, value: TranscodeJob): void {
  out.text(value.token);
  out.text(value.videoId);
  out.symbol(symbolsOfJobPurpose.get(value.purpose));
  out.int(value.generation);
  out.text(value.templateGroupId);
  out.intOrNull(value.priority);
  if (value.stream === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStreamRef(out, value.stream);
  }
  out.long(value.plannedAt);
  out.textOrNull(value.region);
  if (value.step === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeStep(out, value.step);
  }
  if (value.order === null) {
    out.branch(0);
  } else if ('live2vod.TranscodeOrder' in value.order) {
    out.branch(1);
    writeTranscodeOrder(out, value.order['live2vod.TranscodeOrder']);
  } else if ('live2vod.AuditOrder' in value.order) {
    out.branch(2);
    writeAuditOrder(out, value.order['live2vod.AuditOrder']);
  } else if ('live2vod.SnapshotOrder' in value.order) {
    out.branch(3);
    writeSnapshotOrder(out, value.order['live2vod.SnapshotOrder']);
  } else if ('live2vod.CoverOrder' in value.order) {
    out.branch(4);
    writeCoverOrder(out, value.order['live2vod.CoverOrder']);
  } else if ('live2vod.WorkflowOrder' in value.order) {
    out.branch(5);
    writeWorkflowOrder(out, value.order['live2vod.WorkflowOrder']);
  } else if ('live2vod.DnaOrder' in value.order) {
    out.branch(6);
    writeDnaOrder(out, value.order['live2vod.DnaOrder']);
  } else if ('live2vod.TagsOrder' in value.order) {
    out.branch(7);
    writeTagsOrder(out, value.order['live2vod.TagsOrder']);
  } else {
    throw new TypeError('no branch of the union');
  }
}

function writeTagsOrder(out: AvroSink, value: TagsOrder): void {
  {
    const items = listOf(value.analyseTypes);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
}

function writeDnaOrder(out: AvroSink, value: DnaOrder): void {
  out.textOrNull(value.dnaDbId);
}

function writeWorkflowOrder(out: AvroSink, value: WorkflowOrder): void {
  out.text(value.workflowId);
}

function writeCoverOrder(out: AvroSink, value: CoverOrder): void {
  out.text(value.coverUrl);
}

function writeSnapshotOrder(out: AvroSink, value: SnapshotOrder): void {
  out.textOrNull(value.templateId);
  out.longOrNull(value.offsetMs);
}

function writeAuditOrder(out: AvroSink, value: AuditOrder): void {
  out.textOrNull(value.templateId);
}

function writeTranscodeOrder(out: AvroSink, value: TranscodeOrder): void {
  out.text(value.templateGroupId);
  out.intOrNull(value.priority);
}

function writeStep(out: AvroSink, value: Step): void {
  out.symbol(symbolsOfStepKind.get(value.kind));
  out.textOrNull(value.templateId);
  out.longOrNull(value.offsetMs);
}

function writeStreamRef(out: AvroSink, value: StreamRef): void {
  out.text(value.domainName);
  out.text(value.appName);
  out.text(value.streamName);
}
