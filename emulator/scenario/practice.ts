import { templateGroupIds } from './templates.ts';

/** The four business flows of live to VOD. */
export const practices = ['1', '2', '3a', '3b'] as const;
export type Practice = (typeof practices)[number];

/** What a recording is stored as. */
export type Container = 'm3u8' | 'mp4' | 'flv';

/** What VOD makes of a file by itself: by a template group, or by a workflow instead. */
export type Work = { readonly templateGroupId: string; readonly workflowId?: string };

/** A container that every cycle is recorded to, with what becomes of its files. */
export type RecordedFormat = {
  readonly container: Container;
  readonly composed: boolean;
  readonly segments: Work;
  /** Of the composed video. */
  readonly film: Work;
};

/** How the streams of an app are recorded: the fields of AddLiveRecordVodConfig that change what happens. */
export type RecordingProfile = {
  readonly domainName: string;
  readonly appName: string;
  readonly cycleSeconds: number;
  readonly disconnectDelaySeconds: number;
  /** Template group of every recorded file. */
  readonly recordingTemplateGroupId: string;
  readonly autoCompose: boolean;
  /** Template group of the composed video. */
  readonly composeTemplateGroupId: string | null;
  /** A file of each for every cycle, whatever is said above; where it isn't said m3u8 alone, by what is said above. */
  readonly formats?: readonly RecordedFormat[];
};

const common = { domainName: 'play.example.com', disconnectDelaySeconds: 180 };

/**
 * - 1: record, VOD transcodes every file.
 * - 2: store only, a user starts each transcode.
 * - 3a: record in cycles as 1, VOD composes and transcodes the composition.
 * - 3b: as 3a up to the composed source being ready, a user starts its transcode.
 */
export const profiles: Readonly<Record<Practice, RecordingProfile>> = {
  '1': {
    ...common,
    appName: 'practice-1',
    cycleSeconds: 1800,
    recordingTemplateGroupId: templateGroupIds.recording,
    autoCompose: false,
    composeTemplateGroupId: null,
  },
  '2': {
    ...common,
    appName: 'practice-2',
    cycleSeconds: 3600,
    recordingTemplateGroupId: templateGroupIds.storeOnly,
    autoCompose: false,
    composeTemplateGroupId: null,
  },
  '3a': {
    ...common,
    appName: 'practice-3a',
    cycleSeconds: 1200,
    recordingTemplateGroupId: templateGroupIds.recording,
    autoCompose: true,
    composeTemplateGroupId: templateGroupIds.compose,
  },
  '3b': {
    ...common,
    appName: 'practice-3b',
    cycleSeconds: 1800,
    recordingTemplateGroupId: templateGroupIds.recording,
    autoCompose: true,
    composeTemplateGroupId: templateGroupIds.composeOnly,
  },
};
