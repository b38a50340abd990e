import type { StreamRef } from '../../schemas/generated/VideoState.ts';
import type { Practice } from './practice.ts';
import type { Push } from './recording.ts';
import type { StoryName } from './story-names.ts';
import type { Encryption } from './templates.ts';

/** One transcode job: one rendition of one video. Times are the cloud's, epoch ms in whole seconds. */
export type TranscodeJobPlan = {
  readonly jobId: string;
  readonly definition: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly bitrateKbps: number;
  readonly fps: number;
  readonly startMs: number;
  readonly finishMs: number;
  readonly status: 'success' | 'fail';
  readonly fileUrl: string;
  readonly sizeBytes: number;
  readonly durationSeconds: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly encryption?: Encryption;
};

/** One run of a template group over a video. */
export type TranscodeTask = {
  readonly taskId: string;
  readonly videoId: string;
  readonly templateGroupId: string;
  readonly trigger: 'Auto' | 'Manual';
  readonly priority: number;
  /** When VOD took the task. */
  readonly submittedMs: number;
  /** EventTime of TranscodeComplete. */
  readonly completedMs: number;
  readonly jobs: readonly TranscodeJobPlan[];
  /** No job was started because the source is damaged. */
  readonly broken: boolean;
  /** `Extend` of the submitter's UserData, echoed in the task's events. */
  readonly extend: string | null;
  /** A callback address for this task's events alone (UserData.MessageCallback). */
  readonly callbackUrl: string | null;
};

/** A set of pictures: the cloud's own along with a transcode, one of which is the cover, or at a moment that a user chose. */
export type Snapshot = {
  readonly jobId: string;
  readonly failed: boolean;
  /** Null of a user's: it sets no cover (cloud facts 3.3.2). */
  readonly coverUrl: string | null;
  /** Address of each, with `{SnapshotCount}` in place of its number. */
  readonly regular: string;
  readonly count: number;
  readonly startedBy: 'cloud' | 'user';
};

/** The verdict of an AI audit. */
export type Audit = {
  readonly jobId: string;
  readonly suggestion: 'pass' | 'review' | 'block';
  readonly label: string;
};

/** Smart tags by category; of each when it is seen, in milliseconds. */
export type Tags = Readonly<Record<string, readonly { readonly tag: string; readonly seenMs: readonly number[] }[]>>;

/** Another video of the fingerprint library of which the same pictures are part, and where: seconds of each. */
export type Likeness = {
  readonly videoId: string;
  readonly similarity: number;
  readonly seconds: number;
  readonly startHere: number;
  readonly startThere: number;
};

/** A person's verdict. */
export type Review = { readonly status: 'Normal' | 'Blocked'; readonly reason: string | null };

/** What a user changed of a video's information, by the API's names; and what it was before. */
export type InfoChange = {
  readonly now: Readonly<Record<string, string>>;
  readonly before: Readonly<Record<string, string>>;
};

/** A run of a workflow. */
export type WorkflowRun = {
  readonly taskId: string;
  readonly workflowId: string;
  readonly createdMs: number;
  /** An activity that fails, by its name; null where all work. */
  readonly failedActivity: string | null;
};

