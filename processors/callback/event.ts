import type { Fact, TimelineEntry } from '../../schemas/generated/VideoState.ts';
import type { EventSource } from '../../schemas/topics.ts';
import type { UnusableCode } from './unusable.ts';

/** How a body came to us: record headers, never anything out of the body. */
export type Delivery = {
  readonly source: EventSource;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
  readonly region: string | null;
};

/** One callback in normal form: what its timeline entry says, and what the state is derived from. */
export type VideoEvent = {
  /** Key of the state it belongs to: VideoId, MediaId, ... or `job:<JobId>`. */
  readonly subjectId: string;
  readonly entry: TimelineEntry;
  readonly fact: Fact;
  /**
   * The eventId that earlier releases gave to it, which stores hold: to an event that failed that of its success, to one of a
   * type that they didn't know that of an unknown one.
   */
  readonly formerId?: string | null;
};

/**
 * - `ok`: an event that the state understands.
 * - `unknown`: an event of a type that isn't known; it is kept in the timeline and says nothing else.
 * - `unparsable`: can't be used, and a retry would not help.
 */
export type ParseResult =
  | { readonly kind: 'ok'; readonly event: VideoEvent }
  | { readonly kind: 'unknown'; readonly event: VideoEvent }
  | { readonly kind: 'unparsable'; readonly code?: UnusableCode; readonly reason: string };

/** Whether the event reports that it worked. FileUploadComplete had no Status for years. */
export function succeeded(entry: Pick<TimelineEntry, 'status'>): boolean {
  return entry.status === null || entry.status === 'success' || entry.status === 'succeed';
}

export function failed(entry: Pick<TimelineEntry, 'status'>): boolean {
  return entry.status === 'fail' || entry.status === 'failed';
}

/** The type of the event that tries a callback URL (`doctor`): it says nothing, and nothing comes of it. */
export const checkEventType = 'live2vod.Check';

const causalRanks: Readonly<Record<Fact['kind'], number>> = {
  RECORDED: 0,
  COMPOSE_START: 1,
  COMPOSE_ACKNOWLEDGED: 1,
  UPLOADED_BY_URL: 2,
  PRODUCED: 2,
  SOURCE_READY: 3,
  SOURCE_ANALYSED: 4,
  TRANSCODE_REQUESTED: 5,
  JOB_SUBMITTED: 6,
  JOB_IN_DOUBT: 7,
  JOB_FAILED: 7,
  JOB_ACKNOWLEDGED: 8,
  SNAPSHOT: 9,
  STREAM_TRANSCODED: 10,
  TRANSCODED: 11,
  MACHINE_AUDIT: 12,
  MANUAL_AUDIT: 13,
  OTHER: 14,
  UNKNOWN: 14,
  OBSERVED: 15,
  COMPOSE_IN_DOUBT: 16,
  COMPOSE_FAILED: 16,
  DELETED: 17,
};

/**
 * Place of an event among those of the same second: causes before effects (recorded, compose start, source ready,
 * submitted, stream transcoded, transcoded). EventTime has a resolution of one second, so ties are common.
 */
export function causalRank(kind: Fact['kind']): number {
  return causalRanks[kind];
}

/** A fact that its reader has just made, so that nobody else has it yet. */
export type FreshFact = { -readonly [field in keyof Fact]: Fact[field] };

/** A fact that says nothing; event readers fill in what they know. */
export const emptyFact: Fact = {
  kind: 'UNKNOWN',
  stream: null,
  recording: null,
  fileUrl: null,
  coverUrl: null,
  sizeBytes: null,
  durationSeconds: null,
  errorMessage: null,
  audit: null,
  deletion: null,
  outputs: [],
  listed: [],
  jobIds: [],
  job: null,
  region: null,
  contradiction: null,
  subject: null,
  storage: null,
  snapshot: null,
  content: null,
  workflow: null,
};
