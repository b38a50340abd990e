import { z } from 'zod';
import { rowId, text, time } from './answer.ts';
import { CloudFault } from './fault.ts';
import { type Rows, rowsOf } from './rows.ts';
import type { Rpc } from './rpc.ts';

/** What is taken of a media: from `inSeconds` of its own pictures, else its beginning, to `outSeconds`, else its end. */
export type ProductionPart = {
  readonly mediaId: string;
  readonly inSeconds?: number | null;
  readonly outSeconds?: number | null;
};

export type Production = {
  /**
   * Composes media into a new one; costs money and knows no idempotency: look before repeating.
   * The sources must have status Normal (`lagging` otherwise), 200 of them at most: more are refused here already
   * (terminal, `TooManySources`).
   */
  produceEditingProjectVideo(request: {
    readonly title: string;
    /** In order, each whole or the stretch that is given of it. */
    readonly parts: readonly ProductionPart[];
    /** Template group that transcodes the product; the account's default where absent. */
    readonly templateGroupId?: string | null;
    /** Bucket of the product; required by the cloud outside Shanghai. */
    readonly storageLocation?: string | null;
    readonly description?: string | null;
  }): Promise<{ readonly mediaId: string }>;
  /** One picture at a time of the video, or what a template says; sets no cover. Told by SnapshotComplete. */
  submitSnapshotJob(request: {
    readonly videoId: string;
    /** Overrides all else at the cloud. */
    readonly snapshotTemplateId?: string | null;
    readonly offsetMs?: number | null;
  }): Promise<{ readonly jobId: string }>;
  /** The pictures of the latest snapshot of a type; null where there is none. */
  listSnapshots(request: {
    readonly videoId: string;
    readonly snapshotType: 'CoverSnapshot' | 'NormalSnapshot' | 'SpriteSnapshot';
  }): Promise<SnapshotPictures | null>;
  /** Sets what is given, again and again the same. Told by MediaBaseChangeComplete. */
  updateVideoInfo(request: { readonly videoId: string; readonly coverUrl: string }): Promise<void>;
  /** AI audit; costs money and knows no idempotency. Its verdict comes as AIMediaAuditComplete. */
  submitAiMediaAuditJob(request: {
    readonly mediaId: string;
    readonly templateId?: string | null;
  }): Promise<{ readonly jobId: string }>;
  /**
   * Runs a workflow on a media; costs money, knows no idempotency, and no question finds the run again
   * (cloud facts 3.3.9). Its end comes as WorkflowTaskComplete. The task is null where the cloud names none.
   */
  submitWorkflowJob(request: {
    readonly mediaId: string;
    readonly workflowId: string;
  }): Promise<{ readonly taskId: string | null }>;
  /** Jobs of one type on a media, whether a user or the cloud itself started them. */
  listJobs(request: { readonly mediaId: string; readonly jobType: 'snapshot' | 'ai' }): Promise<Rows<JobSummary>>;
  /** Who started a job, and what an AI job is; how a run of a workflow ended, whose id is its task's. */
  getJob(request: { readonly jobId: string; readonly jobType: 'snapshot' | 'ai' | 'workflow' }): Promise<JobDetail>;
  /** What the latest audit of a media suggests: `pass`, `review` or `block`; null while there is none. */
  getMediaAuditResult(request: { readonly mediaId: string }): Promise<{ readonly suggestion: string | null }>;
};

export type SnapshotPictures = {
  readonly jobId: string | null;
  /** Address of all of them, with `{SnapshotCount}` in place of the number. */
  readonly regular: string | null;
};

export type JobSummary = {
  readonly jobId: string;
  readonly status: string | null;
  readonly createdAtMs: number | null;
};

export type JobDetail = {
  /** `Auto`: by the cloud's own templates; `Manual`: through the API. */
  readonly trigger: string | null;
  /** `AIVideoCensor`, `AIMediaDNA` and the like; null for a snapshot. */
  readonly aiJobType: string | null;
  readonly status: string | null;
  readonly completedAtMs: number | null;
  /** Of a run of a workflow. */
  readonly workflow: WorkflowDetail | null;
};

export type WorkflowDetail = {
  readonly workflowId: string | null;
  /** As its event has it: JSON text, by activity (cloud facts 1.4.15). */
  readonly activityResults: string | null;
};

const jobList = z.object({
  JobInfoList: rowsOf(
    'JobInfo',
    z
      .object({ JobId: rowId, Status: text, CreateTime: time })
      .transform((found): JobSummary => ({ jobId: found.JobId, status: found.Status, createdAtMs: found.CreateTime })),
    'JobId',
  ),
});

const progress = { Trigger: text, Status: text, CompleteTime: time };

const workflowDetail = z
  .object({
    Status: text,
    FinishTime: time,
    ActivityResults: text,
    Workflow: z.object({ WorkflowId: text }).nullish(),
  })
  .transform(
    ({ Status, FinishTime, ActivityResults, Workflow }): JobDetail => ({
      ...{ trigger: null, aiJobType: null, status: Status, completedAtMs: FinishTime },
      workflow: { workflowId: Workflow?.WorkflowId ?? null, activityResults: ActivityResults },
    }),
  );

