import { subscribableEventTypes } from '../../delivery/event-types.ts';
import type { Action } from '../action.ts';
import { fault } from '../errors.ts';
import { matching, optional, required } from '../params.ts';

/** SetMessageCallback (cloud facts 3.3): overwrites all of it, and acts on the next attempt to deliver. */
export const setMessageCallback: Action = (params, { subscriptions }) => {
  const callbackType = required(params, 'CallbackType').toUpperCase();
  if (callbackType !== 'HTTP' && callbackType !== 'MNS') throw fault.invalidParameter('CallbackType');
  const callbackUrl = callbackType === 'HTTP' ? required(params, 'CallbackURL') : '';
  if (Buffer.byteLength(callbackUrl) > 256) throw fault.invalidParameter('CallbackURL');
  if (callbackType === 'HTTP' && !/^https?:\/\//.test(callbackUrl)) throw fault.invalidParameter('CallbackURL');
  const authSwitch = matching(params, 'AuthSwitch', /^(on|off)$/) === 'on' ? 'on' : 'off';
  const authKey = optional(params, 'AuthKey') ?? '';
  if (authSwitch === 'on' && !isKey(authKey)) throw fault.invalidParameter('AuthKey');
  const eventTypes = (params.EventTypeList ?? '').split(',').flatMap((type) => type.trim() || []);
  if (!eventTypes.every((type) => subscribableEventTypes.has(type))) throw fault.invalidParameter('EventTypeList');
  subscriptions.current = {
    callbackType,
    callbackUrl,
    authSwitch,
    authKey,
    eventTypes,
    mnsEndpoint: callbackType === 'MNS' ? required(params, 'MnsEndpoint') : '',
    mnsQueueName: callbackType === 'MNS' ? required(params, 'MnsQueueName') : '',
  };
  return {};
};

/** GetMessageCallback: the key is given in clear. */
export const getMessageCallback: Action = (_params, { subscriptions: { current } }) => ({
  MessageCallback: {
    AppId: 'app-1000000',
    CallbackType: current?.callbackType ?? 'HTTP',
    CallbackURL: current?.callbackUrl ?? '',
    AuthSwitch: current?.authSwitch ?? 'off',
    AuthKey: current?.authKey ?? '',
    EventTypeList: current?.eventTypes.join(',') ?? '',
    MnsEndpoint: current?.mnsEndpoint ?? '',
    MnsQueueName: current?.mnsQueueName ?? '',
  },
});

/** DeleteMessageCallback: no callback is sent any more. */
export const deleteMessageCallback: Action = (_params, { subscriptions }) => {
  subscriptions.current = null;
  return {};
};

/** Up to 32 characters, upper and lower case and digits mixed. */
function isKey(key: string): boolean {
  return key.length <= 32 && [/[A-Z]/, /[a-z]/, /\d/].every((kind) => kind.test(key));
}
