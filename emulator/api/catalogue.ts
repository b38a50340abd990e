import type { Knobs } from '../knobs.ts';
import type { Action } from './action.ts';
import { realTimeRecordCommand } from './live/record-command.ts';
import {
  addLiveRecordNotifyConfig,
  deleteLiveRecordNotifyConfig,
  describeLiveRecordNotifyConfig,
  updateLiveRecordNotifyConfig,
} from './live/record-notify.ts';
import {
  addLiveRecordVodConfig,
  deleteLiveRecordVodConfig,
  describeLiveRecordVodConfigs,
  updateLiveRecordVodConfig,
} from './live/record-vod.ts';
import {
  getAiVideoTagResult,
  getJobDetail,
  getMediaAuditResult,
  getMediaDnaResult,
  listAiJob,
  listJobInfo,
} from './vod/job-info.ts';
import { createAudit, deleteVideo, updateVideoInfo } from './vod/manage.ts';
import { getPlayInfo, getVideoInfo, getVideoInfos, listLiveRecordVideo } from './vod/media.ts';
import { deleteMessageCallback, getMessageCallback, setMessageCallback } from './vod/message-callback.ts';
import { submitAiImageJob, submitAiJob, submitDynamicImageJob, submitWorkflowJob } from './vod/process.ts';
import {
  listSnapshots,
  produceEditingProjectVideo,
  submitAiMediaAuditJob,
  submitSnapshotJob,
} from './vod/production.ts';
import { searchMedia } from './vod/search-media.ts';
import { getMezzanineInfo, getVideoPlayAuth } from './vod/source.ts';
import { submitTranscodeJobs } from './vod/submit-transcode.ts';
import { getTranscodeTask, listTranscodeTask } from './vod/transcode-tasks.ts';
import { uploadMediaByUrl } from './vod/upload.ts';

/** Operations that share a limit of calls per second (cloud facts 3). */
export type Quota = Extract<keyof Knobs, `${string}PerSecond`>;

export type Operation = { readonly action: Action; readonly quota: Quota };

/** API versions: VOD's and Live's. */
export const versions = { vod: '2017-03-21', live: '2016-11-01' } as const;

const quota = (name: Quota, actions: Readonly<Record<string, Action>>): Record<string, Operation> =>
  Object.fromEntries(Object.entries(actions).map(([operation, action]) => [operation, { action, quota: name }]));

/** The operations by API version and name. */
export const catalogue: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  [versions.vod]: {
    ...quota('submitPerSecond', {
      SubmitTranscodeJobs: submitTranscodeJobs,
      ProduceEditingProjectVideo: produceEditingProjectVideo,
      SubmitSnapshotJob: submitSnapshotJob,
      SubmitAIMediaAuditJob: submitAiMediaAuditJob,
      SubmitAIImageJob: submitAiImageJob,
      SubmitAIJob: submitAiJob,
      SubmitDynamicImageJob: submitDynamicImageJob,
      SubmitWorkflowJob: submitWorkflowJob,
      UploadMediaByURL: uploadMediaByUrl,
      CreateAudit: createAudit,
      DeleteVideo: deleteVideo,
      UpdateVideoInfo: updateVideoInfo,
    }),
    ...quota('queryPerSecond', {
      GetTranscodeTask: getTranscodeTask,
      ListTranscodeTask: listTranscodeTask,
      GetVideoInfo: getVideoInfo,
      GetVideoInfos: getVideoInfos,
      GetMezzanineInfo: getMezzanineInfo,
      ListLiveRecordVideo: listLiveRecordVideo,
      SearchMedia: searchMedia,
      ListJobInfo: listJobInfo,
      GetJobDetail: getJobDetail,
      GetMediaAuditResult: getMediaAuditResult,
      ListAIJob: listAiJob,
      GetMediaDNAResult: getMediaDnaResult,
      GetAIVideoTagResult: getAiVideoTagResult,
      ListSnapshots: listSnapshots,
    }),
    ...quota('playPerSecond', { GetPlayInfo: getPlayInfo, GetVideoPlayAuth: getVideoPlayAuth }),
    ...quota('configPerSecond', {
      SetMessageCallback: setMessageCallback,
      GetMessageCallback: getMessageCallback,
      DeleteMessageCallback: deleteMessageCallback,
    }),
  },
  [versions.live]: quota('configPerSecond', {
    AddLiveRecordVodConfig: addLiveRecordVodConfig,
    UpdateLiveRecordVodConfig: updateLiveRecordVodConfig,
    DeleteLiveRecordVodConfig: deleteLiveRecordVodConfig,
    DescribeLiveRecordVodConfigs: describeLiveRecordVodConfigs,
    AddLiveRecordNotifyConfig: addLiveRecordNotifyConfig,
    UpdateLiveRecordNotifyConfig: updateLiveRecordNotifyConfig,
    DeleteLiveRecordNotifyConfig: deleteLiveRecordNotifyConfig,
    DescribeLiveRecordNotifyConfig: describeLiveRecordNotifyConfig,
    RealTimeRecordCommand: realTimeRecordCommand,
  }),
};
