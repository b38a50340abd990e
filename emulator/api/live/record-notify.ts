import type { RecordNotification } from '../../delivery/record-notifications.ts';
import type { Action } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { matching, optional, type Params, required } from '../params.ts';

const alreadyThere = () => new ApiFault('ConfigAlreadyExists', 400, 'Config has already exist.');
const notThere = () => new ApiFault('InvalidConfig.NotFound', 404, 'Config does not exist.');
const malformed = () => new ApiFault('InvalidNotifyUrl.Malformed', 400, 'Specified NotifyUrl is invalid.');

/** AddLiveRecordNotifyConfig (cloud facts 4.14): one for each domain. */
export const addLiveRecordNotifyConfig: Action = (params, { recordNotifications }) => {
  const domain = required(params, 'DomainName');
  const wanted = notificationOf(params);
  if (recordNotifications.of(domain) !== null) throw alreadyThere();
  recordNotifications.set(domain, wanted);
  return {};
};

/** UpdateLiveRecordNotifyConfig: all of it anew. */
export const updateLiveRecordNotifyConfig: Action = (params, { recordNotifications }) => {
  const domain = required(params, 'DomainName');
  const wanted = notificationOf(params);
  if (recordNotifications.of(domain) === null) throw notThere();
  recordNotifications.set(domain, wanted);
  return {};
};

/** DeleteLiveRecordNotifyConfig: nothing is told of the domain any more. */
export const deleteLiveRecordNotifyConfig: Action = (params, { recordNotifications }) => {
  const domain = required(params, 'DomainName');
  if (recordNotifications.of(domain) === null) throw notThere();
  recordNotifications.set(domain, null);
  return {};
};

/** DescribeLiveRecordNotifyConfig: the key is given in clear. */
export const describeLiveRecordNotifyConfig: Action = (params, { recordNotifications }) => {
  const DomainName = required(params, 'DomainName');
  const found = recordNotifications.of(DomainName);
  if (found === null) throw notThere();
  return {
    LiveRecordNotifyConfig: {
      DomainName,
      NotifyUrl: found.notifyUrl,
      OnDemandUrl: found.onDemandUrl,
      NeedStatusNotify: found.needStatusNotify,
      NotifyReqAuth: found.notifyReqAuth,
      NotifyAuthKey: found.notifyAuthKey,
    },
  };
};

function notificationOf(params: Params): RecordNotification {
  const notifyUrl = required(params, 'NotifyUrl');
  const onDemandUrl = optional(params, 'OnDemandUrl') ?? '';
  if (!isAddress(notifyUrl)) throw malformed();
  if (onDemandUrl !== '' && !isAddress(onDemandUrl)) throw fault.invalidParameter('OnDemandUrl');
  const notifyReqAuth = flag(params, 'NotifyReqAuth');
  const notifyAuthKey = matching(params, 'NotifyAuthKey', /^[A-Za-z0-9]{16,32}$/) ?? '';
  if (notifyReqAuth && notifyAuthKey === '') throw fault.missingParameter('NotifyAuthKey');
  return {
    ...{ notifyUrl, onDemandUrl, notifyReqAuth, notifyAuthKey },
    needStatusNotify: flag(params, 'NeedStatusNotify'),
  };
}

const isAddress = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);

/** The libraries type it as a boolean, the page's words are yes and no. */
function flag(params: Params, name: string): boolean {
  return /^(?:true|yes)$/i.test(matching(params, name, /^(?:true|false|yes|no)$/i) ?? '');
}
