// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import type { AvroSource } from '../../avro-source.ts';
import type { TranscodeJob, StreamRef, Step, TranscodeOrder, AuditOrder, SnapshotOrder, CoverOrder, WorkflowOrder, DnaOrder, TagsOrder } from '../TranscodeJob.ts';

const symbolsOfJobPurpose = ['SEGMENT', 'COMPOSED', 'UPLOAD'] as const;

const symbolsOfStepKind = ['AUDIT', 'SNAPSHOT'] as const;

export function readTranscodeJob(from: AvroSource): TranscodeJob {
  return {
    token: from.text(),
    videoId: from.text(),
    purpose: from.symbol(symbolsOfJobPurpose),
    generation: from.int(),
    templateGroupId: from.text(),
    priority: from.intOrNull(),
    stream: from.some() ? readStreamRef(from) : null,
    plannedAt: from.long(),
    region: from.textOrNull(),
    step: from.some() ? readStep(from) : null,
    order: readTranscodeJobOrder(from),
  };
}

function readTranscodeJobOrder(from: AvroSource) {
  switch (from.branch()) {
    case 0:
      return null;
    case 1:
      return { 'live2vod.TranscodeOrder': readTranscodeOrder(from) };
    case 2:
      return { 'live2vod.AuditOrder': readAuditOrder(from) };
    case 3:
      return { 'live2vod.SnapshotOrder': readSnapshotOrder(from) };
    case 4:
      return { 'live2vod.CoverOrder': readCoverOrder(from) };
    case 5:
      return { 'live2vod.WorkflowOrder': readWorkflowOrder(from) };
    case 6:
      return { 'live2vod.DnaOrder': readDnaOrder(from) };
    case 7:
      return { 'live2vod.TagsOrder': readTagsOrder(from) };
    default:
      throw new RangeError('no branch of the union');
  }
}

function readTagsOrder(from: AvroSource): TagsOrder {
  return {
    analyseTypes: readListOfString(from),
  };
}

function readListOfString(from: AvroSource) {
  const items: string[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(from.text());
  return items;
}

function readDnaOrder(from: AvroSource): DnaOrder {
  return {
    dnaDbId: from.textOrNull(),
  };
}

function readWorkflowOrder(from: AvroSource): WorkflowOrder {
  return {
    workflowId: from.text(),
  };
}

function readCoverOrder(from: AvroSource): CoverOrder {
  return {
    coverUrl: from.text(),
  };
}

function readSnapshotOrder(from: AvroSource): SnapshotOrder {
  return {
    templateId: from.textOrNull(),
    offsetMs: from.longOrNull(),
  };
}

function readAuditOrder(from: AvroSource): AuditOrder {
  return {
    templateId: from.textOrNull(),
  };
}

function readTranscodeOrder(from: AvroSource): TranscodeOrder {
  return {
    templateGroupId: from.text(),
    priority: from.intOrNull(),
  };
}

function readStep(from: AvroSource): Step {
  return {
    kind: from.symbol(symbolsOfStepKind),
    templateId: from.textOrNull(),
    offsetMs: from.longOrNull(),
  };
}

function readStreamRef(from: AvroSource): StreamRef {
  return {
    domainName: from.text(),
    appName: from.text(),
    streamName: from.text(),
  };
}
