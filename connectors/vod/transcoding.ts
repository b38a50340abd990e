import { z } from 'zod';
import { amount, cloudTime, encryption, listOf, rowId, text, time } from './answer.ts';
import { type OddRow, type Rows, rowsOf } from './rows.ts';
import type { Rpc } from './rpc.ts';

/** What became of a whole task. The cloud spells its statuses in several ways (cloud facts 3.2). */
export type TaskOutcome = 'processing' | 'succeeded' | 'partly' | 'failed' | 'unknown';

export type TranscodeTaskSummary = {
  readonly taskId: string;
  readonly videoId: string | null;
  readonly templateGroupId: string | null;
  /** `Auto`: started by the cloud's own template group; `Manual`: through the API. */
  readonly trigger: string | null;
  readonly outcome: TaskOutcome;
  /** Epoch milliseconds, whole seconds. */
  readonly createdAtMs: number | null;
  readonly completedAtMs: number | null;
};

export type TranscodeTaskJob = {
  readonly jobId: string;
  readonly status: string | null;
  readonly definition: string | null;
  readonly format: string | null;
  readonly outputUrl: string | null;
  readonly bitrateKbps: number | null;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  readonly sizeBytes: number | null;
  readonly encrypted: boolean | null;
  readonly createdAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
};

export type TranscodeTask = TranscodeTaskSummary & {
  readonly jobs: readonly TranscodeTaskJob[];
  /** Jobs of it that can't be read. */
  readonly odd: readonly OddRow[];
};

export type SubmitTranscodeJobsRequest = {
  readonly videoId: string;
  readonly templateGroupId: string;
  /** At most 50 characters [A-Za-z0-9_-]; the cloud refuses a repeat within seven days. */
  readonly sessionId: string;
  /** 1 to 10, 10 first. */
  readonly priority?: number | null;
};

export type Transcoding = {
  /** Starts the group's jobs; costs money. Throws `already-submitted` (or an undocumented code) for a repeated sessionId. */
  submitTranscodeJobs(
    request: SubmitTranscodeJobsRequest,
  ): Promise<{ readonly taskId: string; readonly jobIds: readonly string[] }>;
  /** Throws a terminal fault with code NoSuchResource for an unknown task. */
  getTranscodeTask(request: { readonly taskId: string }): Promise<TranscodeTask>;
  /** All tasks of a video created in the window, page by page. */
  listTranscodeTask(request: {
    readonly videoId: string;
    readonly createdFromMs?: number;
    readonly createdToMs?: number;
  }): Promise<Rows<TranscodeTaskSummary>>;
};

const submitted = z.object({
  TranscodeTaskId: z.string(),
  TranscodeJobs: listOf('TranscodeJob', z.object({ JobId: z.string() })),
});

const summaryFields = z.object({
  TranscodeTaskId: rowId,
  VideoId: text,
  TaskStatus: text,
  TranscodeTemplateGroupId: text,
  CreationTime: time,
  CompleteTime: time,
  Trigger: text,
});

const summary = summaryFields.transform(toSummary);

const outputFile = z.object({
  OutputFileUrl: text,
  Format: text,
  Bitrate: amount,
  Fps: amount,
  Width: amount,
  Height: amount,
  Duration: amount,
  Filesize: amount,
  Encryption: encryption,
});

const job = z
  .object({
    TranscodeJobId: rowId,
    TranscodeJobStatus: text,
    Definition: text,
    CreationTime: time,
    CompleteTime: time,
    ErrorCode: text,
    ErrorMessage: text,
    OutputFile: outputFile.nullish(),
  })
  .transform(
    (found): TranscodeTaskJob => ({
      jobId: found.TranscodeJobId,
      status: found.TranscodeJobStatus,
      definition: found.Definition,
      format: found.OutputFile?.Format ?? null,
      outputUrl: found.OutputFile?.OutputFileUrl ?? null,
      bitrateKbps: found.OutputFile?.Bitrate ?? null,
      fps: found.OutputFile?.Fps ?? null,
      width: found.OutputFile?.Width ?? null,
      height: found.OutputFile?.Height ?? null,
      durationSeconds: found.OutputFile?.Duration ?? null,
      sizeBytes: found.OutputFile?.Filesize ?? null,
      // An output of which no encryption is told has none (cloud facts 3.2.1).
      encrypted: found.OutputFile ? (found.OutputFile.Encryption ?? false) : null,
      createdAtMs: found.CreationTime,
      completedAtMs: found.CompleteTime,
      errorCode: found.ErrorCode,
      errorMessage: found.ErrorMessage,
    }),
  );

const task = z.object({
  TranscodeTask: summaryFields
    .extend({ TranscodeJobInfoList: rowsOf('TranscodeJobInfo', job, 'TranscodeJobId') })
    .transform((found): TranscodeTask => {
      const { rows: jobs, odd } = found.TranscodeJobInfoList;
      return { ...toSummary(found), jobs, odd };
    }),
});

const tasks = z.object({ TranscodeTaskList: rowsOf('TranscodeTask', summary, 'TranscodeTaskId') });

const pageSize = 50;

export function transcoding(vod: Rpc): Transcoding {
  return {
    async submitTranscodeJobs({ videoId, templateGroupId, sessionId, priority }) {
      const answer = await vod.call(
        'SubmitTranscodeJobs',
        'change',
        {
          VideoId: videoId,
          TemplateGroupId: templateGroupId,
          SessionId: sessionId,
          Priority: priority === undefined || priority === null ? null : String(priority),
        },
        submitted,
      );
      return { taskId: answer.TranscodeTaskId, jobIds: answer.TranscodeJobs.map((one) => one.JobId) };
    },
    async getTranscodeTask({ taskId }) {
      const answer = await vod.call('GetTranscodeTask', 'read', { TranscodeTaskId: taskId }, task);
      return answer.TranscodeTask;
    },
    async listTranscodeTask({ videoId, createdFromMs, createdToMs }) {
      const found: TranscodeTaskSummary[] = [];
      const unread: OddRow[] = [];
      // The answer has no total: a short page is the last one.
      for (let page = 1; ; page++) {
        const answer = await vod.call(
          'ListTranscodeTask',
          'read',
          {
            VideoId: videoId,
            StartTime: createdFromMs === undefined ? null : cloudTime(createdFromMs),
            EndTime: createdToMs === undefined ? null : cloudTime(createdToMs),
            PageNo: page,
            PageSize: pageSize,
          },
          tasks,
        );
        const { rows, odd } = answer.TranscodeTaskList;
        found.push(...rows);
        unread.push(...odd);
        if (rows.length + odd.length < pageSize) return { rows: found, odd: unread };
      }
    },
  };
}

function toSummary(found: z.output<typeof summaryFields>): TranscodeTaskSummary {
  return {
    taskId: found.TranscodeTaskId,
    videoId: found.VideoId,
    templateGroupId: found.TranscodeTemplateGroupId,
    trigger: found.Trigger,
    outcome: taskOutcome(found.TaskStatus),
    createdAtMs: found.CreationTime,
    completedAtMs: found.CompleteTime,
  };
}

/** `CompleteAllSucc`, `CompleteAllSucces`, `CompeleteAllSucc`, `CompletePartialSucc`, `CompleteAllFail`, `Partial`, `Processing`. */
function taskOutcome(status: string | null): TaskOutcome {
  if (status === null) return 'unknown';
  if (/allsucc/i.test(status)) return 'succeeded';
  if (/partialsucc/i.test(status)) return 'partly';
  if (/allfail/i.test(status)) return 'failed';
  return /^(processing|partial)$/i.test(status) ? 'processing' : 'unknown';
}
