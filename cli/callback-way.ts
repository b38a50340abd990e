/** By which way the cloud sends callbacks, and whether that is the way on which they are awaited. */
import type { MessageCallback } from '../connectors/vod/index.ts';
import type { CallbackSources } from '../schemas/sources.ts';
import type { WantedCallback } from '../services/recording/wanted.ts';
import { queueEndpointOf } from './endpoints.ts';
import type { Finding } from './finding.ts';

export const apply =
  './live2vod record-config apply with recording.callback in the file, or the VOD console under Callback Settings';

type ReadQueue = CallbackSources['queues'][number];

/** What the settings expect of the cloud's configuration. */
export type Expected = {
  readonly url: string;
  readonly keys: readonly string[];
  readonly unsigned: boolean;
  readonly queues: CallbackSources['queues'];
  /** `recording.callback` of the file. */
  readonly wanted: WantedCallback | null;
};

/** `123.mns.cn-shanghai.aliyuncs.com`, and the same inside the cloud's network. */
const official = /^(\d+)\.mns\.([a-z0-9-]+?)(?:-internal)?(?:-vpc)?\.aliyuncs\.com$/;

/** Account and region where the host tells them, else the host. */
function placeOf(endpoint: string): string {
  const url = /^https?:/.test(endpoint) ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(url)) return endpoint;
  const { host, hostname } = new URL(url);
  const [, accountId, region] = official.exec(hostname) ?? [];
  return accountId === undefined ? host : `account ${accountId} in ${region}`;
}

const isThere = (place: string, { accountId, region, ...queue }: ReadQueue): boolean =>
  [placeOf(queueEndpointOf({ accountId, region, ...queue })), `account ${accountId} in ${region}`].includes(place);

/** The queue of the file that the cloud writes to: of that name, in the same account and region, or at the same host. */
export function queueReadOf(
  { mnsEndpoint, mnsQueueName }: MessageCallback,
  queues: readonly ReadQueue[],
): ReadQueue | undefined {
  if (mnsEndpoint === null) return undefined;
  return queues.find((queue) => queue.queue === mnsQueueName && isThere(placeOf(mnsEndpoint), queue));
}

/** Whether the role `mns` reads the queue that the cloud writes to. */
export function queueFinding(callback: MessageCallback, queues: readonly ReadQueue[]): Finding {
  const { mnsEndpoint, mnsQueueName } = callback;
  const what = `callbacks go to the queue ${mnsQueueName} at ${mnsEndpoint ?? 'no endpoint'}`;
  if (queueReadOf(callback, queues) !== undefined) return { what };
  const elsewhere = queues.filter(({ queue }) => queue === mnsQueueName);
  if (elsewhere.length === 0)
    return {
      what,
      why: 'which no role here reads',
      remedy: `name it under callbacks.queues in the file, or set another: ${apply}`,
    };
  return {
    what,
    why: `the role mns reads one of that name at ${elsewhere.map(queueEndpointOf).join(', ')}`,
    remedy: `make accountId, region and endpoint under callbacks.queues those of the cloud, or set another: ${apply}`,
  };
}

/** Where the cloud sends to another place than the file wants, or by another way than callbacks are awaited on. */
export function wayFindings(callback: MessageCallback, { queues, wanted }: Expected): readonly Finding[] {
  const { callbackType, callbackUrl, mnsEndpoint, mnsQueueName } = callback;
  const isQueue = callbackType === 'MNS';
  const has = isQueue ? `the queue ${mnsQueueName} at ${mnsEndpoint ?? 'no endpoint'}` : String(callbackUrl);
  if (wanted !== null) {
    const wants = wanted.mns ? `the queue ${wanted.mns.queue} at ${wanted.mns.endpoint}` : String(wanted.url);
    const what = `callbacks are sent to where recording.callback wants them, ${wants}`;
    const isSame = wanted.mns
      ? isQueue && mnsQueueName === wanted.mns.queue && placeOf(mnsEndpoint ?? '') === placeOf(wanted.mns.endpoint)
      : !isQueue && callbackUrl === wanted.url;
    if (isSame) return [{ what }];
    return [{ what, why: `the cloud sends them ${isQueue ? 'to' : 'by HTTP to'} ${has}`, remedy: `set it: ${apply}` }];
  }
  if (isQueue || queues.length === 0) return [];
  const names = queues.map(({ queue }) => queue).join(', ');
  return [
    {
      what: `callbacks go to the queues of callbacks.queues: ${names}`,
      why: `this region's go by HTTP to ${has}; the queues may be those of other regions or accounts`,
    },
  ];
}
