// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

export type JobPurpose = 'SEGMENT' | 'COMPOSED' | 'UPLOAD';

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

export type StepKind = 'AUDIT' | 'SNAPSHOT';

/** What to do instead of a transcode. */
export type Step = {
  readonly kind: StepKind;
  readonly templateId: string | null;
  /** Of a snapshot: its moment, from the start of the video. */
  readonly offsetMs: number | null;
};

/** SubmitTranscodeJobs. */
export type TranscodeOrder = {
  readonly templateGroupId: string;
  /** 1 to 10, 10 first. */
  readonly priority: number | null;
};

/** SubmitAIMediaAuditJob. */
export type AuditOrder = {
  readonly templateId: string | null;
};

/** SubmitSnapshotJob. */
export type SnapshotOrder = {
  readonly templateId: string | null;
  /** Its moment, from the start of the video. */
  readonly offsetMs: number | null;
};

/** UpdateVideoInfo. */
export type CoverOrder = {
  /** The picture that becomes the cover. */
  readonly coverUrl: string;
};

/** SubmitWorkflowJob. */
export type WorkflowOrder = {
  readonly workflowId: string;
};

/** SubmitAIJob of the type AIMediaDNA. */
export type DnaOrder = {
  /** The fingerprint library. */
  readonly dnaDbId: string | null;
};

/** SubmitAIJob of the type AIVideoTag. */
export type TagsOrder = {
  /** ASR, OCR; empty: what the cloud does by itself. */
  readonly analyseTypes: readonly string[];
};

/** Command: do at the cloud what `order` says, once. */
export type TranscodeJob = {
  /** Idempotency token, at most 50 characters [A-Za-z0-9_-]; sent as SessionId. */
  readonly token: string;
  readonly videoId: string;
  readonly purpose: JobPurpose;
  readonly generation: number;
  /** Of a transcode: its group. Otherwise an id that no group has: a runner of release 0.1.0, which reads nothing else, would start it. Read only where `order` is null. */
  readonly templateGroupId: string;
  /** As in `order`. Read only where `order` is null. */
  readonly priority: number | null;
  readonly stream: StreamRef | null;
  readonly plannedAt: number;
  readonly region: string | null;
  /** An audit or a snapshot as it was written before there was `order`. Read only where `order` is null; written as null. */
  readonly step: Step | null;
  /** What is to be done. Null in records of earlier releases alone. */
  readonly order: { readonly 'live2vod.TranscodeOrder': TranscodeOrder } | { readonly 'live2vod.AuditOrder': AuditOrder } | { readonly 'live2vod.SnapshotOrder': SnapshotOrder } | { readonly 'live2vod.CoverOrder': CoverOrder } | { readonly 'live2vod.WorkflowOrder': WorkflowOrder } | { readonly 'live2vod.DnaOrder': DnaOrder } | { readonly 'live2vod.TagsOrder': TagsOrder } | null;
};
