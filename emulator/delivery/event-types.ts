/**
 * What SetMessageCallback takes in EventTypeList (cloud facts 1.2.3 and 1.4): every type by its own name but the AI ones,
 * which are switched on together.
 */
export const subscribableEventTypes: ReadonlySet<string> = new Set([
  'ALL',
  'FileUploadComplete',
  'ImageUploadComplete',
  'AttachedMediaUploadComplete',
  'UploadByURLComplete',
  'StreamTranscodeComplete',
  'TranscodeComplete',
  'SnapshotComplete',
  'DynamicImageComplete',
  'AddLiveRecordVideoComplete',
  'LiveRecordVideoComposeStart',
  'CreateAuditComplete',
  'AIComplete',
  'VideoAnalysisComplete',
  'ProduceMediaComplete',
  'DeleteMediaComplete',
  'MediaBaseChangeComplete',
  'UpdateMediaStorageClassComplete',
  'RestoreMediaComplete',
  'SubmitMediaRefreshComplete',
  'WorkflowTaskComplete',
]);
