/** An ApsaraVideo cloud on localhost: plays live shows, sends callbacks, answers the VOD, Live and MNS APIs, keeps a ledger. */
export type { AccessKey } from './api/gate.ts';
export type { Mishap } from './api/mishaps.ts';
export { rpcSignature } from './api/signature.ts';
export type { Clock } from './clock.ts';
export { vodSignature } from './delivery/signature.ts';
export { startEmulator } from './emulator.ts';
export type { KnobChanges, Knobs } from './knobs.ts';
export type { BillLine } from './ledger/bill.ts';
export type { DeliveryCounts } from './ledger/deliveries.ts';
export type { Ledger } from './ledger/index.ts';
export type { ApiCall, SubmittedJob, SubmittedProduction } from './ledger/journal.ts';
export type { LedgerRendition } from './ledger/renditions.ts';
export type { LedgerSession } from './ledger/session.ts';
export type { LedgerVideo, TimelineLine } from './ledger/video.ts';
export type { Emulator, EmulatorOptions, PlayOptions, PlaySummary, Progress, VideoOptions } from './options.ts';
export { type Practice, practices, profiles, type RecordingProfile } from './scenario/practice.ts';
export { builtInTemplateGroups, type TemplateGroup, templateGroupIds } from './scenario/templates.ts';
