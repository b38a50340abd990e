import { z } from 'zod';
import { amount, done, listOf, text } from './answer.ts';
import type { RpcParams } from './plain.ts';
import type { Rpc } from './rpc.ts';

/** What Live records to VOD for a domain, an app and a stream; `*` or null stands for all streams (cloud facts 4). */
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
  /** `raw`, `transcode` or both; absent means `raw`. Only read: no API tells what else it needs. */
  readonly recordContent: string | null;
  /** Formats that are recorded by settings of their own (RecordFormat), in place of the template group. Only read. */
  readonly recordFormats: readonly string[];
};

export type Recording = {
  describeLiveRecordVodConfigs(request: { readonly domainName: string }): Promise<readonly RecordConfig[]>;
  addLiveRecordVodConfig(config: RecordConfig): Promise<void>;
  updateLiveRecordVodConfig(config: RecordConfig): Promise<void>;
  deleteLiveRecordVodConfig(config: Pick<RecordConfig, 'domainName' | 'appName' | 'streamName'>): Promise<void>;
};

const config = z
  .object({
    DomainName: z.string(),
    AppName: z.string(),
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
    RecordFormatList: listOf('RecordFormat', z.object({ Format: text })),
  })
  .transform(
    (found): RecordConfig => ({
      domainName: found.DomainName,
      appName: found.AppName,
      streamName: found.StreamName,
      cycleSeconds: found.CycleDuration,
      disconnectDelaySeconds: found.DelayTime,
      transcodeGroupId: found.VodTranscodeGroupId,
      autoCompose: found.AutoCompose?.toUpperCase() === 'ON',
      composeTranscodeGroupId: found.ComposeVodTranscodeGroupId,
      storageLocation: found.StorageLocation,
      onDemand: found.OnDemand,
      spaceId: found.SpaceId,
      recordContent: found.RecordContent,
      recordFormats: found.RecordFormatList.map((one) => one.Format ?? '?'),
    }),
  );

const pageSize = 100;

export function recording(live: Rpc): Recording {
  return {
    async describeLiveRecordVodConfigs({ domainName }) {
      const answer = z.object({ LiveRecordVodConfigs: listOf('LiveRecordVodConfig', config) });
      const found: RecordConfig[] = [];
      for (let page = 1; ; page++) {
        const params = { DomainName: domainName, PageNum: page, PageSize: pageSize };
        const { LiveRecordVodConfigs: rows } = await live.call('DescribeLiveRecordVodConfigs', 'read', params, answer);
        found.push(...rows);
        if (rows.length < pageSize) return found;
      }
    },
    async addLiveRecordVodConfig(wanted) {
      await live.call('AddLiveRecordVodConfig', 'change', paramsOf(wanted), done);
    },
    async updateLiveRecordVodConfig(wanted) {
      await live.call('UpdateLiveRecordVodConfig', 'change', paramsOf(wanted), done);
    },
    async deleteLiveRecordVodConfig({ domainName, appName, streamName }) {
      const params = { DomainName: domainName, AppName: appName, StreamName: streamName };
      await live.call('DeleteLiveRecordVodConfig', 'change', params, done);
    },
  };
}

function paramsOf(wanted: RecordConfig): RpcParams {
  return {
    DomainName: wanted.domainName,
    AppName: wanted.appName,
    StreamName: wanted.streamName,
    CycleDuration: wanted.cycleSeconds,
    DelayTime: wanted.disconnectDelaySeconds,
    VodTranscodeGroupId: wanted.transcodeGroupId,
    AutoCompose: wanted.autoCompose ? 'ON' : 'OFF',
    ComposeVodTranscodeGroupId: wanted.composeTranscodeGroupId,
    StorageLocation: wanted.storageLocation,
    OnDemand: wanted.onDemand,
    SpaceId: wanted.spaceId,
  };
}
