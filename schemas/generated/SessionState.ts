// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

/** See docs/session-status.md. */
export type SessionStatus = 'RECORDING' | 'ENDED' | 'COMPOSING' | 'COMPOSED' | 'TRANSCODING' | 'READY' | 'PARTIAL' | 'FAILED' | 'MERGED';

/** Derived from the events; see docs/video-status.md. */
export type VideoStatus = 'ANNOUNCED' | 'RECORDED' | 'SOURCE_READY' | 'TRANSCODING' | 'PLAYABLE' | 'TRANSCODED' | 'PARTIAL' | 'FAILED' | 'DELETED';

/** One recorded cycle of the session, in one record format. */
export type SessionSegment = {
  readonly videoId: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly status: VideoStatus;
  /** Container of the source file (m3u8, mp4, flv) where known. */
  readonly format: string | null;
};

/** Nothing was recorded in between. */
export type SessionGap = {
  readonly startTime: number;
  readonly endTime: number;
};

/** A composition of the session's segments. */
export type SessionComposed = {
  readonly videoId: string;
  readonly status: VideoStatus;
  readonly composeStartTime: number | null;
  readonly sourceReadyTime: number | null;
  readonly transcodedTime: number | null;
  /** Container of the source file (m3u8, mp4, flv) where known. */
  readonly format: string | null;
  /** Whether its duration is that of what was recorded; null while unknown. */
  readonly durationMatches: boolean | null;
  /** This pipeline had it produced. */
  readonly ours: boolean;
};

/** POLICY: the policy says that we compose. SEGMENT_LIMIT: more cycles than the cloud composes. OVERDUE: the cloud did not start in time. */
export type CompositionReason = 'POLICY' | 'SEGMENT_LIMIT' | 'OVERDUE';

/** PLANNED: the command is out. ACKNOWLEDGED: the cloud gave a media id. DONE: the source of the produced video is ready. IN_DOUBT: nobody knows whether the call did its work. */
export type CompositionState = 'PLANNED' | 'ACKNOWLEDGED' | 'DONE' | 'FAILED' | 'IN_DOUBT';

/** Our own composition of exactly these segments. */
export type SessionComposition = {
  readonly token: string;
  readonly reason: CompositionReason;
  readonly state: CompositionState;
  readonly mediaId: string | null;
  readonly errorCode: string | null;
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

/** PLANNED: the command is out. ACKNOWLEDGED: the cloud gave a media id. DONE: the source of the clip is there. IN_DOUBT: nobody knows whether the call did its work. REFUSED: not cut; errorCode says why. */
export type ClipState = 'PLANNED' | 'ACKNOWLEDGED' | 'DONE' | 'FAILED' | 'IN_DOUBT' | 'REFUSED';

/** What is taken of one segment, in seconds of its own pictures. */
export type SessionClipPart = {
  readonly videoId: string;
  readonly inSeconds: number;
  /** Null: to its end. */
  readonly outSeconds: number | null;
};

/** A cut out of the session that a person asked for. */
export type SessionClip = {
  /** Names the clip; stands in the title of its video. */
  readonly token: string;
  readonly state: ClipState;
  /** What it shows began then. */
  readonly from: number;
  readonly to: number;
  readonly title: string;
  /** What transcodes it; null: nothing but a request of a person. */
  readonly templateGroupId: string | null;
  /** Its video, once the cloud has named it. */
  readonly videoId: string | null;
  /** Of its video. */
  readonly status: VideoStatus | null;
  readonly errorCode: string | null;
  readonly requestedAt: number | null;
  /** In order. */
  readonly parts: readonly SessionClipPart[];
  readonly errorMessage: string | null;
  /** When the command went out; null: it was refused, or its request isn't known. */
  readonly plannedAt: number | null;
  /** When the cloud had refused or failed to produce it, or the source of its video was there. */
  readonly finishedAt: number | null;
};

/** SEGMENTS_AWAITED: segments aren't through yet. SEGMENTS_NOT_NORMAL: they should be, and can't be played: the cloud would refuse to compose them. TOO_MANY_SEGMENTS: more than the cloud takes for one production. */
export type CompositionHold = 'SEGMENTS_AWAITED' | 'SEGMENTS_NOT_NORMAL' | 'TOO_MANY_SEGMENTS';

/** The state of one live session: consecutive recordings of one stream whose gaps stay within the disconnect delay. At most 515 segments; a longer recording goes on as another session and this one is marked truncated. */
export type SessionState = {
  /** domain/app/stream/<first record start, ISO 8601 UTC with milliseconds>, e.g. play.example.com/live/room-42/2026-03-01T09:30:00.000Z */
  readonly sessionId: string;
  readonly stream: StreamRef;
  readonly status: SessionStatus;
  readonly startTime: number;
  /** End of the last segment; null while RECORDING. */
  readonly endTime: number | null;
  /** Ordered by start, then videoId. */
  readonly segments: readonly SessionSegment[];
  /** Longer than 2 s, in no record format covered. */
  readonly gaps: readonly SessionGap[];
  /** Ordered by compose start, then videoId. */
  readonly composed: readonly SessionComposed[];
  /** With status MERGED: the session that swallowed this one. */
  readonly mergedInto: string | null;
  /** Strictly rises from record to record. */
  readonly revision: number;
  /** While RECORDING: when it counts as over if nothing more is heard. */
  readonly closesAt: number | null;
  /** A composed video is expected by policy. */
  readonly composeExpected: boolean;
  /** A composed video was expected and none has begun in time. */
  readonly composeMissing: boolean;
  /** A composed video is clearly shorter or longer than what was recorded. */
  readonly durationMismatch: boolean;
  /** More than 40 cycles: the cloud does not compose them all. */
  readonly segmentLimitExceeded: boolean;
  /** Two segments of one record format cover the same time. */
  readonly overlapping: boolean;
  /** The recording goes on beyond what one session holds, or a flood of segments was cut. */
  readonly truncated: boolean;
  /** Nothing more is under way and nothing was heard of it for 8 days. */
  readonly settled: boolean;
  readonly composition: SessionComposition | null;
  /** More composed videos than it has record formats: the others may belong to an older session, or were composed again. */
  readonly composedSurplus: boolean;
  /** A time that its callback can't have known, or a recording longer than any cycle, was brought back to what can be. */
  readonly timesBounded: boolean;
  /** Null where none of Live's own record callbacks came. No other field depends on it; a session without segments is known by them alone. */
  readonly liveRecording: LiveRecording | null;
  /** Ordered by from, then token; at most 40: at most 20 that are cut, and requests that were refused. A clip is no composed video of the session, and changes nothing of its status. */
  readonly clips: readonly SessionClip[];
  /** Why what we compose isn't ordered yet. */
  readonly compositionHold: CompositionHold | null;
};
