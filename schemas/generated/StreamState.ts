// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

export type VideoKind = 'UNKNOWN' | 'SEGMENT' | 'COMPOSED' | 'UPLOAD';

/** Derived from the events; see docs/video-status.md. */
export type VideoStatus = 'ANNOUNCED' | 'RECORDED' | 'SOURCE_READY' | 'TRANSCODING' | 'PLAYABLE' | 'TRANSCODED' | 'PARTIAL' | 'FAILED' | 'DELETED';

export type ComposeJobFactState = 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT';

export type StreamVideoComposeJob = {
  readonly token: string;
  readonly state: ComposeJobFactState;
  readonly errorCode: string | null;
};

/** Nothing but the source can be played. MEANWHILE: a transcode is to come, or a person may ask for one. FOR_GOOD: nobody transcodes it. */
export type SourceOnly = 'NO' | 'MEANWHILE' | 'FOR_GOOD';

export type ClipFactState = 'REQUESTED' | 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT';

/** What is taken of one segment, in seconds of its own pictures. */
export type StreamVideoClipPart = {
  readonly videoId: string;
  readonly inSeconds: number;
  /** Null: to its end. */
  readonly outSeconds: number | null;
};

/** As the fact has it, and what was decided. */
export type StreamVideoClip = {
  readonly token: string;
  readonly state: ClipFactState;
  readonly errorCode: string | null;
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly templateGroupId: string | null;
  readonly requestedAt: number | null;
  readonly parts: readonly StreamVideoClipPart[];
  readonly errorMessage: string | null;
  /** When the cloud had refused or failed to produce it, or the source of its video was there. */
  readonly finishedAt: number | null;
  /** When the command went out; null: not yet, or refused. */
  readonly plannedAt: number | null;
  /** Why it is not cut. */
  readonly refusal: string | null;
};

/** The latest fact of one video. */
export type StreamVideo = {
  readonly videoId: string;
  readonly kind: VideoKind;
  readonly status: VideoStatus;
  readonly removed: boolean;
  /** Record start. */
  readonly startTime: number | null;
  /** Record end. */
  readonly endTime: number | null;
  readonly recordedTime: number | null;
  readonly composeStartTime: number | null;
  readonly sourceReadyTime: number | null;
  readonly transcodedTime: number | null;
  readonly durationSeconds: number | null;
  readonly format: string | null;
  readonly composeJob: StreamVideoComposeJob | null;
  readonly videoRevision: number;
  readonly region: string | null;
  readonly sourceOnly: SourceOnly;
  readonly clip: StreamVideoClip | null;
};

export type ComposeMode = 'CLOUD' | 'PIPELINE' | 'NONE';

/** The rules by which a session closed, milliseconds. */
export type KeptRules = {
  readonly cycleMs: number;
  readonly disconnectDelayMs: number;
  readonly graceMs: number;
  readonly composeOverdueMs: number;
  /** Whether we compose what the cloud leaves overdue; null in records of releases that did not keep it. */
  readonly takeOver: boolean | null;
};

/** ENDED: paused for longer than the disconnect delay, or the session has closed. UNKNOWN: only files were told of. */
export type LiveRecordingState = 'UNKNOWN' | 'RECORDING' | 'PAUSED' | 'ENDED';

/** What ApsaraVideo Live's own record callbacks say of the recording. */
export type LiveRecording = {
  readonly state: LiveRecordingState;
  /** The first record_started; where none came, the start of the first file told of. */
  readonly startedTime: number | null;
  /** The latest record_paused. */
  readonly pausedTime: number | null;
  /** The latest record_resumed, or record_started after a pause. */
  readonly resumedTime: number | null;
  /** The pause that was its end, once the disconnect delay has passed. */
  readonly endedTime: number | null;
  /** End of the latest file told of. */
  readonly fileTime: number | null;
};

