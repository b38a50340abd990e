import { activityResults, cloudTime, workflowStatus } from '../../cloud/body.ts';
import { analysisFailure, dnaOf, tagLists } from '../../cloud/content-body.ts';
import type { CloudVideo, Order } from '../../cloud/video.ts';
import type { Fact } from '../../scenario/fact.ts';
import type { Action, ActionContext } from '../action.ts';
import { fault } from '../errors.ts';
import { type Params, required } from '../params.ts';
import { videoOf, videosHere } from './lookup.ts';

/** A job of the kinds that these operations answer for here. */
type JobInfo = {
  readonly kind: Order['kind'];
  readonly jobId: string;
  readonly trigger: 'Auto' | 'Manual';
  readonly createdMs: number;
  readonly completedMs: number | null;
  readonly failed: boolean;
};

/** ListJobInfo: the snapshot or AI jobs of a video, newest first, the cloud's own included (cloud facts 3.2). */
export const listJobInfo: Action = (params, context) => {
  const video = videoOf(params, context, 'MediaId');
  const jobType = jobTypeOf(params);
  const JobInfoList = jobsOf(video, jobType)
    .toReversed()
    .map((job) => ({ JobId: job.jobId, ...progressOf(job) }));
  return { MediaId: video.plan.videoId, JobType: jobType, JobInfoList };
};

const aiJobTypes: Readonly<Partial<Record<Order['kind'], string>>> = {
  audit: 'AIMediaAudit',
  'ai-image': 'AIImage',
  fingerprint: 'AIMediaDNA',
  tags: 'AIVideoTag',
};

/** GetJobDetail of a snapshot or AI job: what ListJobInfo says, and who started it; of a workflow, by its task, how it ended. */
export const getJobDetail: Action = (params, context) => {
  if (required(params, 'JobType').toLowerCase() === 'workflow') return workflowDetail(params, context);
  const jobType = jobTypeOf(params);
  const { job, video } = jobNamed(required(params, 'JobId'), jobType, context);
  const detail = { JobId: job.jobId, Trigger: job.trigger, ...progressOf(job) };
  const { videoId } = video.plan;
  return {
    JobType: jobType,
    ...(jobType === 'ai'
      ? { AIJobDetail: { ...detail, MediaId: videoId, JobType: aiJobTypes[job.kind] } }
      : { SnapshotJobDetail: { ...detail, VideoId: videoId } }),
  };
};

function workflowDetail(params: Params, context: ActionContext) {
  const taskId = required(params, 'JobId');
  for (const { runs, occurred, plan } of videosHere(context)) {
    const run = runs.find((one) => one.taskId === taskId);
    if (run === undefined) continue;
    const done = occurred.find(({ fact }) => fact.kind === 'workflow-done' && fact.workflow === run);
    const ended = done && { FinishTime: cloudTime(done.atMs), ActivityResults: activityResults(run) };
    return {
      JobType: 'workflow',
      WorkflowTaskDetail: {
        ...{ TaskId: taskId, CreateTime: cloudTime(run.createdMs), Status: done ? workflowStatus(run) : 'Processing' },
        ...{
          TaskInput: JSON.stringify({ Type: 'Media', Media: plan.videoId }),
          Workflow: { WorkflowId: run.workflowId },
        },
        ...ended,
      },
    };
  }
  throw fault.noSuchResource(taskId);
}

const mostAiJobs = 10;

/** ListAIJob: DNA and tag jobs of these ids (cloud facts 3.3.15). */
export const listAiJob: Action = (params, context) => {
  const ids = required(params, 'JobIds').split(',');
  if (ids.length > mostAiJobs) throw fault.invalidParameter('JobIds');
  const known = videosHere(context).flatMap((video) => jobsOf(video, 'ai').map((job) => ({ job, video })));
  const found = known.filter(({ job }) => ids.includes(job.jobId) && analyses.has(job.kind));
  const AIJob = found.map(({ job, video }) => {
    const { CreateTime: CreationTime, ...progress } = progressOf(job);
    const why = job.completedMs === null ? {} : job.failed ? analysisFailure : { Code: '0', Message: 'OK' };
    const about = { JobId: job.jobId, MediaId: video.plan.videoId, Type: aiJobTypes[job.kind] };
    return { ...about, CreationTime, ...progress, ...why };
  });
  const strangers = ids.filter((id) => !found.some(({ job }) => job.jobId === id));
  return { AIJobList: { AIJob }, NonExistAIJobIds: { String: strangers } };
};

