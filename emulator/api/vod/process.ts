import type { Cloud } from '../../cloud/cloud.ts';
import { orderFingerprint, orderTags } from '../../cloud/content-orders.ts';
import { orderAiImage, orderDynamicImage, orderWorkflow } from '../../cloud/media-orders.ts';
import type { CloudVideo } from '../../cloud/video.ts';
import type { Action } from '../action.ts';
import { fault } from '../errors.ts';
import { isRecord, jsonObject, required } from '../params.ts';
import { demandStatus, videoOf, workable } from './lookup.ts';

/** SubmitAIImageJob: a cover chosen by a machine. AI templates are not kept: any id is taken. */
export const submitAiImageJob: Action = (params, context) => {
  const video = videoOf(params, context);
  required(params, 'AITemplateId');
  jsonObject(params, 'UserData');
  demandStatus(video, context, workable);
  return { JobId: orderAiImage(context.cloud, video) };
};

/** SubmitAIJob: one job for each of its types (cloud facts 3.3.14). A fingerprint library is there once it is named. */
export const submitAiJob: Action = (params, context) => {
  const video = videoOf(params, context, 'MediaId');
  const types = [...new Set(required(params, 'Types').split(','))];
  const config = jsonObject(params, 'Config') ?? {};
  jsonObject(params, 'UserData');
  const ordered = types.map((Type) => {
    const order = orders.get(Type);
    if (order === undefined) throw fault.invalidParameter('Types');
    const { [Type]: own = {} } = config;
    if (!isRecord(own)) throw fault.invalidParameter('Config');
    return { Type, order: order(own) };
  });
  demandStatus(video, context, [...workable, 'Blocked']);
  const MediaId = video.plan.videoId;
  return {
    AIJobList: { AIJob: ordered.map(({ Type, order }) => ({ JobId: order(context.cloud, video), MediaId, Type })) },
  };
};

type Orderer = (cloud: Cloud, video: CloudVideo) => string;

/** By type: reads the part of Config that is its own. */
const orders: ReadonlyMap<string, (own: Readonly<Record<string, unknown>>) => Orderer> = new Map([
  [
    'AIMediaDNA',
    ({ DNADBId = '' }) => {
      if (typeof DNADBId !== 'string') throw fault.invalidParameter('Config');
      return (cloud, video) => orderFingerprint(cloud, video, DNADBId);
    },
  ],
  [
    'AIVideoTag',
    ({ AnalyseTypes = 'ASR,OCR' }) => {
      const asked = typeof AnalyseTypes === 'string' ? AnalyseTypes.split(',') : [''];
      if (!asked.every((type) => type === 'ASR' || type === 'OCR')) throw fault.invalidParameter('Config');
      return orderTags;
    },
  ],
]);

/** SubmitDynamicImageJob: an animated picture, told by DynamicImageComplete. Any template id is taken. */
export const submitDynamicImageJob: Action = (params, context) => {
  const video = videoOf(params, context);
  required(params, 'DynamicImageTemplateId');
  jsonObject(params, 'OverrideParams');
  demandStatus(video, context, workable);
  return { DynamicImageJob: { JobId: orderDynamicImage(context.cloud, video) } };
};

/** SubmitWorkflowJob: told by WorkflowTaskComplete. One that is known transcodes; any other id is taken, and does nothing else. */
export const submitWorkflowJob: Action = (params, context) => {
  const workflowId = required(params, 'WorkflowId');
  const video = videoOf(params, context, 'MediaId');
  demandStatus(video, context, workable);
  const { cloud, clock, journal } = context;
  const taskId = orderWorkflow(cloud, video, workflowId);
  journal.workflows.push({ videoId: video.plan.videoId, workflowId, taskId, atMs: clock.now() });
  return { TaskId: taskId };
};