/** What session-state says about one session id that is not settled. */
export type EmittedSession = {
  /** Names the session: the last part of its id. */
  readonly startTime: number;
  readonly endTime: number;
  /** Of the content last emitted. */
  readonly digest: number;
  /** Who composes, as decided when the session first closed. */
  readonly compose: ComposeMode | null;
  /** Start of the session that swallowed this one. */
  readonly mergedInto: number | null;
  readonly mergedAt: number | null;
  /** Set when the session first closed: a changed policy doesn't rewrite it. */
  readonly rules: KeptRules | null;
  /** As last said. */
  readonly live: LiveRecording | null;
};

/** A session whose record stands but is no longer followed. */
export type SettledSession = {
  readonly startTime: number;
  /** Its retention counts from here. */
  readonly lastActivity: number;
  /** Composed videos, where they may be younger than settledThrough. */
  readonly composed: readonly string[];
};

/** POLICY: the policy says that we compose. SEGMENT_LIMIT: more cycles than the cloud composes. OVERDUE: the cloud did not start in time. */
export type CompositionReason = 'POLICY' | 'SEGMENT_LIMIT' | 'OVERDUE';

/** PLANNED: the command is out. ACKNOWLEDGED: the cloud gave a media id. DONE: the source of the produced video is ready. IN_DOUBT: nobody knows whether the call did its work. */
export type CompositionState = 'PLANNED' | 'ACKNOWLEDGED' | 'DONE' | 'FAILED' | 'IN_DOUBT';

/** Ledger: one composition that we decided on. */
export type Composition = {
  /** Where the first of its files starts, which it is kept with; in records of earlier releases where its session started when decided. */
  readonly sessionStart: number;
  /** lvc-<hash of the ordered ids of what is composed>-<generation> */
  readonly token: string;
  readonly generation: number;
  readonly reason: CompositionReason;
  readonly state: CompositionState;
  readonly plannedAt: number;
  readonly mediaId: string | null;
  readonly errorCode: string | null;
  /** Digests of the ids of the composed segments, in order; empty in records of releases that did not keep it. */
  readonly files: readonly number[];
};

/** record_started, record_paused, record_resumed, and that a file was generated. */
export type LiveRecordEvent = 'UNKNOWN' | 'STARTED' | 'PAUSED' | 'RESUMED' | 'FILE';

/** One of ApsaraVideo Live's own record callbacks. */
export type LiveEvent = {
  readonly event: LiveRecordEvent;
  readonly time: number;
  readonly startTime: number | null;
  readonly endTime: number | null;
};

/** Internal: the session processor's store. Under the key of a stream: the latest facts about the videos of its newest sessions, and what was last said about these. Older sessions are archived, each in a record of its own under a longer key, so that the cost of a fact doesn't depend on how many there were; `pointer` and `pages` lead to them. */
export type StreamState = {
  readonly stream: StreamRef;
  /** The highest revision given to a session of this stream. 0 in an archived record. */
  readonly revision: number;
  /** The last deadline that has passed for this stream: moved by timers only, never by the arrival of a record. */
  readonly clock: number;
  /** When the next timer is due. */
  readonly dueAt: number | null;
  /** Written by releases that let go of old facts: what was recorded up to then is gone, and facts about it are not taken. */
  readonly settledThrough: number | null;
  /** Ordered by time, then videoId. */
  readonly videos: readonly StreamVideo[];
  /** Ordered by start. */
  readonly sessions: readonly EmittedSession[];
  /** Written by releases that let go of old facts. Archived one by one when the stream is next heard of. */
  readonly settled: readonly SettledSession[];
  /** Ordered by session, then token. */
  readonly compositions: readonly Composition[];
  /** What is placed earlier is archived; null where nothing is. */
  readonly archivedBefore: number | null;
  /** How many archived records the stream has. */
  readonly archived: number;
  /** Under the key of an archived video or composition: its place in time. */
  readonly pointer: number | null;
  /** Under the key of a day: the starts of the archived records that hold something of it, in order. */
  readonly pages: readonly number[];
  /** A composed video of this record belongs to an archived session. */
  readonly reachesBack: boolean;
  /** Ordered by time; the newest of each sort. */
  readonly liveEvents: readonly LiveEvent[];
  /** As clock, for what follows from Live's callbacks alone: nothing else may depend on it. */
  readonly liveClock: number;
  /** When the next timer of Live's callbacks is due. */
  readonly liveDueAt: number | null;
};
