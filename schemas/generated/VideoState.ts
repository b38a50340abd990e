// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

/** What the video is: a recorded cycle, a composition of cycles, or anything else uploaded. */
export type VideoKind = 'UNKNOWN' | 'SEGMENT' | 'COMPOSED' | 'UPLOAD';

/** What the id names: a video; an image or an attached file; a media of which only its storage, or a refresh of its addresses, was told; a job that told no video (`job:<JobId>`); a composition or clip of ours that was never started (`compose:<token>`). */
export type SubjectKind = 'VIDEO' | 'IMAGE' | 'ATTACHED_MEDIA' | 'JOB' | 'COMPOSITION' | 'UNKNOWN' | 'MEDIA';

/** Derived from the events; see docs/video-status.md. */
export type VideoStatus = 'ANNOUNCED' | 'RECORDED' | 'SOURCE_READY' | 'TRANSCODING' | 'PLAYABLE' | 'TRANSCODED' | 'PARTIAL' | 'FAILED' | 'DELETED';

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

/** What part of the live stream the segment holds. */
export type Recording = {
  readonly startTime: number | null;
  readonly endTime: number | null;
};

/** Storage class and restore of a media, as its events told them; one that failed changed neither. */
export type Storage = {
  /** Standard, IA, Archive or ColdArchive; null: not told. */
  readonly storageClass: string | null;
  /** All, or SourceFile: the renditions are Standard. */
  readonly scope: string | null;
  /** EventTime of the latest UpdateMediaStorageClassComplete that succeeded. */
  readonly changedTime: number | null;
  /** EventTime of the latest RestoreMediaComplete that succeeded since then. */
  readonly restoredTime: number | null;
  /** Its RestoreExpiration. */
  readonly restoredUntil: number | null;
  /** Of the latest of these events, where it failed. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
};

/** A video of the fingerprint library. */
export type SimilarVideo = {
  /** PrimaryKey in the library. */
  readonly videoId: string;
  /** From 0 to 1, which is the same. */
  readonly similarity: number | null;
};

/** A smart tag. */
export type VideoTag = {
  /** Category, Keyword, Person, Location, Time, or whatever else the cloud calls its list. */
  readonly category: string;
  readonly name: string;
  /** At how many points in time; 0 where it is told of the whole. */
  readonly seen: number;
};

/** Verdict of the latest audit; a person's verdict outweighs the machine's. */
export type AuditStatus = 'PASS' | 'REVIEW' | 'BLOCKED';

/** One distinct event. */
export type TimelineEntry = {
  /** Hash of what the event means, 16 bytes as 32 hex digits; the same for every copy of the event. */
  readonly eventId: string;
  /** EventType as the cloud spells it. */
  readonly eventType: string;
  /** EventTime of the cloud, one-second resolution; 0 where an event of an unknown type has none, or where it can't be true. */
  readonly eventTime: number;
  /** When the first committed copy was received. */
  readonly receivedAt: number;
  /** Status as the cloud sent it, lower case. */
  readonly status: string | null;
  /** Who delivered the first committed copy: http, mns, reconciler, job-runner or operator. */
  readonly source: string;
  readonly jobId: string | null;
  readonly errorCode: string | null;
  /** Times of the event that can't be true and were left out: EventTime, RecordStartTime, RecordEndTime, StartTime, FinishTime. */
  readonly implausible: readonly string[];
};

export type RenditionStatus = 'SUBMITTED' | 'SUCCESS' | 'FAIL';

/** One output of a transcode job. */
export type Rendition = {
  readonly jobId: string | null;
  /** Template label (LD, SD, HD, 2K ...), not a resolution. */
  readonly definition: string | null;
  readonly format: string | null;
  readonly status: RenditionStatus;
  readonly fileUrl: string | null;
  readonly bitrateKbps: number | null;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  readonly sizeBytes: number | null;
  readonly encrypted: boolean | null;
  readonly startTime: number | null;
  readonly finishTime: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Sound without a picture. */
  readonly audioOnly: boolean;
  /** A later job produced the same definition and format. */
  readonly superseded: boolean;
};

export type JobPurpose = 'SEGMENT' | 'COMPOSED' | 'UPLOAD';

/** Who transcodes, as decided when the video first qualified. */
export type JobDecision = 'CLOUD' | 'PIPELINE' | 'APPROVAL';

/** DECIDED: the cloud's job, or nobody's; nothing for us to start. */
export type JobState = 'DECIDED' | 'AWAITING_APPROVAL' | 'PLANNED' | 'SUBMITTED' | 'ACKNOWLEDGED' | 'DONE' | 'FAILED' | 'IN_DOUBT';

/** The audit before the transcode: still awaited, left to a person (also where it failed), against it, or for it. */
export type JobHold = 'AUDIT' | 'REVIEW' | 'BLOCKED' | 'PASSED';

/** One decision about a transcode and what became of it. */
export type JobLedgerEntry = {
  /** Idempotency token, at most 50 characters [A-Za-z0-9_-]; sent as SessionId. */
  readonly token: string;
  readonly purpose: JobPurpose;
  /** 0 for the policy's decision; raised only by a person or a redrive. */
  readonly generation: number;
  readonly decision: JobDecision;
  readonly state: JobState;
  readonly templateGroupId: string | null;
  readonly priority: number | null;
  /** The policy rule that decided. */
  readonly policy: string | null;
  /** eventId of the operator's request that this entry answers. */
  readonly requestId: string | null;
  readonly decidedAt: number;
  readonly plannedAt: number | null;
  /** Attempts made so far. */
  readonly attempt: number;
  readonly submittedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly finishedAt: number | null;
  readonly taskId: string | null;
  readonly jobIds: readonly string[];
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Set where the policy has the transcode wait for an audit. */
  readonly hold: JobHold | null;
  /** Nobody transcodes it: the source is all there is to be. */
  readonly leftAsIs: boolean;
  /** The workflow that is started instead of a template group. */
  readonly workflowId: string | null;
};

/** An AI audit; a snapshot, for a cover; setting its picture as the cover; a fingerprint, which finds similar videos; smart tags. */
export type StepKind = 'AUDIT' | 'SNAPSHOT' | 'COVER' | 'DNA' | 'TAGS';

export type StepState = 'PLANNED' | 'ACKNOWLEDGED' | 'DONE' | 'FAILED' | 'IN_DOUBT';

/** One step beside the transcode and what became of it. */
export type StepLedgerEntry = {
  /** Names the step; the cloud never sees it. */
  readonly token: string;
  readonly kind: StepKind;
  readonly state: StepState;
  /** The policy rule that decided. */
  readonly policy: string | null;
  readonly plannedAt: number;
  readonly acknowledgedAt: number | null;
  readonly finishedAt: number | null;
  readonly jobId: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The picture that the snapshot took, or that was set as the cover. */
  readonly pictureUrl: string | null;
};

export type NotStarted = {
  /** eventId of the operator's request; null: what the policy would have decided. */
  readonly requestId: string | null;
  /** TOO_OLD or TOO_FAR_AHEAD, by maxActAgeSeconds; TOO_MANY: requests beyond the generations that a video gets; UNDATED: what announced the video or its source has no time that can be believed. */
  readonly reason: string;
  /** The time that was compared with the clock; of UNDATED that of what has one, else 0. */
  readonly causeTime: number;
  readonly decidedAt: number;
  /** The policy rule that sets the age. */
  readonly policy: string | null;
};

/** Internal: the summary of a video that an earlier release retired. Status and error are those without any audit or deletion. */
export type RetiredSummary = {
  readonly kind: VideoKind;
  readonly status: VideoStatus;
  readonly stream: StreamRef | null;
  readonly recording: Recording | null;
  readonly recordedTime: number | null;
  readonly composeStartTime: number | null;
  readonly sourceReadyTime: number | null;
  readonly firstPlayableTime: number | null;
  readonly transcodedTime: number | null;
  readonly deletedTime: number | null;
  readonly coverUrl: string | null;
  readonly sourceUrl: string | null;
  readonly sourceGone: boolean;
  readonly sizeBytes: number | null;
  readonly durationSeconds: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly region: string | null;
  readonly machineAudit: AuditStatus | null;
  readonly manualAudit: AuditStatus | null;
  readonly auditMessage: string | null;
};

export type EventOrder = {
  readonly eventTime: number;
  readonly rank: number;
  readonly eventId: string;
};

/** Internal: the first event of a lane that found no room; of what comes after it only what decides the state is kept. */
export type LaneCut = {
  readonly lane: string;
  readonly tier: number;
  readonly eventTime: number;
  readonly rank: number;
  readonly eventId: string;
};

export type FactKind = 'UNKNOWN' | 'RECORDED' | 'COMPOSE_START' | 'SOURCE_READY' | 'STREAM_TRANSCODED' | 'TRANSCODED' | 'SNAPSHOT' | 'SOURCE_ANALYSED' | 'UPLOADED_BY_URL' | 'MACHINE_AUDIT' | 'MANUAL_AUDIT' | 'DELETED' | 'PRODUCED' | 'OTHER' | 'TRANSCODE_REQUESTED' | 'JOB_SUBMITTED' | 'JOB_ACKNOWLEDGED' | 'JOB_FAILED' | 'JOB_IN_DOUBT' | 'COMPOSE_ACKNOWLEDGED' | 'COMPOSE_FAILED' | 'COMPOSE_IN_DOUBT' | 'OBSERVED';

export type DeleteType = 'ALL' | 'MEZZANINE' | 'STREAM';

export type FactClipPart = {
  readonly videoId: string;
  readonly inSeconds: number;
  readonly outSeconds: number | null;
};

export type FactClip = {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly parts: readonly FactClipPart[];
};

/** Internal: what an event of the job runner or an operator says about a job. */
export type JobFact = {
  readonly token: string | null;
  readonly attempt: number;
  readonly taskId: string | null;
  readonly templateGroupId: string | null;
  readonly priority: number | null;
  /** Of a clip that a person asked for, or that was cut. */
  readonly clip: FactClip | null;
};

/** Internal: copies of one event that say different things; the winner is the fact itself. */
export type Contradiction = {
  /** The winner came as a callback, not from the reconciler. */
  readonly callback: boolean;
  /** Digests of the copies that lost, sorted. */
  readonly digests: readonly string[];
};

/** Internal: what an event says of how its media is stored. */
export type StorageFact = {
  /** It is about a restore, not about the class. */
  readonly restored: boolean;
  readonly storageClass: string | null;
  readonly scope: string | null;
  readonly restoredUntil: number | null;
};

/** Internal: of a snapshot that may be one of ours. */
export type SnapshotFact = {
  /** It tells its job. Where it doesn't it failed. */
  readonly named: boolean;
  /** The first of its pictures. */
  readonly pictureUrl: string | null;
};

/** Internal: what an AI found in the video. */
export type ContentFact = {
  /** It is about tags, not about similar videos. */
  readonly tagged: boolean;
  readonly similarVideos: readonly SimilarVideo[];
  readonly tags: readonly VideoTag[];
};

/** Internal: which run of which workflow has ended. */
export type WorkflowFact = {
  readonly taskId: string | null;
  readonly workflowId: string | null;
};

/** Internal: the part of one event that the state is derived from. */
export type Fact = {
  readonly kind: FactKind;
  readonly stream: StreamRef | null;
  readonly recording: Recording | null;
  readonly fileUrl: string | null;
  readonly coverUrl: string | null;
  readonly sizeBytes: number | null;
  readonly durationSeconds: number | null;
  readonly errorMessage: string | null;
  readonly audit: AuditStatus | null;
  readonly deletion: DeleteType | null;
  /** What the event told about outputs, where the public renditions say something else. */
  readonly outputs: readonly Rendition[];
  /** What it told as the public renditions do: position in renditions × 65536 + bits of the fields it told. */
  readonly listed: readonly number[];
  readonly jobIds: readonly string[];
  readonly job: JobFact | null;
  readonly region: string | null;
  readonly contradiction: Contradiction | null;
  /** What the event says its id names; null: a video, or nothing. */
  readonly subject: SubjectKind | null;
  readonly storage: StorageFact | null;
  readonly snapshot: SnapshotFact | null;
  readonly content: ContentFact | null;
  readonly workflow: WorkflowFact | null;
};

/** The state of one video, independent of the order in which its events arrived. */
export type VideoState = {
  readonly videoId: string;
  readonly kind: VideoKind;
  /** What this is the state of; only a VIDEO can be transcoded or played. */
  readonly subject: SubjectKind;
  readonly status: VideoStatus;
  readonly stream: StreamRef | null;
  readonly recording: Recording | null;
  /** EventTime of AddLiveRecordVideoComplete. */
  readonly recordedTime: number | null;
  /** EventTime of LiveRecordVideoComposeStart. */
  readonly composeStartTime: number | null;
  /** EventTime of FileUploadComplete. */
  readonly sourceReadyTime: number | null;
  /** EventTime of the earliest successful StreamTranscodeComplete, else of TranscodeComplete; with sourcePlays that of FileUploadComplete, where it is earlier. */
  readonly firstPlayableTime: number | null;
  /** EventTime of TranscodeComplete. */
  readonly transcodedTime: number | null;
  /** EventTime of the DeleteMediaComplete that removed the whole video. */
  readonly deletedTime: number | null;
  readonly coverUrl: string | null;
  readonly sourceUrl: string | null;
  /** The source file was deleted and not uploaded again. */
  readonly sourceGone: boolean;
  /** The cloud distributes the source as it is: it can be played from sourceReadyTime on, without a transcode. Decided once, by the policy when the video first qualified; null: not decided yet. */
  readonly sourcePlays: boolean | null;
  /** Of the source. */
  readonly sizeBytes: number | null;
  readonly durationSeconds: number | null;
  /** How the media is stored, where the cloud said anything of it. */
  readonly storage: Storage | null;
  /** Videos that it resembles, the most similar first: by the latest AIMediaDNAComplete that succeeded. */
  readonly similarVideos: readonly SimilarVideo[];
  /** What it shows, what is seen most often first: by the latest AIVideoTagComplete that succeeded. */
  readonly tags: readonly VideoTag[];
  readonly auditStatus: AuditStatus | null;
  /** With status FAILED or PARTIAL: the cloud's code of the first failure that still stands. While nothing can be played yet: that of a VideoAnalysisComplete that failed. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Region of the endpoint that received the events, where it is configured. */
  readonly region: string | null;
  /** Sorted by event time, causal rank, eventId; no duplicates. */
  readonly timeline: readonly TimelineEntry[];
  readonly renditions: readonly Rendition[];
  readonly jobs: readonly JobLedgerEntry[];
  /** What was ordered beside the transcode, by policy. */
  readonly steps: readonly StepLedgerEntry[];
  /** Transcodes that were not planned since their cause was too old, or too far ahead, to be acted on. */
  readonly notStarted: readonly NotStarted[];
  /** Distinct events so far; strictly rises from record to record. */
  readonly revision: number;
  /** More events came than a state holds; what decides the state was kept. */
  readonly truncated: boolean;
  /** Nothing happened for the retention period: nothing is started for it any more, and after another such period it is forgotten. */
  readonly retired: boolean;
  /** When it was retired, by this pipeline's clock. */
  readonly retiredAt: number | null;
  /** Events came after the state was retired; they are in the timeline, and start no job. */
  readonly afterRetirement: boolean;
  /** Internal, read but not written any more: what stayed of a video that an earlier release retired. */
  readonly retiredSummary: RetiredSummary | null;
  /** Internal, read but not written any more. */
  readonly cutoff: EventOrder | null;
  /** Internal. With truncated: where each lane of events is full. */
  readonly cuts: readonly LaneCut[];
  /** Internal, no contract: what the projection needs of each event beyond its timeline entry; facts[i] belongs to timeline[i]. */
  readonly facts: readonly Fact[];
};
