/** An ApsaraVideo cloud on localhost: plays live shows, sends callbacks, answers the VOD, Live and MNS APIs, keeps a ledger. */
export type { AccessKey } from './api/gate.ts';
export type { Mishap } from './api/mishaps.ts';
export { rpcSignature } from './api/signature.ts';
export type { Clock } from './clock.ts';
export { vodSignature } from './delivery/signature.ts';
export { startEmulator } from './emulator.ts';
export type { KnobChanges, Knobs } from './knobs.ts';
export type {
  ApiCall,
  BillLine,
  DeliveryCounts,
  Ledger,
  LedgerRendition,
  LedgerSession,
  LedgerVideo,
  SubmittedJob,
  SubmittedProduction,
  TimelineLine,
} from './ledger/index.ts';
export type { Emulator, EmulatorOptions, PlayOptions, PlaySummary, Progress, VideoOptions } from './options.ts';
export { type Practice, practices, profiles, type RecordingProfile } from './scenario/practice.ts';
export { stories } from './scenario/stories.ts';
export { type StoryName, storyNames } from './scenario/story-names.ts';
export { builtInTemplateGroups, type TemplateGroup, templateGroupIds, workflowIds } from './scenario/templates.ts';
