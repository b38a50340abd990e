// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

/** What the video is: a recorded cycle, a composition of cycles, or anything else uploaded. */
export type VideoKind = 'UNKNOWN' | 'SEGMENT' | 'COMPOSED' | 'UPLOAD';

/** Derived from the events; see docs/video-status.md. */
export type VideoStatus = 'ANNOUNCED' | 'RECORDED' | 'SOURCE_READY' | 'TRANSCODING' | 'PLAYABLE' | 'TRANSCODED' | 'PARTIAL' | 'FAILED' | 'DELETED';

/** What part of the live stream the segment holds. */
export type Recording = {
  readonly startTime: number | null;
  readonly endTime: number | null;
};

export type ComposeJobFactState = 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT';

/** What became of a composition that we asked for. */
export type ComposeJobFact = {
  /** Token of the ComposeJob command. */
  readonly token: string;
  readonly state: ComposeJobFactState;
  readonly errorCode: string | null;
};

/** record_started, record_paused, record_resumed, and that a file was generated. */
export type LiveRecordEvent = 'UNKNOWN' | 'STARTED' | 'PAUSED' | 'RESUMED' | 'FILE';

/** One of ApsaraVideo Live's own record callbacks. */
export type LiveRecordFact = {
  readonly event: LiveRecordEvent;
  /** When it was sent: nothing else tells when it happened. */
  readonly time: number;
  /** Of the file. */
  readonly startTime: number | null;
  /** Of the file. */
  readonly endTime: number | null;
};

export type ClipFactState = 'REQUESTED' | 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT';

/** What is taken of one segment, in seconds of its own pictures. */
export type ClipFactPart = {
  readonly videoId: string;
  readonly inSeconds: number;
  /** Null: to its end. */
  readonly outSeconds: number | null;
};

/** What is known of a clip: of a person's request for it, or of what became of that. */
export type ClipFact = {
  /** Token of the ComposeJob command. */
  readonly token: string;
  readonly state: ClipFactState;
  readonly errorCode: string | null;
  /** What the clip shows began then. */
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly templateGroupId: string | null;
  readonly requestedAt: number | null;
  /** In order; empty where only what became of it is told. */
  readonly parts: readonly ClipFactPart[];
  readonly errorMessage: string | null;
  /** When the cloud had refused or failed to produce it, or the source of its video was there. */
  readonly finishedAt: number | null;
};

/** Nothing but the source can be played. MEANWHILE: a transcode is to come, or a person may ask for one. FOR_GOOD: nobody transcodes it. */
export type SourceOnly = 'NO' | 'MEANWHILE' | 'FOR_GOOD';

/** Internal: what a video's latest state means for its stream. A whole snapshot, so that the latest copy replaces all earlier ones. */
export type StreamFact = {
  readonly videoId: string;
  readonly stream: StreamRef;
  readonly kind: VideoKind;
  readonly status: VideoStatus;
  readonly recording: Recording | null;
  readonly recordedTime: number | null;
  readonly composeStartTime: number | null;
  readonly sourceReadyTime: number | null;
  readonly firstPlayableTime: number | null;
  readonly transcodedTime: number | null;
  readonly durationSeconds: number | null;
  /** Container of the source file (m3u8, mp4, flv) where its URL tells. */
  readonly format: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The video no longer belongs to this stream. */
  readonly removed: boolean;
  /** Revision of the video's state that this was taken from; the highest wins. */
  readonly videoRevision: number;
  /** Set where the video is the product of our own ComposeJob (ComposeJobAcknowledged), or, with the videoId of a stand-in `compose:<token>`, where starting it failed or is in doubt (ComposeJobFailed, ComposeJobInDoubt). */
  readonly composeJob: ComposeJobFact | null;
  /** Region of the endpoint that received the video's events, where it is configured. */
  readonly region: string | null;
  /** Set where this is no fact of a video but what ApsaraVideo Live says of the stream; videoId is then `live`, and removed is true, so that earlier releases leave it alone. */
  readonly live: LiveRecordFact | null;
  /** Set where the video is a clip of ours, or, with the videoId of a stand-in `compose:<token>`, where one was asked for, or starting it failed or is in doubt. `composeJob` is null then. */
  readonly clip: ClipFact | null;
  readonly sourceOnly: SourceOnly;
};
