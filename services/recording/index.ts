export { type Applied, applyRecording } from './apply.ts';
export {
  compareConfigs,
  type Difference,
  nameOf,
  planRecording,
  type RecordingChange,
  type RecordingPlan,
} from './plan.ts';
export { type RetriedCall, retriedCalls } from './retried-calls.ts';
export {
  type RecordingSetup,
  RecordingSetupFault,
  type RecordingSetupInput,
  readRecordingSetup,
  type SetupResult,
} from './wanted.ts';
