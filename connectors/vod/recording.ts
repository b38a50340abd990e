import { z } from 'zod';
import { done } from './answer.ts';
import { addParams, type RecordConfig, recordConfig, updateParams } from './record-config.ts';
import { type OddRow, type Rows, rowsOf } from './rows.ts';
import type { Rpc } from './rpc.ts';

/** The configurations of live-to-VOD recording (cloud facts 4). */
export type Recording = {
  describeLiveRecordVodConfigs(request: { readonly domainName: string }): Promise<Rows<RecordConfig>>;
  addLiveRecordVodConfig(config: RecordConfig): Promise<void>;
  /** Changes all but `fixedFields`, which stay as the cloud has them, whatever `config` says of them. */
  updateLiveRecordVodConfig(config: RecordConfig): Promise<void>;
  deleteLiveRecordVodConfig(config: Pick<RecordConfig, 'domainName' | 'appName' | 'streamName'>): Promise<void>;
};

const pageSize = 100;

export function recording(live: Rpc): Recording {
  return {
    async describeLiveRecordVodConfigs({ domainName }) {
      const answer = z.object({
        LiveRecordVodConfigs: rowsOf('LiveRecordVodConfig', recordConfig(domainName), 'AppName'),
      });
      const found: RecordConfig[] = [];
      const unread: OddRow[] = [];
      for (let page = 1; ; page++) {
        const params = { DomainName: domainName, PageNum: page, PageSize: pageSize };
        const { LiveRecordVodConfigs } = await live.call('DescribeLiveRecordVodConfigs', 'read', params, answer);
        const { rows, odd } = LiveRecordVodConfigs;
        found.push(...rows);
        unread.push(...odd);
        if (rows.length + odd.length < pageSize) return { rows: found, odd: unread };
      }
    },
    async addLiveRecordVodConfig(wanted) {
      await live.call('AddLiveRecordVodConfig', 'change', addParams(wanted), done);
    },
    async updateLiveRecordVodConfig(wanted) {
      await live.call('UpdateLiveRecordVodConfig', 'change', updateParams(wanted), done);
    },
    async deleteLiveRecordVodConfig({ domainName, appName, streamName }) {
      const params = { DomainName: domainName, AppName: appName, StreamName: streamName };
      await live.call('DeleteLiveRecordVodConfig', 'change', params, done);
    },
  };
}
