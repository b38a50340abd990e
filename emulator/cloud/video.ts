import type { Happening, TranscodeTask, VideoPlan, WorkflowRun } from '../scenario/fact.ts';
import type { Pace } from './pace.ts';

/** A happening that has come true, and when that was by the wall clock. */
export type Occurred = Happening & { readonly reachedWallMs: number };

/** A transcode task and how fast its time passes. */
export type RunningTask = { readonly task: TranscodeTask; readonly pace: Pace };

/** A snapshot or AI job that a user asked for. */
export type Order = {
  readonly kind: 'snapshot' | 'audit' | 'ai-image' | 'fingerprint' | 'tags';
  readonly jobId: string;
  readonly createdMs: number;
};

/** Status as GetVideoInfo spells it. */
export type VodStatus =
  | 'Uploading'
  | 'UploadSucc'
  | 'Transcoding'
  | 'TranscodeFail'
  | 'Blocked'
  | 'Normal'
  | 'ProduceFail';

/** A video as VOD knows it: what is planned for its source, and what has come true so far. */
export type CloudVideo = {
  readonly plan: VideoPlan;
  /** The pace of the play that the video belongs to. */
  readonly pace: Pace;
  /** In the order in which they came true. */
  readonly occurred: Occurred[];
  /** In the order in which VOD took them. */
  readonly tasks: RunningTask[];
  /** In the order in which VOD took them. */
  readonly orders: Order[];
  /** In the order in which VOD took them. */
  readonly runs: WorkflowRun[];
};

/** Whether VOD knows the video at all: from its first happening on. */
export function exists(video: CloudVideo): boolean {
  return video.occurred.length > 0;
}

/** Whether a user has deleted it: then VOD doesn't know it any more. */
export function isDeleted(video: CloudVideo): boolean {
  return video.occurred.some(({ fact }) => fact.kind === 'deleted');
}

/** What a user set it to last, of Title, Description, CoverURL and Tags; null where nobody did. */
export function infoSet({ occurred }: CloudVideo, name: string): string | null {
  const changed = occurred.findLast(({ fact }) => fact.kind === 'info-changed' && fact.change.now[name] !== undefined);
  return changed?.fact.kind === 'info-changed' ? (changed.fact.change.now[name] ?? null) : null;
}

/** The cover: what a user set, else the one that VOD took by itself. */
export function coverOf(video: CloudVideo): string | null {
  const taken = video.occurred.findLast(({ fact }) => fact.kind === 'snapshot' && fact.snapshot.coverUrl !== null);
  return infoSet(video, 'CoverURL') ?? (taken?.fact.kind === 'snapshot' ? taken.fact.snapshot.coverUrl : null);
}

/** Epoch ms of the cloud; null before it was so. */
export function timeOf(video: CloudVideo, kind: Happening['fact']['kind']): number | null {
  return video.occurred.find((one) => one.fact.kind === kind)?.atMs ?? null;
}

/** Since when the source is distributed as it is, epoch ms of the cloud; null: it isn't. */
export function distributedAt({ occurred }: CloudVideo): number | null {
  return occurred.find(({ fact }) => isDistribution(fact))?.atMs ?? null;
}

/** A task of the group that transcodes nothing has no jobs. */
function isDistribution(fact: Happening['fact']): boolean {
  return fact.kind === 'distributed' || (fact.kind === 'transcode-taken' && fact.task.jobs.length === 0);
}

/** VOD's own status of the video, from what had come true by this moment of the wall clock. */
export function vodStatus(video: CloudVideo, untilWallMs = Number.POSITIVE_INFINITY): VodStatus {
  let status: VodStatus = 'Uploading';
  let running = 0;
  let playable = false;
  let blocked = false;
  for (const { fact, reachedWallMs } of video.occurred) {
    if (reachedWallMs > untilWallMs) break;
    if (fact.kind === 'source-ready') status = 'UploadSucc';
    if (fact.kind === 'source-failed' || (fact.kind === 'produced' && fact.failed)) status = 'ProduceFail';
    if (fact.kind === 'reviewed') blocked = fact.review.status === 'Blocked';
    if (isDistribution(fact)) playable = true;
    else if (fact.kind === 'transcode-taken') running += 1;
    if (fact.kind === 'transcoded') {
      running -= 1;
      playable ||= fact.task.jobs.some((job) => job.status === 'success');
      status = 'TranscodeFail';
    }
  }
  if (running > 0) return 'Transcoding';
  if (blocked) return 'Blocked';
  return playable ? 'Normal' : status;
}
