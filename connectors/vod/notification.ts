import { z } from 'zod';
import { done, text } from './answer.ts';
import type { Rpc } from './rpc.ts';

/** How the account's events are notified. `authKey` is a secret that the cloud gives in clear (cloud facts 3.3). */
export type MessageCallback = {
  readonly callbackType: 'HTTP' | 'MNS';
  readonly callbackUrl: string | null;
  /** `ALL`, or names; the AI events count as one, `AIComplete`. An empty list disables everything. */
  readonly eventTypes: readonly string[];
  readonly authSwitch: 'on' | 'off' | null;
  readonly authKey: string | null;
  readonly mnsEndpoint: string | null;
  readonly mnsQueueName: string | null;
};

export type Notification = {
  /** Null where nothing is set. */
  getMessageCallback(): Promise<MessageCallback | null>;
  /** Overwrites all of it: read, change, write (`applyMessageCallback`). */
  setMessageCallback(callback: MessageCallback): Promise<void>;
};

const messageCallback = z.object({
  CallbackType: text,
  CallbackURL: text,
  EventTypeList: text,
  AuthSwitch: text,
  AuthKey: text,
  MnsEndpoint: text,
  MnsQueueName: text,
});

export function notification(vod: Rpc): Notification {
  return {
    async getMessageCallback() {
      const answer = z.object({ MessageCallback: messageCallback.nullish() });
      const { MessageCallback: found } = await vod.call('GetMessageCallback', 'read', {}, answer);
      if (!found || (found.CallbackURL === null && found.MnsQueueName === null)) return null;
      const authSwitch = found.AuthSwitch?.toLowerCase();
      return {
        callbackType: found.CallbackType?.toUpperCase() === 'MNS' ? 'MNS' : 'HTTP',
        callbackUrl: found.CallbackURL,
        eventTypes: (found.EventTypeList ?? '').split(',').flatMap((name) => name.trim() || []),
        authSwitch: authSwitch === 'on' || authSwitch === 'off' ? authSwitch : null,
        authKey: found.AuthKey,
        mnsEndpoint: found.MnsEndpoint,
        mnsQueueName: found.MnsQueueName,
      };
    },
    async setMessageCallback(callback) {
      await vod.call(
        'SetMessageCallback',
        'change',
        {
          CallbackType: callback.callbackType,
          CallbackURL: callback.callbackUrl,
          EventTypeList: callback.eventTypes.join(','),
          AuthSwitch: callback.authSwitch,
          AuthKey: callback.authKey,
          MnsEndpoint: callback.mnsEndpoint,
          MnsQueueName: callback.mnsQueueName,
        },
        done,
      );
    },
  };
}
