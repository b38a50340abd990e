/** What a recording configuration is, how the cloud tells it, and what its calls take (cloud facts 4). */
import { z } from 'zod';
import { amount, listOf, rowId, text } from './answer.ts';
import type { RpcParams } from './plain.ts';

/** One container that is recorded, with what becomes of its files (cloud facts 4.12). */
export type RecordFormat = {
  /** m3u8, mp4 or flv. */
  readonly format: string;
  readonly autoCompose: boolean;
  /** `transcode` or `workflow`: what the id below names. */
  readonly processMethod: string | null;
  readonly processTemplateId: string | null;
  /** `origin`, `compose` or both: what the template or workflow is for. */
  readonly videoProcess: string | null;
  readonly sliceSeconds: number | null;
  readonly tags: string | null;
};

/** What Live records to VOD for a domain, an app and a stream; `*` or null stands for all streams. */
export type RecordConfig = {
  readonly domainName: string;
  readonly appName: string;
  readonly streamName: string | null;
  readonly cycleSeconds: number | null;
  readonly disconnectDelaySeconds: number | null;
  readonly transcodeGroupId: string | null;
  readonly autoCompose: boolean;
  readonly composeTranscodeGroupId: string | null;
  readonly storageLocation: string | null;
  readonly onDemand: number | null;
  readonly spaceId: string | null;
  /** `raw`, `transcode` or both; absent means `raw`. */
  readonly recordContent: string | null;
  /** Which transcoded streams are recorded, where `recordContent` says so. */
  readonly transcodeTemplates: readonly string[];
  /** Containers with settings of their own: then template groups and composing above are ignored. */
  readonly recordFormats: readonly RecordFormat[];
};

/** What Add takes and Update doesn't (cloud facts 4.10): it can be changed by deleting and adding alone. */
export const fixedFields = ['storageLocation', 'spaceId', 'recordContent'] as const satisfies (keyof RecordConfig)[];

const recordFormat = z
  .object({
    Format: rowId,
    AutoCompose: text,
    ProcessMethod: text,
    ProcessTemplateId: text,
    VideoProcess: text,
    SliceDuration: amount,
    Tags: text,
  })
  .transform(
    (found): RecordFormat => ({
      format: found.Format,
      autoCompose: isOn(found.AutoCompose),
      processMethod: found.ProcessMethod,
      processTemplateId: found.ProcessTemplateId,
      videoProcess: found.VideoProcess,
      sliceSeconds: found.SliceDuration,
      tags: found.Tags,
    }),
  );

/** A row of DescribeLiveRecordVodConfigs. */
export const recordConfig = (domainName: string) =>
  z
    .object({
      DomainName: text,
      AppName: rowId,
      StreamName: text,
      CycleDuration: amount,
      DelayTime: amount,
      VodTranscodeGroupId: text,
      AutoCompose: text,
      ComposeVodTranscodeGroupId: text,
      StorageLocation: text,
      OnDemand: amount,
      SpaceId: text,
      RecordContent: text,
      TranscodeTemplates: z.unknown().optional().transform(templatesOf),
      RecordFormatList: listOf('RecordFormat', recordFormat),
    })
    .transform(
      (found): RecordConfig => ({
        domainName: found.DomainName ?? domainName,
        appName: found.AppName,
        streamName: found.StreamName,
        cycleSeconds: found.CycleDuration,
        disconnectDelaySeconds: found.DelayTime,
        transcodeGroupId: found.VodTranscodeGroupId,
        autoCompose: isOn(found.AutoCompose),
        composeTranscodeGroupId: found.ComposeVodTranscodeGroupId,
        storageLocation: found.StorageLocation,
        onDemand: found.OnDemand,
        spaceId: found.SpaceId,
        recordContent: found.RecordContent,
        transcodeTemplates: found.TranscodeTemplates,
        recordFormats: found.RecordFormatList,
      }),
    );

function isOn(told: string | null): boolean {
  return told?.toUpperCase() === 'ON';
}

/** The library types them as one text; a list of texts, bare or wrapped, and one written as JSON, are read too. */
function templatesOf(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.values(value).flatMap((one) => (Array.isArray(one) ? templatesOf(one) : []));
  if (Array.isArray(value)) return value.flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []));
  if (typeof value !== 'string') return [];
  return value
    .replace(/[[\]"\s]/g, '')
    .split(',')
    .filter(Boolean);
}

/** Parameters of AddLiveRecordVodConfig. */
export function addParams(wanted: RecordConfig): RpcParams {
  const { recordContent, spaceId, storageLocation } = wanted;
  return {
    ...updateParams(wanted),
    StorageLocation: storageLocation,
    SpaceId: spaceId,
    RecordContent: recordContent,
  };
}

/** Parameters of UpdateLiveRecordVodConfig: all that it takes, since it may take what is left out for unset. */
export function updateParams(wanted: RecordConfig): RpcParams {
  const { transcodeTemplates: templates, recordFormats: formats } = wanted;
  return {
    DomainName: wanted.domainName,
    AppName: wanted.appName,
    StreamName: wanted.streamName,
    CycleDuration: wanted.cycleSeconds,
    DelayTime: wanted.disconnectDelaySeconds,
    VodTranscodeGroupId: wanted.transcodeGroupId,
    AutoCompose: wanted.autoCompose ? 'ON' : 'OFF',
    ComposeVodTranscodeGroupId: wanted.composeTranscodeGroupId,
    OnDemand: wanted.onDemand,
    ...(templates.length === 0 ? {} : { TranscodeTemplates: templates }),
    ...(formats.length === 0 ? {} : { RecordFormat: formats.map(formatParams) }),
  };
}

function formatParams(one: RecordFormat) {
  return {
    Format: one.format,
    AutoCompose: one.autoCompose ? 'ON' : 'OFF',
    ProcessMethod: one.processMethod,
    ProcessTemplateId: one.processTemplateId,
    VideoProcess: one.videoProcess,
    SliceDuration: one.sliceSeconds,
    Tags: one.tags,
  };
}
