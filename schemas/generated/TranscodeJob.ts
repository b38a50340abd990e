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

/** Command: submit this transcode job, or a step before it, to the cloud, once. */
export type TranscodeJob = {
  /** Idempotency token, at most 50 characters [A-Za-z0-9_-]; sent as SessionId. */
  readonly token: string;
  readonly videoId: string;
  readonly purpose: JobPurpose;
  readonly generation: number;
  /** Of a step: NOT_A_TRANSCODE, which the cloud refuses, should a runner that knows no steps submit it. */
  readonly templateGroupId: string;
  readonly priority: number | null;
  readonly stream: StreamRef | null;
  readonly plannedAt: number;
  readonly region: string | null;
  readonly step: Step | null;
};
