export { type CloudOptions, cloudClient, type VodCloud } from './cloud/cloud.ts';
export {
  type Credentials,
  type CredentialsProvider,
  defaultCredentials,
  fixedCredentials,
} from './cloud/credentials.ts';
export { CloudFault, type FaultKind } from './cloud/fault.ts';
export type { FoundMedia, LiveRecording, Media, PlayInfo, PlayStream, VideoInfo } from './cloud/media.ts';
export type { MessageCallback, Notification } from './cloud/notification.ts';
export type { Production } from './cloud/production.ts';
export type { RecordConfig, Recording } from './cloud/recording.ts';
export type { TranscodeTask, TranscodeTaskJob, TranscodeTaskSummary, Transcoding } from './cloud/transcoding.ts';
export { type ReconcilerOptions, runReconciler } from './reconciler/reconciler.ts';
export type { SweepTarget } from './reconciler/sweep.ts';
export { type Applied, applyRecording } from './recording-setup/apply.ts';
export { type Patiently, patience } from './recording-setup/patience.ts';
export {
  compareConfigs,
  type Difference,
  nameOf,
  planRecording,
  type RecordingChange,
  type RecordingPlan,
} from './recording-setup/plan.ts';
export {
  type RecordingSetup,
  RecordingSetupFault,
  type RecordingSetupInput,
  readRecordingSetup,
  type SetupResult,
} from './recording-setup/wanted.ts';
export { type JobRunnerOptions, runJobRunner } from './runner/job-runner.ts';
export { redriveCompose, redriveStep, redriveTranscode } from './runner/redrive.ts';