/** What can become true of a video. `isTold` says which of it a callback tells. */
export type Fact =
  | { readonly kind: 'created' }
  | { readonly kind: 'recorded' }
  | { readonly kind: 'compose-started' }
  | { readonly kind: 'source-failed' }
  | { readonly kind: 'source-ready' }
  | { readonly kind: 'produced'; readonly projectId: string; readonly failed: boolean }
  | { readonly kind: 'analysed' }
  | { readonly kind: 'distributed' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'audited'; readonly audit: Audit }
  | {
      readonly kind: 'fingerprinted';
      readonly jobId: string;
      readonly library: string;
      readonly like: readonly Likeness[];
    }
  | { readonly kind: 'tagged'; readonly jobId: string; readonly tags: Tags }
  | { readonly kind: 'analysis-failed'; readonly jobId: string; readonly of: 'fingerprint' | 'tags' }
  | { readonly kind: 'reviewed'; readonly review: Review }
  | { readonly kind: 'info-changed'; readonly change: InfoChange }
  | { readonly kind: 'deleted' }
  /** Of its information the title that it had, as DeleteVideo takes it away. */
  | { readonly kind: 'info-deleted'; readonly title: string }
  | { readonly kind: 'fetched'; readonly jobId: string; readonly sourceUrl: string }
  | { readonly kind: 'ai-image-made'; readonly jobId: string }
  | { readonly kind: 'dynamic-image-made'; readonly jobId: string }
  | { readonly kind: 'workflow-taken'; readonly workflow: WorkflowRun }
  | { readonly kind: 'workflow-done'; readonly workflow: WorkflowRun }
  | { readonly kind: 'transcode-taken'; readonly task: TranscodeTask }
  | { readonly kind: 'stream-transcoded'; readonly task: TranscodeTask; readonly job: TranscodeJobPlan }
  | { readonly kind: 'transcoded'; readonly task: TranscodeTask };

const silent: ReadonlySet<Fact['kind']> = new Set([
  'created',
  'source-failed',
  'distributed',
  'ai-image-made',
  'workflow-taken',
  'transcode-taken',
]);

/** Whether a callback tells it. */
export function isTold(fact: Fact): boolean {
  return !silent.has(fact.kind);
}

/** A fact and its moment: the cloud's time, epoch ms in whole seconds (an EventTime has no more). */
export type Happening = { readonly atMs: number; readonly videoId: string; readonly fact: Fact };

/** A video as it will be once its source is there. */
export type VideoPlan = {
  readonly videoId: string;
  readonly kind: 'SEGMENT' | 'COMPOSED' | 'UPLOAD';
  readonly practice: Practice | null;
  readonly stream: StreamRef | null;
  readonly sessionId: string | null;
  readonly recording: { readonly startTime: number; readonly endTime: number } | null;
  readonly title: string;
  readonly sourceUrl: string;
  readonly sizeBytes: number;
  readonly durationSeconds: number;
  /** The group that VOD itself applies to the source. */
  readonly templateGroupId: string;
  /** The workflow that VOD itself runs over it instead. */
  readonly workflowId?: string;
  /** Of a composition: the recordings that it is made of, in order. */
  readonly madeOf?: readonly string[];
  /** Of a composition: the one that it is made in place of, because that one came to nothing. */
  readonly repeats?: string;
  /** Where it is stored, and whose callback address is told; absent: the account's only region. */
  readonly region?: string;
};

export type ComposedBy = 'cloud' | 'user' | 'nobody';

export type SessionPlan = {
  readonly sessionId: string;
  /** Null for a story. */
  readonly practice: Practice | null;
  readonly story: StoryName | null;
  readonly stream: StreamRef;
  /** When the stream was pushed; the first begins at `startTime`, the last ends at `endTime`. */
  readonly pushes: readonly Push[];
  readonly startTime: number;
  readonly endTime: number;
  readonly endedBy: 'time-out' | 'command';
  /** When Live took the stream for ended. */
  readonly overTime: number;
  /** Who is to compose it: VOD by its recording configuration, the user by the API, or nobody. */
  readonly composedBy: ComposedBy;
  /** Nobody is to transcode what can be watched as it is. */
  readonly leftAsIs: boolean;
  /** How many files each cycle is recorded to. */
  readonly containers: number;
  readonly segmentIds: readonly string[];
};

/** All that will happen around one show, by cloud time. */
export type ShowPlan = {
  readonly showId: string;
  readonly practice: Practice | null;
  readonly story: StoryName | null;
  readonly stream: StreamRef;
  readonly sessions: readonly SessionPlan[];
  readonly videos: readonly VideoPlan[];
  /** Ascending by time. */
  readonly happenings: readonly Happening[];
};