const jobDetail = z
  .object({
    AIJobDetail: z.object({ ...progress, JobType: text }).nullish(),
    SnapshotJobDetail: z.object(progress).nullish(),
    WorkflowTaskDetail: workflowDetail.nullish(),
  })
  .transform(({ AIJobDetail, SnapshotJobDetail, WorkflowTaskDetail }): JobDetail => {
    if (WorkflowTaskDetail) return WorkflowTaskDetail;
    const found = AIJobDetail ?? SnapshotJobDetail;
    return {
      trigger: found?.Trigger ?? null,
      aiJobType: AIJobDetail?.JobType ?? null,
      status: found?.Status ?? null,
      completedAtMs: found?.CompleteTime ?? null,
      workflow: null,
    };
  });

const snapshotList = z.object({ MediaSnapshot: z.object({ JobId: text, Regular: text }).nullish() });

const auditResult = z.object({ MediaAuditResult: z.object({ Suggestion: text }).nullish() });

const mostSources = 200;

export function production(vod: Rpc): Production {
  return {
    async produceEditingProjectVideo({ title, parts, templateGroupId, storageLocation, description }) {
      if (parts.length > mostSources) {
        const message = `${parts.length} sources, the cloud takes ${mostSources}: compose them by hand, in parts`;
        throw new CloudFault({
          kind: 'terminal',
          code: 'TooManySources',
          action: 'ProduceEditingProjectVideo',
          message,
        });
      }
      const clips = parts.map(({ mediaId: MediaId, inSeconds, outSeconds }) => ({
        MediaId,
        ...(inSeconds == null ? {} : { In: inSeconds }),
        ...(outSeconds == null ? {} : { Out: outSeconds }),
      }));
      const answer = await vod.call(
        'ProduceEditingProjectVideo',
        'change',
        {
          Title: title,
          Description: description,
          Timeline: JSON.stringify({ VideoTracks: [{ VideoTrackClips: clips }] }),
          MediaMetadata: JSON.stringify({ Title: title, ...(description ? { Description: description } : {}) }),
          ProduceConfig: JSON.stringify({
            ...(templateGroupId ? { TemplateGroupId: templateGroupId } : {}),
            ...(storageLocation ? { StorageLocation: storageLocation } : {}),
          }),
        },
        z.object({ MediaId: z.string() }),
      );
      return { mediaId: answer.MediaId };
    },
    async submitSnapshotJob({ videoId, snapshotTemplateId, offsetMs }) {
      const answer = await vod.call(
        'SubmitSnapshotJob',
        'change',
        // Count or Interval has to be there (cloud facts 3.3.2); a template overrides both.
        { VideoId: videoId, SnapshotTemplateId: snapshotTemplateId, SpecifiedOffsetTime: offsetMs, Count: 1 },
        z.object({ SnapshotJob: z.object({ JobId: z.string() }) }),
      );
      return { jobId: answer.SnapshotJob.JobId };
    },
    async listSnapshots({ videoId, snapshotType }) {
      const params = { VideoId: videoId, SnapshotType: snapshotType };
      try {
        const { MediaSnapshot: found } = await vod.call('ListSnapshots', 'read', params, snapshotList);
        return found ? { jobId: found.JobId, regular: found.Regular } : null;
      } catch (error) {
        // How the cloud says that there is none (cloud facts 3.3.12).
        if (error instanceof CloudFault && error.code === 'NoSuchResource') return null;
        throw error;
      }
    },
    async updateVideoInfo({ videoId, coverUrl }) {
      await vod.call('UpdateVideoInfo', 'change', { VideoId: videoId, CoverURL: coverUrl }, z.object({}));
    },
    async submitAiMediaAuditJob({ mediaId, templateId }) {
      const answer = await vod.call(
        'SubmitAIMediaAuditJob',
        'change',
        { MediaId: mediaId, TemplateId: templateId, MediaType: 'video' },
        z.object({ JobId: z.string(), MediaId: text }),
      );
      return { jobId: answer.JobId };
    },
    async submitWorkflowJob({ mediaId, workflowId }) {
      const params = { MediaId: mediaId, WorkflowId: workflowId };
      const answer = await vod.call('SubmitWorkflowJob', 'change', params, z.object({ TaskId: text }));
      return { taskId: answer.TaskId };
    },
    async listJobs({ mediaId, jobType }) {
      const answer = await vod.call('ListJobInfo', 'read', { MediaId: mediaId, JobType: jobType }, jobList);
      return answer.JobInfoList;
    },
    async getJob({ jobId, jobType }) {
      return await vod.call('GetJobDetail', 'read', { JobId: jobId, JobType: jobType }, jobDetail);
    },
    async getMediaAuditResult({ mediaId }) {
      const { MediaAuditResult } = await vod.call('GetMediaAuditResult', 'read', { MediaId: mediaId }, auditResult);
      return { suggestion: MediaAuditResult?.Suggestion ?? null };
    },
  };
}
