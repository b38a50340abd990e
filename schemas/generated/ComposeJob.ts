// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

/** Command: compose these segments into one video, once. */
export type ComposeJob = {
  /** Idempotency token; put into the title of the produced video. */
  readonly token: string;
  readonly sessionId: string;
  readonly stream: StreamRef;
  /** The session's segments in order. */
  readonly videoIds: readonly string[];
  readonly templateGroupId: string | null;
  /** Region of the segments, where a callback's endpoint told it. */
  readonly region: string | null;
  readonly generation: number;
  readonly plannedAt: number;
};
