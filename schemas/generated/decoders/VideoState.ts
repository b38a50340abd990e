// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import type { AvroSource } from '../../avro-source.ts';
import type { VideoState, StreamRef, Recording, Storage, SimilarVideo, VideoTag, TimelineEntry, Rendition, JobLedgerEntry, StepLedgerEntry, NotStarted, RetiredSummary, EventOrder, LaneCut, Fact, JobFact, FactClip, FactClipPart, Contradiction, StorageFact, SnapshotFact, ContentFact, WorkflowFact } from '../VideoState.ts';

const symbolsOfVideoKind = ['UNKNOWN', 'SEGMENT', 'COMPOSED', 'UPLOAD'] as const;

const symbolsOfSubjectKind = ['VIDEO', 'IMAGE', 'ATTACHED_MEDIA', 'JOB', 'COMPOSITION', 'UNKNOWN', 'MEDIA'] as const;

const symbolsOfVideoStatus = ['ANNOUNCED', 'RECORDED', 'SOURCE_READY', 'TRANSCODING', 'PLAYABLE', 'TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED'] as const;

const symbolsOfAuditStatus = ['PASS', 'REVIEW', 'BLOCKED'] as const;

const symbolsOfRenditionStatus = ['SUBMITTED', 'SUCCESS', 'FAIL'] as const;

const symbolsOfJobPurpose = ['SEGMENT', 'COMPOSED', 'UPLOAD'] as const;

const symbolsOfJobDecision = ['CLOUD', 'PIPELINE', 'APPROVAL'] as const;

