// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

/** The live stream as the cloud names it: play domain, AppName, StreamName. */
export type StreamRef = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string;
};

/** What is taken of one segment, in seconds of its own pictures. */
export type ClipPart = {
  readonly videoId: string;
  readonly inSeconds: number;
  /** Null: to its end. */
  readonly outSeconds: number | null;
};

/** A clip to be cut. `videoIds` is empty then: a runner of an earlier release finds nothing to compose in it. */
export type ClipOrder = {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** In order. */
  readonly parts: readonly ClipPart[];
};

/** Command: compose these segments into one video, or cut a clip out of them, once. */
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
  readonly clip: ClipOrder | null;
};