const analyses: ReadonlySet<Order['kind']> = new Set(['fingerprint', 'tags']);

/** GetMediaDNAResult: what the latest fingerprint of a video found. */
export const getMediaDnaResult: Action = (params, context) => {
  const video = videoOf(params, context, 'MediaId');
  const fact = video.occurred.findLast((one) => one.fact.kind === 'fingerprinted')?.fact;
  if (fact?.kind !== 'fingerprinted') throw fault.noSuchResource(video.plan.videoId);
  return { DNAResult: { VideoDNA: dnaOf(fact.like) } };
};

/** GetAIVideoTagResult: the latest tags of a video; each time is a JSON text of its own, as the page shows it. */
export const getAiVideoTagResult: Action = (params, context) => {
  const video = videoOf(params, context, 'MediaId');
  const fact = video.occurred.findLast((one) => one.fact.kind === 'tagged')?.fact;
  if (fact?.kind !== 'tagged') throw fault.noSuchResource(video.plan.videoId);
  return { VideoTagResult: tagLists(fact.tags, (seenMs) => JSON.stringify([String(seenMs)])) };
};

/** GetMediaAuditResult: what the latest audit of a video says. */
export const getMediaAuditResult: Action = (params, context) => {
  const video = videoOf(params, context, 'MediaId');
  const fact = video.occurred.findLast((one) => one.fact.kind === 'audited')?.fact;
  if (fact?.kind !== 'audited') throw fault.noSuchResource(video.plan.videoId);
  const { label, suggestion } = fact.audit;
  return { MediaAuditResult: { Label: label, Suggestion: suggestion, ImageResult: [], TextResult: [] } };
};

/** Transcode jobs have operations of their own. */
function jobTypeOf(params: Params): 'snapshot' | 'ai' {
  const jobType = required(params, 'JobType').toLowerCase();
  if (jobType !== 'snapshot' && jobType !== 'ai') throw fault.invalidParameter('JobType');
  return jobType;
}

function jobNamed(jobId: string, jobType: 'snapshot' | 'ai', context: ActionContext) {
  for (const video of videosHere(context)) {
    const job = jobsOf(video, jobType).find((one) => one.jobId === jobId);
    if (job) return { job, video };
  }
  throw fault.noSuchResource(jobId);
}

function jobsOf({ orders, occurred }: CloudVideo, jobType: 'snapshot' | 'ai'): JobInfo[] {
  const done = new Map<string, number>();
  const lost = new Set<string>();
  const automatic: JobInfo[] = [];
  for (const { fact, atMs } of occurred) {
    if (fact.kind === 'audited') done.set(fact.audit.jobId, atMs);
    if (fact.kind === 'ai-image-made' || isAnalysis(fact)) done.set(fact.jobId, atMs);
    if (fact.kind === 'analysis-failed') lost.add(fact.jobId);
    if (fact.kind !== 'snapshot') continue;
    const { jobId, startedBy, failed } = fact.snapshot;
    done.set(jobId, atMs);
    if (failed) lost.add(jobId);
    if (startedBy === 'cloud')
      automatic.push({ kind: 'snapshot', jobId, trigger: 'Auto', createdMs: atMs, completedMs: atMs, failed });
  }
  const ordered = orders
    .filter(({ kind }) => (kind === 'snapshot') === (jobType === 'snapshot'))
    .map(({ kind, jobId, createdMs }): JobInfo => {
      return {
        kind,
        jobId,
        trigger: 'Manual',
        createdMs,
        completedMs: done.get(jobId) ?? null,
        failed: lost.has(jobId),
      };
    });
  return jobType === 'ai' ? ordered : [...automatic, ...ordered].sort((a, b) => a.createdMs - b.createdMs);
}

type Analysis = Extract<Fact, { readonly kind: 'fingerprinted' | 'tagged' | 'analysis-failed' }>;

function isAnalysis(fact: Fact): fact is Analysis {
  return fact.kind === 'fingerprinted' || fact.kind === 'tagged' || fact.kind === 'analysis-failed';
}

function progressOf({ createdMs, completedMs, failed }: JobInfo) {
  return {
    CreateTime: cloudTime(createdMs),
    ...(completedMs === null
      ? { Status: 'processing' }
      : { Status: failed ? 'fail' : 'success', CompleteTime: cloudTime(completedMs) }),
  };
}
