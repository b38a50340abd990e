import { cloudTime } from '../../cloud/body.ts';
import { cloudAt } from '../../cloud/pace.ts';
import type { RunningTask } from '../../cloud/video.ts';
import type { TranscodeJobPlan } from '../../scenario/fact.ts';
import type { Action, ActionContext } from '../action.ts';
import { fault } from '../errors.ts';
import { integer, optional, time } from '../params.ts';
import { taskHere, videoOf } from './lookup.ts';

/** GetTranscodeTask by TranscodeTaskId or by up to ten JobIds (cloud facts 3.2). */
export const getTranscodeTask: Action = (params, context) => {
  const taskId = optional(params, 'TranscodeTaskId');
  const jobIds = optional(params, 'JobIds')?.split(',') ?? [];
  if (taskId !== null) {
    const running = taskHere(context.cloud.tasks.get(taskId), context);
    if (!running) throw fault.noSuchResource(taskId);
    return { TranscodeTask: describe(running, context, true) };
  }
  if (jobIds.length === 0) throw fault.missingParameter('TranscodeTaskId');
  if (jobIds.length > 10) throw fault.invalidParameter('JobIds');
  const found = jobIds.flatMap((jobId) => {
    const running = taskHere(context.cloud.jobs.get(jobId), context);
    const job = running?.task.jobs.find((one) => one.jobId === jobId);
    return running && job ? [describeJob(job, running, context)] : [];
  });
  return {
    TranscodeJobInfoList: found,
    NonExistJobIds: jobIds.filter((jobId) => !taskHere(context.cloud.jobs.get(jobId), context)),
  };
};

/** ListTranscodeTask of a video, newest first, the cloud's own tasks included (cloud facts 3.2). */
export const listTranscodeTask: Action = (params, context) => {
  const video = videoOf(params, context);
  const fromMs = time(params, 'StartTime') ?? Number.NEGATIVE_INFINITY;
  const toMs = time(params, 'EndTime') ?? Number.POSITIVE_INFINITY;
  const pageNo = integer(params, 'PageNo', { from: 1, to: 100_000, otherwise: 1 });
  const pageSize = integer(params, 'PageSize', { from: 1, to: 50, otherwise: 10 });
  const tasks = video.tasks
    .filter(({ task }) => task.submittedMs >= fromMs && task.submittedMs <= toMs)
    .toReversed()
    .slice((pageNo - 1) * pageSize, pageNo * pageSize);
  return { TranscodeTaskList: tasks.map((running) => describe(running, context, false)) };
};

function describe(running: RunningTask, context: ActionContext, withJobs: boolean) {
  const { task, pace } = running;
  const done = cloudAt(pace, context.clock.now()) >= task.completedMs;
  return {
    TranscodeTaskId: task.taskId,
    VideoId: task.videoId,
    TaskStatus: taskStatus(running, context),
    TranscodeTemplateGroupId: task.templateGroupId,
    Trigger: task.trigger,
    CreationTime: cloudTime(task.submittedMs),
    ...(done ? { CompleteTime: cloudTime(task.completedMs) } : {}),
    ...(withJobs ? { TranscodeJobInfoList: task.jobs.map((job) => describeJob(job, running, context)) } : {}),
  };
}

function taskStatus(running: RunningTask, context: ActionContext): string {
  const states = running.task.jobs.map((job) => jobStatus(job, running, context));
  const over = states.filter((state) => state !== 'Transcoding').length;
  if (over === 0 && states.length > 0) return 'Processing';
  if (over < states.length) return 'Partial';
  const good = states.filter((state) => state === 'TranscodeSuccess').length;
  if (good === states.length) return 'CompleteAllSucc';
  return good === 0 ? 'CompleteAllFail' : 'CompletePartialSucc';
}

function jobStatus(job: TranscodeJobPlan, { pace }: RunningTask, { clock }: ActionContext): string {
  if (cloudAt(pace, clock.now()) < job.finishMs) return 'Transcoding';
  return job.status === 'success' ? 'TranscodeSuccess' : 'TranscodeFail';
}

function describeJob(job: TranscodeJobPlan, running: RunningTask, context: ActionContext) {
  const { task, pace } = running;
  const nowMs = cloudAt(pace, context.clock.now());
  const status = jobStatus(job, running, context);
  const share = (nowMs - job.startMs) / Math.max(1, job.finishMs - job.startMs);
  const source = context.cloud.videos.get(task.videoId)?.plan;
  return {
    TranscodeJobId: job.jobId,
    TranscodeJobStatus: status,
    TranscodeProgress: Math.floor(100 * Math.min(1, Math.max(0, share))),
    TranscodeTemplateId: `${task.templateGroupId.slice(0, 24)}-${job.definition.toLowerCase()}`,
    Definition: job.definition,
    Priority: String(task.priority),
    CreationTime: cloudTime(task.submittedMs),
    InputFileUrl: source?.sourceUrl ?? '',
    ...(status === 'Transcoding' ? {} : { CompleteTime: cloudTime(job.finishMs) }),
    ...(status === 'TranscodeFail' ? { ErrorCode: job.errorCode, ErrorMessage: job.errorMessage } : {}),
    ...(status === 'TranscodeSuccess' ? { OutputFile: outputFile(job) } : {}),
  };
}

/** The name, or JSON text with it: the page's table and its sample disagree, so each is told (cloud facts 3.2.1). */
function told(EncryptType: string, jobId: string) {
  const forms = [EncryptType, JSON.stringify({ EncryptType })];
  return forms[Number.parseInt(jobId.slice(-4), 16) % forms.length];
}

function outputFile(job: TranscodeJobPlan) {
  return {
    OutputFileUrl: job.fileUrl,
    Duration: job.durationSeconds.toFixed(4),
    Bitrate: String(job.bitrateKbps),
    Fps: String(job.fps),
    Width: String(job.width),
    Height: String(job.height),
    Filesize: job.sizeBytes,
    Format: job.format,
    ...(job.encryption === undefined ? {} : { Encryption: told(job.encryption, job.jobId) }),
    VideoStreamList: JSON.stringify([{ Codec: 'h264', Width: String(job.width), Height: String(job.height) }]),
    AudioStreamList: JSON.stringify([{ Codec: 'aac', Channels: '2' }]),
    SubtitleStreamList: '[]',
    WatermarkIdList: [],
  };
}
