import { z } from 'zod';
import { done, text } from './answer.ts';
import { CloudFault } from './fault.ts';
import type { RpcParams } from './plain.ts';
import type { Rpc } from './rpc.ts';

/** Where Live's own record callbacks of a domain go. `notifyAuthKey` is a secret that the cloud gives in clear (cloud facts 4.14). */
export type RecordNotifyConfig = {
  readonly domainName: string;
  /** Null where only an on-demand address is set. */
  readonly notifyUrl: string | null;
  /** Asked whether a stream is to be recorded, where recording is on demand. */
  readonly onDemandUrl: string | null;
  /** Starts, pauses and returns are told too; else files alone. */
  readonly needStatusNotify: boolean;
  readonly notifyReqAuth: boolean;
  readonly notifyAuthKey: string | null;
};

export type RecordNotification = {
  /** Null where nothing is set. */
  describeLiveRecordNotifyConfig(request: { readonly domainName: string }): Promise<RecordNotifyConfig | null>;
  addLiveRecordNotifyConfig(config: RecordNotifyConfig): Promise<void>;
  /** Gives all of it anew, since what is left out may be taken for unset. */
  updateLiveRecordNotifyConfig(config: RecordNotifyConfig): Promise<void>;
  deleteLiveRecordNotifyConfig(config: Pick<RecordNotifyConfig, 'domainName'>): Promise<void>;
};

const flag = z.unknown().optional().transform(isSet);

/** A boolean, or one as a word: the page speaks of yes and no (cloud facts 4.14). */
function isSet(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(?:true|yes|on)$/i.test(value));
}

const answer = z.object({
  LiveRecordNotifyConfig: z
    .object({
      NotifyUrl: text,
      OnDemandUrl: text,
      NeedStatusNotify: flag,
      NotifyReqAuth: flag,
      NotifyAuthKey: text,
    })
    .nullish(),
});

export function recordNotification(live: Rpc): RecordNotification {
  return {
    async describeLiveRecordNotifyConfig({ domainName }) {
      try {
        const params = { DomainName: domainName };
        const { LiveRecordNotifyConfig: found } = await live.call(
          'DescribeLiveRecordNotifyConfig',
          'read',
          params,
          answer,
        );
        if (!found || (found.NotifyUrl === null && found.OnDemandUrl === null)) return null;
        return {
          domainName,
          notifyUrl: found.NotifyUrl,
          onDemandUrl: found.OnDemandUrl,
          needStatusNotify: found.NeedStatusNotify,
          notifyReqAuth: found.NotifyReqAuth,
          notifyAuthKey: found.NotifyAuthKey,
        };
      } catch (error) {
        if (error instanceof CloudFault && error.code === 'InvalidConfig.NotFound') return null;
        throw error;
      }
    },
    async addLiveRecordNotifyConfig(config) {
      await live.call('AddLiveRecordNotifyConfig', 'change', paramsOf(config), done);
    },
    async updateLiveRecordNotifyConfig(config) {
      await live.call('UpdateLiveRecordNotifyConfig', 'change', paramsOf(config), done);
    },
    async deleteLiveRecordNotifyConfig({ domainName }) {
      await live.call('DeleteLiveRecordNotifyConfig', 'change', { DomainName: domainName }, done);
    },
  };
}

function paramsOf(config: RecordNotifyConfig): RpcParams {
  return {
    DomainName: config.domainName,
    NotifyUrl: config.notifyUrl,
    OnDemandUrl: config.onDemandUrl,
    NeedStatusNotify: config.needStatusNotify,
    NotifyReqAuth: config.notifyReqAuth,
    NotifyAuthKey: config.notifyAuthKey,
  };
}
