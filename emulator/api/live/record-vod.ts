import { cloudTime } from '../../cloud/body.ts';
import type { Action, ActionContext } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { integer, matching, optional, type Params, required } from '../params.ts';
import type { RecordConfig } from './record-configs.ts';

const alreadyThere = () => new ApiFault('ConfigAlreadyExists', 400, 'The config already exists.');
const notThere = () => new ApiFault('CodeConfigNotFound', 400, 'The config does not exist.');

/** AddLiveRecordVodConfig (cloud facts 4). Acts on shows that begin afterwards. */
export const addLiveRecordVodConfig: Action = (params, context) => {
  const config = configOf(params, context);
  const { DomainName, AppName, StreamName } = config;
  if (context.recordConfigs.has(DomainName, AppName, StreamName)) throw alreadyThere();
  context.recordConfigs.put(config);
  return {};
};

/** UpdateLiveRecordVodConfig: all fields anew. */
export const updateLiveRecordVodConfig: Action = (params, context) => {
  const config = configOf(params, context);
  const { DomainName, AppName, StreamName } = config;
  if (!context.recordConfigs.has(DomainName, AppName, StreamName)) throw notThere();
  context.recordConfigs.put(config);
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
  const AutoCompose = matching(params, 'AutoCompose', /^(ON|OFF)$/i)?.toUpperCase() === 'ON' ? 'ON' : 'OFF';
  const byFormat = optional(params, 'RecordFormat.1.Format') !== null;
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
    VodTranscodeGroupId: byFormat
      ? (optional(params, 'RecordFormat.1.ProcessTemplateId') ?? '')
      : required(params, 'VodTranscodeGroupId'),
    ComposeVodTranscodeGroupId:
      AutoCompose === 'ON'
        ? required(params, 'ComposeVodTranscodeGroupId')
        : (optional(params, 'ComposeVodTranscodeGroupId') ?? ''),
    OnDemand: onDemand,
    StorageLocation: optional(params, 'StorageLocation') ?? '',
    RecordContent: recordContent,
    SpaceId: optional(params, 'SpaceId') ?? '',
    RecordFormatList: { RecordFormat: formatsOf(params) },
    CreateTime: cloudTime(clock.now()),
  };
}

function formatsOf(params: Params): { readonly Format: string }[] {
  const formats: { readonly Format: string }[] = [];
  for (;;) {
    const Format = matching(params, `RecordFormat.${formats.length + 1}.Format`, /^(m3u8|flv|mp4)$/);
    if (Format === null) return formats;
    formats.push({ Format });
  }
}
