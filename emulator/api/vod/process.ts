import { orderAiImage, orderDynamicImage, orderWorkflow } from '../../cloud/media-orders.ts';
import type { Action } from '../action.ts';
import { jsonObject, required } from '../params.ts';
import { demandStatus, videoOf, workable } from './lookup.ts';

/** SubmitAIImageJob: a cover chosen by a machine. AI templates are not kept: any id is taken. */
export const submitAiImageJob: Action = (params, context) => {
  const video = videoOf(params, context);
  required(params, 'AITemplateId');
  jsonObject(params, 'UserData');
  demandStatus(video, context, workable);
  return { JobId: orderAiImage(context.cloud, video) };
};

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