const symbolsOfJobState = ['DECIDED', 'AWAITING_APPROVAL', 'PLANNED', 'SUBMITTED', 'ACKNOWLEDGED', 'DONE', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfJobHold = ['AUDIT', 'REVIEW', 'BLOCKED', 'PASSED'] as const;

const symbolsOfStepKind = ['AUDIT', 'SNAPSHOT', 'COVER', 'DNA', 'TAGS'] as const;

const symbolsOfStepState = ['PLANNED', 'ACKNOWLEDGED', 'DONE', 'FAILED', 'IN_DOUBT'] as const;

const symbolsOfFactKind = ['UNKNOWN', 'RECORDED', 'COMPOSE_START', 'SOURCE_READY', 'STREAM_TRANSCODED', 'TRANSCODED', 'SNAPSHOT', 'SOURCE_ANALYSED', 'UPLOADED_BY_URL', 'MACHINE_AUDIT', 'MANUAL_AUDIT', 'DELETED', 'PRODUCED', 'OTHER', 'TRANSCODE_REQUESTED', 'JOB_SUBMITTED', 'JOB_ACKNOWLEDGED', 'JOB_FAILED', 'JOB_IN_DOUBT', 'COMPOSE_ACKNOWLEDGED', 'COMPOSE_FAILED', 'COMPOSE_IN_DOUBT', 'OBSERVED'] as const;

const symbolsOfDeleteType = ['ALL', 'MEZZANINE', 'STREAM'] as const;

export function readVideoState(from: AvroSource): VideoState {
  return {
    videoId: from.text(),
    kind: from.symbol(symbolsOfVideoKind),
    subject: from.symbol(symbolsOfSubjectKind),
    status: from.symbol(symbolsOfVideoStatus),
    stream: from.some() ? readStreamRef(from) : null,
    recording: from.some() ? readRecording(from) : null,
    recordedTime: from.longOrNull(),
    composeStartTime: from.longOrNull(),
    sourceReadyTime: from.longOrNull(),
    firstPlayableTime: from.longOrNull(),
    transcodedTime: from.longOrNull(),
    deletedTime: from.longOrNull(),
    coverUrl: from.textOrNull(),
    sourceUrl: from.textOrNull(),
    sourceGone: from.boolean(),
    sourcePlays: from.booleanOrNull(),
    sizeBytes: from.longOrNull(),
    durationSeconds: from.doubleOrNull(),
    storage: from.some() ? readStorage(from) : null,
    similarVideos: readListOfSimilarVideo(from),
    tags: readListOfVideoTag(from),
    auditStatus: from.some() ? from.symbol(symbolsOfAuditStatus) : null,
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
    region: from.textOrNull(),
    timeline: readListOfTimelineEntry(from),
    renditions: readListOfRendition(from),
    jobs: readListOfJobLedgerEntry(from),
    steps: readListOfStepLedgerEntry(from),
    notStarted: readListOfNotStarted(from),
    revision: from.long(),
    truncated: from.boolean(),
    retired: from.boolean(),
    retiredAt: from.longOrNull(),
    afterRetirement: from.boolean(),
    retiredSummary: from.some() ? readRetiredSummary(from) : null,
    cutoff: from.some() ? readEventOrder(from) : null,
    cuts: readListOfLaneCut(from),
    facts: readListOfFact(from),
  };
}

function readListOfFact(from: AvroSource) {
  const items: Fact[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readFact(from));
  return items;
}

function readFact(from: AvroSource): Fact {
  return {
    kind: from.symbol(symbolsOfFactKind),
    stream: from.some() ? readStreamRef(from) : null,
    recording: from.some() ? readRecording(from) : null,
    fileUrl: from.textOrNull(),
    coverUrl: from.textOrNull(),
    sizeBytes: from.longOrNull(),
    durationSeconds: from.doubleOrNull(),
    errorMessage: from.textOrNull(),
    audit: from.some() ? from.symbol(symbolsOfAuditStatus) : null,
    deletion: from.some() ? from.symbol(symbolsOfDeleteType) : null,
    outputs: readListOfRendition(from),
    listed: readListOfInt(from),
    jobIds: readListOfString(from),
    job: from.some() ? readJobFact(from) : null,
    region: from.textOrNull(),
    contradiction: from.some() ? readContradiction(from) : null,
    subject: from.some() ? from.symbol(symbolsOfSubjectKind) : null,
    storage: from.some() ? readStorageFact(from) : null,
    snapshot: from.some() ? readSnapshotFact(from) : null,
    content: from.some() ? readContentFact(from) : null,
    workflow: from.some() ? readWorkflowFact(from) : null,
  };
}

function readWorkflowFact(from: AvroSource): WorkflowFact {
  return {
    taskId: from.textOrNull(),
    workflowId: from.textOrNull(),
  };
}

function readContentFact(from: AvroSource): ContentFact {
  return {
    tagged: from.boolean(),
    similarVideos: readListOfSimilarVideo(from),
    tags: readListOfVideoTag(from),
  };
}

function readSnapshotFact(from: AvroSource): SnapshotFact {
  return {
    named: from.boolean(),
    pictureUrl: from.textOrNull(),
  };
}

function readStorageFact(from: AvroSource): StorageFact {
  return {
    restored: from.boolean(),
    storageClass: from.textOrNull(),
    scope: from.textOrNull(),
    restoredUntil: from.longOrNull(),
  };
}

function readContradiction(from: AvroSource): Contradiction {
  return {
    callback: from.boolean(),
    digests: readListOfString(from),
  };
}

function readJobFact(from: AvroSource): JobFact {
  return {
    token: from.textOrNull(),
    attempt: from.int(),
    taskId: from.textOrNull(),
    templateGroupId: from.textOrNull(),
    priority: from.intOrNull(),
    clip: from.some() ? readFactClip(from) : null,
  };
}

function readFactClip(from: AvroSource): FactClip {
  return {
    from: from.long(),
    to: from.long(),
    title: from.text(),
    parts: readListOfFactClipPart(from),
  };
}

function readListOfFactClipPart(from: AvroSource) {
  const items: FactClipPart[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readFactClipPart(from));
  return items;
}

function readFactClipPart(from: AvroSource): FactClipPart {
  return {
    videoId: from.text(),
    inSeconds: from.double(),
    outSeconds: from.doubleOrNull(),
  };
}

function readListOfInt(from: AvroSource) {
  const items: number[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(from.int());
  return items;
}

function readListOfLaneCut(from: AvroSource) {
  const items: LaneCut[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readLaneCut(from));
  return items;
}

function readLaneCut(from: AvroSource): LaneCut {
  return {
    lane: from.text(),
    tier: from.int(),
    eventTime: from.long(),
    rank: from.int(),
    eventId: from.text(),
  };
}

function readEventOrder(from: AvroSource): EventOrder {
  return {
    eventTime: from.long(),
    rank: from.int(),
    eventId: from.text(),
  };
}

function readRetiredSummary(from: AvroSource): RetiredSummary {
  return {
    kind: from.symbol(symbolsOfVideoKind),
    status: from.symbol(symbolsOfVideoStatus),
    stream: from.some() ? readStreamRef(from) : null,
    recording: from.some() ? readRecording(from) : null,
    recordedTime: from.longOrNull(),
    composeStartTime: from.longOrNull(),
    sourceReadyTime: from.longOrNull(),
    firstPlayableTime: from.longOrNull(),
    transcodedTime: from.longOrNull(),
    deletedTime: from.longOrNull(),
    coverUrl: from.textOrNull(),
    sourceUrl: from.textOrNull(),
    sourceGone: from.boolean(),
    sizeBytes: from.longOrNull(),
    durationSeconds: from.doubleOrNull(),
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
    region: from.textOrNull(),
    machineAudit: from.some() ? from.symbol(symbolsOfAuditStatus) : null,
    manualAudit: from.some() ? from.symbol(symbolsOfAuditStatus) : null,
    auditMessage: from.textOrNull(),
  };
}

function readListOfNotStarted(from: AvroSource) {
  const items: NotStarted[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readNotStarted(from));
  return items;
}

function readNotStarted(from: AvroSource): NotStarted {
  return {
    requestId: from.textOrNull(),
    reason: from.text(),
    causeTime: from.long(),
    decidedAt: from.long(),
    policy: from.textOrNull(),
  };
}

function readListOfStepLedgerEntry(from: AvroSource) {
  const items: StepLedgerEntry[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readStepLedgerEntry(from));
  return items;
}

function readStepLedgerEntry(from: AvroSource): StepLedgerEntry {
  return {
    token: from.text(),
    kind: from.symbol(symbolsOfStepKind),
    state: from.symbol(symbolsOfStepState),
    policy: from.textOrNull(),
    plannedAt: from.long(),
    acknowledgedAt: from.longOrNull(),
    finishedAt: from.longOrNull(),
    jobId: from.textOrNull(),
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
    pictureUrl: from.textOrNull(),
  };
}

function readListOfJobLedgerEntry(from: AvroSource) {
  const items: JobLedgerEntry[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readJobLedgerEntry(from));
  return items;
}

function readJobLedgerEntry(from: AvroSource): JobLedgerEntry {
  return {
    token: from.text(),
    purpose: from.symbol(symbolsOfJobPurpose),
    generation: from.int(),
    decision: from.symbol(symbolsOfJobDecision),
    state: from.symbol(symbolsOfJobState),
    templateGroupId: from.textOrNull(),
    priority: from.intOrNull(),
    policy: from.textOrNull(),
    requestId: from.textOrNull(),
    decidedAt: from.long(),
    plannedAt: from.longOrNull(),
    attempt: from.int(),
    submittedAt: from.longOrNull(),
    acknowledgedAt: from.longOrNull(),
    finishedAt: from.longOrNull(),
    taskId: from.textOrNull(),
    jobIds: readListOfString(from),
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
    hold: from.some() ? from.symbol(symbolsOfJobHold) : null,
    leftAsIs: from.boolean(),
    workflowId: from.textOrNull(),
  };
}

function readListOfRendition(from: AvroSource) {
  const items: Rendition[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readRendition(from));
  return items;
}

function readRendition(from: AvroSource): Rendition {
  return {
    jobId: from.textOrNull(),
    definition: from.textOrNull(),
    format: from.textOrNull(),
    status: from.symbol(symbolsOfRenditionStatus),
    fileUrl: from.textOrNull(),
    bitrateKbps: from.doubleOrNull(),
    fps: from.doubleOrNull(),
    width: from.intOrNull(),
    height: from.intOrNull(),
    durationSeconds: from.doubleOrNull(),
    sizeBytes: from.longOrNull(),
    encrypted: from.booleanOrNull(),
    startTime: from.longOrNull(),
    finishTime: from.longOrNull(),
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
    audioOnly: from.boolean(),
    superseded: from.boolean(),
  };
}

function readListOfTimelineEntry(from: AvroSource) {
  const items: TimelineEntry[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readTimelineEntry(from));
  return items;
}

function readTimelineEntry(from: AvroSource): TimelineEntry {
  return {
    eventId: from.text(),
    eventType: from.text(),
    eventTime: from.long(),
    receivedAt: from.long(),
    status: from.textOrNull(),
    source: from.text(),
    jobId: from.textOrNull(),
    errorCode: from.textOrNull(),
    implausible: readListOfString(from),
  };
}

function readListOfString(from: AvroSource) {
  const items: string[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(from.text());
  return items;
}

function readListOfVideoTag(from: AvroSource) {
  const items: VideoTag[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readVideoTag(from));
  return items;
}

function readVideoTag(from: AvroSource): VideoTag {
  return {
    category: from.text(),
    name: from.text(),
    seen: from.int(),
  };
}

function readListOfSimilarVideo(from: AvroSource) {
  const items: SimilarVideo[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readSimilarVideo(from));
  return items;
}

function readSimilarVideo(from: AvroSource): SimilarVideo {
  return {
    videoId: from.text(),
    similarity: from.doubleOrNull(),
  };
}

function readStorage(from: AvroSource): Storage {
  return {
    storageClass: from.textOrNull(),
    scope: from.textOrNull(),
    changedTime: from.longOrNull(),
    restoredTime: from.longOrNull(),
    restoredUntil: from.longOrNull(),
    errorCode: from.textOrNull(),
    errorMessage: from.textOrNull(),
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
