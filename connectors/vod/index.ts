export type { AiJob, AiJobType, Analysis, MediaTag, SimilarMedia } from './analysis.ts';
export { cloudTime } from './answer.ts';
export { type CallLimiter, callLimiter } from './call-limiter.ts';
export { type CloudOptions, cloudClient, type VodCloud } from './cloud.ts';
export {
  type Credentials,
  type CredentialsProvider,
  defaultCredentials,
  fixedCredentials,
} from './credentials.ts';
export { CloudFault, type FaultAnswer, type FaultKind } from './fault.ts';
export type { FoundMedia, LiveRecording, Media, PlayInfo, PlayStream, VideoInfo } from './media.ts';
export type { MessageCallback, Notification } from './notification.ts';
export { adaptivePace } from './pace.ts';
export type { JobDetail, Production, ProductionPart, SnapshotPictures } from './production.ts';
export { fixedFields, type RecordConfig, type RecordFormat } from './record-config.ts';
export type { RecordNotification, RecordNotifyConfig } from './record-notification.ts';
export type { Recording } from './recording.ts';
export { publicEndpoint, type RegionalClouds, regionalClouds } from './regions.ts';
export { allReadable, type OddRow, type Rows } from './rows.ts';
export type { TranscodeTask, TranscodeTaskJob, TranscodeTaskSummary, Transcoding } from './transcoding.ts';
