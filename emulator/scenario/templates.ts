/** The cloud's ways to encrypt an output (cloud facts 3.2.1). */
export type Encryption = 'AliyunVoDEncryption' | 'HLSEncryption';

import { noTranscode } from '../../schemas/template-groups.ts';

/** Containers that can be played (cloud facts 3.1.7). */
export const playFormats = ['mp4', 'flv', 'm3u8', 'mp3', 'webm'] as const;
export type PlayFormat = (typeof playFormats)[number];

/** The container of a file that can be played as it is, by its name; null: it can't be. */
export function playFormatOf(sourceUrl: string): PlayFormat | null {
  const extension = /\.([0-9a-z]+)$/i.exec(sourceUrl)?.[1]?.toLowerCase();
  return playFormats.find((format) => format === extension) ?? null;
}

/** One output of a transcoding template group. */
export type RenditionTemplate = {
  /** Template label as in `Definition`: FD LD SD HD OD 2K 4K. */
  readonly definition: string;
  readonly format: PlayFormat;
  readonly width: number;
  readonly height: number;
  readonly bitrateKbps: number;
  readonly fps: number;
  /** How the output is encrypted; absent: it isn't. */
  readonly encryption?: Encryption;
};

/**
 * A transcoding template group. Effect `transcode` makes one job per rendition; `store-only` and `compose-only` are
 * groups without templates (nothing happens after the file is there); `no-transcode` is the built-in VOD_NO_TRANSCODE
 * (the source is distributed as it is, where it can be played: cloud facts 3.1.4, 3.1.6, 3.1.7).
 */
export type TemplateGroup = {
  readonly templateGroupId: string;
  readonly name: string;
  readonly effect: 'transcode' | 'store-only' | 'compose-only' | 'no-transcode';
  readonly renditions: readonly RenditionTemplate[];
};

const fd: RenditionTemplate = { definition: 'FD', format: 'mp4', width: 640, height: 360, bitrateKbps: 420, fps: 25 };
const ld: RenditionTemplate = { definition: 'LD', format: 'mp4', width: 960, height: 540, bitrateKbps: 925, fps: 25 };
const sd: RenditionTemplate = {
  definition: 'SD',
  format: 'm3u8',
  width: 1280,
  height: 720,
  bitrateKbps: 1452,
  fps: 25,
};
const hd: RenditionTemplate = {
  definition: 'HD',
  format: 'm3u8',
  width: 1920,
  height: 1080,
  bitrateKbps: 3010,
  fps: 25,
};
const od: RenditionTemplate = {
  definition: 'OD',
  format: 'm3u8',
  width: 1920,
  height: 1080,
  bitrateKbps: 6020,
  fps: 50,
};

/** The ids of the groups that every emulator knows. */
export const templateGroupIds = {
  recording: 'a3c1e5f70b2d4968a3c1e5f70b2d4968',
  compose: 'b4d2f6081c3e5a79b4d2f6081c3e5a79',
  byHand: '0123456789abcdef0123456789abcdef',
  storeOnly: '5e0a11105e0a11105e0a11105e0a1110',
  composeOnly: 'c0390a11c0390a11c0390a11c0390a11',
  encrypted: 'e0c7e0c7e0c7e0c7e0c7e0c7e0c7e0c7',
  noTranscode,
} as const;

/** The groups that every emulator knows. */
export const builtInTemplateGroups: readonly TemplateGroup[] = [
  { templateGroupId: templateGroupIds.recording, name: 'recording', effect: 'transcode', renditions: [ld, sd, hd] },
  { templateGroupId: templateGroupIds.compose, name: 'compose', effect: 'transcode', renditions: [ld, sd, hd, od] },
  { templateGroupId: templateGroupIds.byHand, name: 'by hand', effect: 'transcode', renditions: [fd, ld, sd, hd] },
  {
    templateGroupId: templateGroupIds.encrypted,
    name: 'encrypted',
    effect: 'transcode',
    renditions: [
      ld,
      { ...sd, encryption: 'HLSEncryption' },
      { ...hd, encryption: 'AliyunVoDEncryption' },
      { ...od, encryption: 'AliyunVoDEncryption' },
    ],
  },
  { templateGroupId: templateGroupIds.storeOnly, name: 'store only', effect: 'store-only', renditions: [] },
  { templateGroupId: templateGroupIds.composeOnly, name: 'compose only', effect: 'compose-only', renditions: [] },
  { templateGroupId: templateGroupIds.noTranscode, name: 'no transcoding', effect: 'no-transcode', renditions: [] },
];

/** Workflows that every emulator knows: what each transcodes by. Any other does nothing but end. */
export const workflowIds = { byHand: '3f10c0de3f10c0de3f10c0de3f10c0de' } as const;
export const groupOfWorkflow: ReadonlyMap<string, string> = new Map([[workflowIds.byHand, templateGroupIds.byHand]]);
