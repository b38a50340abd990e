import { cloudTime } from '../../cloud/body.ts';
import type { Action, ActionContext } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { integer, matching, optional, type Params, required } from '../params.ts';
import { processes, type RecordConfig, type RecordFormat } from './record-configs.ts';

const alreadyThere = () => new ApiFault('ConfigAlreadyExists', 400, 'The config already exists.');
export const notThere = () => new ApiFault('CodeConfigNotFound', 400, 'The config does not exist.');

/** AddLiveRecordVodConfig (cloud facts 4). Acts on shows that begin afterwards. */
export const addLiveRecordVodConfig: Action = (params, context) => {
  const config = configOf(params, context);
  const { DomainName, AppName, StreamName } = config;
  if (context.recordConfigs.has(DomainName, AppName, StreamName)) throw alreadyThere();
  context.recordConfigs.put(config);
  return {};
};

/**
 * UpdateLiveRecordVodConfig: all fields that it takes anew. It has no parameters for where the files lie and which
 * streams are recorded: given ones are ignored, as unknown parameters are, and what was added stays (cloud facts 4.10).
 */
export const updateLiveRecordVodConfig: Action = (params, context) => {
  const { StorageLocation: _, SpaceId: _s, RecordContent: _r, ...taken } = params;
  const [domain, app] = [required(params, 'DomainName'), required(params, 'AppName')];
  const present = context.recordConfigs.get(domain, app, optional(params, 'StreamName') ?? '*');
  if (!present) throw notThere();
  const { StorageLocation, SpaceId, RecordContent, CreateTime } = present;
  context.recordConfigs.put({ ...configOf(taken, context), StorageLocation, SpaceId, RecordContent, CreateTime });
  return {};
};

/** DeleteLiveRecordVodConfig. */
export const deleteLiveRecordVodConfig: Action = (params, { recordConfigs }) => {
  const [domain, app] = [required(params, 'DomainName'), required(params, 'AppName')];
  if (!recordConfigs.delete(domain, app, optional(params, 'StreamName') ?? '*')) throw notThere();
  return {};
};

/** DescribeLiveRecordVodConfigs: Total, PageNum and PageSize as the cloud types them. */
export const describeLiveRecordVodConfigs: Action = (params, { recordConfigs }) => {
  const domain = required(params, 'DomainName');
  const app = optional(params, 'AppName');
  const stream = optional(params, 'StreamName');
  const PageNum = integer(params, 'PageNum', { from: 1, to: 100_000, otherwise: 1 });
  const PageSize = integer(params, 'PageSize', { from: 5, to: 100, otherwise: 10 });
  const found = recordConfigs.all.filter(
    (config) =>
      config.DomainName === domain &&
      (app === null || config.AppName === app) &&
      (stream === null || config.StreamName === stream),
  );
  const page = found.slice((PageNum - 1) * PageSize, PageNum * PageSize);
  return { Total: String(found.length), PageNum, PageSize, LiveRecordVodConfigs: { LiveRecordVodConfig: page } };
};

function configOf(params: Params, { clock }: ActionContext): RecordConfig {
  const formats = formatsOf(params);
  const [first] = formats;
  const own = matching(params, 'AutoCompose', /^(ON|OFF)$/i)?.toUpperCase() === 'ON' ? 'ON' : 'OFF';
  // With containers of their own, what is said for all of them is ignored (cloud facts 4.12).
  const AutoCompose = first ? (formats.some((format) => format.AutoCompose === 'ON') ? 'ON' : 'OFF') : own;
  const groupFor = (what: 'origin' | 'compose') =>
    formats.find((format) => format.ProcessMethod !== 'workflow' && processes(format, what))?.ProcessTemplateId ?? '';
  const onDemand = integer(params, 'OnDemand', { from: 0, to: 7, otherwise: 0 });
  if (![0, 1, 2, 7].includes(onDemand)) throw fault.invalidParameter('OnDemand');
  const recordContent = optional(params, 'RecordContent') ?? 'raw';
  if (/transcode/i.test(recordContent)) required(params, 'TranscodeTemplates.1');
  return {
    DomainName: required(params, 'DomainName'),
    AppName: required(params, 'AppName'),
    StreamName: optional(params, 'StreamName') ?? '*',
    CycleDuration: integer(params, 'CycleDuration', { from: 300, to: 21_600, otherwise: 3600 }),
    DelayTime: integer(params, 'DelayTime', { from: 15, to: 21_600, otherwise: 180 }),
    AutoCompose,
    VodTranscodeGroupId: first ? groupFor('origin') : required(params, 'VodTranscodeGroupId'),
    ComposeVodTranscodeGroupId: first
      ? groupFor('compose')
      : own === 'ON'
        ? required(params, 'ComposeVodTranscodeGroupId')
        : (optional(params, 'ComposeVodTranscodeGroupId') ?? ''),
    OnDemand: onDemand,
    StorageLocation: optional(params, 'StorageLocation') ?? '',
    RecordContent: recordContent,
    SpaceId: optional(params, 'SpaceId') ?? '',
    RecordFormatList: { RecordFormat: formats },
    TranscodeTemplates: listOf(params, 'TranscodeTemplates').join(','),
    FormatConfig: formats.length > 0,
    CreateTime: cloudTime(clock.now()),
  };
}

const containers = ['m3u8', 'mp4', 'flv'] as const;

function formatsOf(params: Params): RecordFormat[] {
  const formats: RecordFormat[] = [];
  for (;;) {
    const name = (field: string) => `RecordFormat.${formats.length + 1}.${field}`;
    const given = optional(params, name('Format'));
    if (given === null) return formats;
    const Format = containers.find((one) => one === given);
    if (!Format) throw fault.invalidParameter(name('Format'));
    const AutoCompose = matching(params, name('AutoCompose'), /^(ON|OFF)$/i)?.toUpperCase();
    const ProcessMethod = matching(params, name('ProcessMethod'), /^(transcode|workflow)$/);
    const ProcessTemplateId = optional(params, name('ProcessTemplateId'));
    const VideoProcess = matching(params, name('VideoProcess'), /^(origin|compose)(,(origin|compose))?$/);
    const Tags = optional(params, name('Tags'));
    const slices = integer(params, name('SliceDuration'), { from: 5, to: 30, otherwise: 30 });
    formats.push({
      Format,
      ...(AutoCompose === undefined ? {} : { AutoCompose: AutoCompose === 'ON' ? 'ON' : 'OFF' }),
      ...(ProcessMethod === null ? {} : { ProcessMethod: ProcessMethod === 'workflow' ? 'workflow' : 'transcode' }),
      ...(ProcessTemplateId === null ? {} : { ProcessTemplateId }),
      ...(VideoProcess === null ? {} : { VideoProcess }),
      ...(Format === 'm3u8' ? { SliceDuration: slices } : {}),
      ...(Tags === null ? {} : { Tags }),
    });
  }
}

function listOf(params: Params, name: string): string[] {
  const found: string[] = [];
  for (;;) {
    const value = optional(params, `${name}.${found.length + 1}`);
    if (value === null) return found;
    found.push(value);
  }
}
