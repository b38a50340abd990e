/**
 * The topics of the pipeline: one contract per topic. `topicName` adds the configurable prefix; everything else in
 * the code names a topic by its short name.
 */
export type TopicId =
  | 'callbacks'
  | 'video-state'
  | 'session-state'
  | 'stream-facts'
  | 'stream-state'
  | 'transcode-jobs'
  | 'compose-jobs'
  | 'dead-letters';

const dayMs = 24 * 60 * 60 * 1000;

export type TopicContract = {
  readonly id: TopicId;
  /** What the record key holds. */
  readonly key: string;
  /** Name of the Avro schema of the value, `bytes` where the value is kept as received. */
  readonly value:
    | 'VideoState'
    | 'SessionState'
    | 'StreamFact'
    | 'StreamState'
    | 'TranscodeJob'
    | 'ComposeJob'
    | 'bytes';
  readonly cleanup: 'compact' | 'delete';
  /** Only for `delete` topics. */
  readonly retentionMs: number | null;
  /**
   * Schema compatibility mode at the registry; null for raw topics. A compacted topic holds records of any age, and while a
   * new release is rolled out, or back, both read it.
   */
  readonly compatibility: 'FULL_TRANSITIVE' | 'BACKWARD_TRANSITIVE' | 'BACKWARD' | null;
  /** Roles that write it in the ordinary course; commands and redrives put records on it anew. */
  readonly writers: readonly string[];
  /** Roles that read it. */
  readonly readers: readonly string[];
  /** What the record headers hold. Example messages lie in `schemas/examples/<id>.json`. */
  readonly headers: readonly TopicHeader[];
};

export type TopicHeader = {
  readonly name: string;
  /** On every record, or only where the meaning says so. */
  readonly always: boolean;
  readonly meaning: string;
};

/** Record headers that the pipeline itself sets. `source` is set by the connector, never read from a body. */
export const header = {
  source: 'source',
  receivedAt: 'received-at',
  region: 'region',
  sentAt: 'sent-at',
  replayedAt: 'replayed-at',
  replayedFrom: 'replayed-from',
  reason: 'reason',
  error: 'error',
  stage: 'stage',
  originTopic: 'origin-topic',
  originPartition: 'origin-partition',
  originOffset: 'origin-offset',
  originBytes: 'origin-bytes',
} as const;

const onCallbacks: readonly TopicHeader[] = [
  { name: header.source, always: true, meaning: 'who delivered it: http, mns, live, reconciler, job-runner, operator' },
  { name: header.receivedAt, always: true, meaning: 'when it was received, epoch milliseconds' },
  { name: header.region, always: false, meaning: 'region of the endpoint, where it is configured' },
  {
    name: header.sentAt,
    always: false,
    meaning: 'when the cloud sent it, epoch milliseconds: of source live, and of mns where it had waited in its queue',
  },
  { name: header.replayedAt, always: false, meaning: 'when it was replayed, epoch milliseconds; the others are kept' },
  { name: header.replayedFrom, always: false, meaning: 'what a replay read: topic/partition/offset' },
];
const onTombstones: readonly TopicHeader[] = [
  { name: header.reason, always: false, meaning: 'on a tombstone: retired or merged' },
];
const onDeadLetters: readonly TopicHeader[] = [
  { name: header.reason, always: true, meaning: 'why it could not be used, one of a few words' },
  { name: header.error, always: true, meaning: 'the same in a sentence' },
  { name: header.stage, always: true, meaning: 'where it failed' },
  { name: header.originTopic, always: true, meaning: 'topic it came from' },
  { name: header.originPartition, always: true, meaning: 'partition it came from' },
  { name: header.originOffset, always: true, meaning: 'offset it had there' },
  { name: header.originBytes, always: false, meaning: 'how long it was, where only its beginning is kept' },
];

export const topics: Readonly<Record<TopicId, TopicContract>> = {
  callbacks: {
    id: 'callbacks',
    key: 'subject id',
    value: 'bytes',
    cleanup: 'delete',
    retentionMs: 7 * dayMs,
    compatibility: null,
    writers: ['ingress', 'mns', 'reconciler', 'jobs', 'console'],
    readers: ['processor', 'sink'],
    headers: onCallbacks,
  },
  'video-state': {
    id: 'video-state',
    key: 'VideoId',
    value: 'VideoState',
    cleanup: 'compact',
    retentionMs: null,
    compatibility: 'FULL_TRANSITIVE',
    writers: ['processor'],
    readers: ['processor', 'reconciler', 'sink', 'console'],
    headers: onTombstones,
  },
  'session-state': {
    id: 'session-state',
    key: 'session id',
    value: 'SessionState',
    cleanup: 'compact',
    retentionMs: null,
    compatibility: 'FULL_TRANSITIVE',
    writers: ['processor'],
    readers: ['sink', 'console'],
    headers: onTombstones,
  },
  'stream-facts': {
    id: 'stream-facts',
    key: 'domain/app/stream',
    value: 'StreamFact',
    cleanup: 'delete',
    retentionMs: 7 * dayMs,
    compatibility: 'BACKWARD',
    writers: ['processor'],
    readers: ['processor'],
    headers: [],
  },
  'stream-state': {
    id: 'stream-state',
    key: 'domain/app/stream, or longer for what is archived',
    value: 'StreamState',
    cleanup: 'compact',
    retentionMs: null,
    compatibility: 'FULL_TRANSITIVE',
    writers: ['processor'],
    readers: ['processor'],
    headers: onTombstones,
  },
  'transcode-jobs': {
    id: 'transcode-jobs',
    key: 'VideoId',
    value: 'TranscodeJob',
    cleanup: 'delete',
    retentionMs: 7 * dayMs,
    compatibility: 'BACKWARD',
    writers: ['processor'],
    readers: ['jobs'],
    headers: [],
  },
  'compose-jobs': {
    id: 'compose-jobs',
    key: 'domain/app/stream',
    value: 'ComposeJob',
    cleanup: 'delete',
    retentionMs: 7 * dayMs,
    compatibility: 'BACKWARD',
    writers: ['processor'],
    readers: ['jobs'],
    headers: [],
  },
  'dead-letters': {
    id: 'dead-letters',
    key: 'as the origin',
    value: 'bytes',
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    compatibility: null,
    writers: ['ingress', 'mns', 'processor', 'jobs', 'sink'],
    readers: ['console'],
    headers: onDeadLetters,
  },
};

/** How long a compacted topic keeps tombstones; a store that was away for less than half of it can be brought up to date. */
export const tombstoneRetentionMs = 7 * dayMs;

/** Topics that one processor reads or restores by partition number: they must have the same number of partitions. */
export const partitionedAlike: readonly (readonly [processor: string, input: TopicId, changelog: TopicId])[] = [
  ['video', 'callbacks', 'video-state'],
  ['session', 'stream-facts', 'stream-state'],
];

/** The name at the broker: prefix (default `live2vod.`) plus short name. */
export function topicName(prefix: string, id: TopicId): string {
  return `${prefix}${id}`;
}

/** Who put a record on `callbacks`. `live`: ApsaraVideo Live's own record callbacks, whose key is `domain/app/stream`. */
export type EventSource = 'http' | 'live' | 'mns' | 'reconciler' | 'job-runner' | 'operator';
