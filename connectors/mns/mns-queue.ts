import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import MNS from '@alicloud/mns';
import { MnsFault, type Queue, type QueueMessage } from './queue.ts';
import { callTimeoutMs, cautiousLeaseMs, pollTimeoutMs } from './time-outs.ts';

export type MnsCredentials = {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
};

export type MnsQueueOptions = {
  /** `https://<account>.mns.<region>.aliyuncs.com`; plain http only inside a closed network. */
  readonly endpoint: string;
  readonly queue: string;
  readonly credentials: MnsCredentials;
  /** Fetches new temporary credentials; asked about every five minutes where `credentials` has a token. */
  readonly refreshCredentials?: () => Promise<Required<MnsCredentials>>;
};

/** A queue of the Simple Message Queue (formerly MNS), through `@alicloud/mns` (cloud facts 2.2). */
export function mnsQueue(options: MnsQueueOptions): Queue {
  const { endpoint, queue } = options;
  const client = mnsClient(options);
  // Long polls have connections of their own, so that stopping can end them.
  const agent = endpoint.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true });

  async function call<T>(doing: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw mnsFault(`${doing} queue ${queue}`, error);
    }
  }

  return {
    name: queue,
    receive: (count, waitSeconds) =>
      call('receive from', async () => {
        const resource = `/queues/${queue}/messages?numOfMessages=${count}&waitseconds=${waitSeconds}`;
        const limitMs = pollTimeoutMs(waitSeconds);
        // The client's "connect" time-out is the socket's idle time-out: a long poll is idle until its answer.
        const timeouts = { connectTimeout: limitMs, readTimeout: limitMs };
        try {
          const { body } = await client.get(resource, 'Messages', { agent, ...timeouts });
          return messagesOf(body?.Message);
        } catch (error) {
          // An empty queue is reported as an error without a code.
          if (error instanceof Error && error.name === 'MNSMessageNotExistError') return [];
          throw error;
        }
      }),
    remove: (handles) =>
      call('delete from', async () => {
        const { body } = await client.batchDeleteMessage(queue, handles);
        return (body ?? []).flatMap((error) => error.ReceiptHandle ?? []);
      }),
    extend: (handle, seconds) =>
      call('extend a message of', async () => {
        const { body } = await client.changeMessageVisibility(queue, inQuery(handle), seconds);
        return body?.ReceiptHandle ?? handle;
      }),
    close: () => agent.destroy(),
  };
}

/** The client of one queue's endpoint. */
export function mnsClient({ endpoint, credentials, refreshCredentials }: MnsQueueOptions): MNS {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  return new MNS(new URL(endpoint).hostname.split('.', 1)[0] ?? '', {
    endpoint: endpoint.replace(/\/$/, ''),
    accessKeyId,
    accessKeySecret,
    readTimeout: callTimeoutMs,
    connectTimeout: callTimeoutMs,
    ...(securityToken !== undefined && { securityToken }),
    ...(refreshCredentials !== undefined && { refreshSTSToken: refreshCredentials }),
  });
}

/**
 * The client puts a handle into the query, and into the signed text, as it is. Handles are base64 in all that was seen,
 * and `=` is sent bare as the official SDKs do; only what would end or change the query is escaped.
 */
function inQuery(handle: string): string {
  return handle.replace(/[^\w.~=-]/g, encodeURIComponent);
}

function messagesOf(list: unknown): QueueMessage[] {
  if (!Array.isArray(list)) return [];
  return (list as (Readonly<Record<string, string | undefined>> | null)[]).map((found) => {
    const message = found ?? {};
    return {
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.MessageBody ?? '',
      leaseMs: leaseOf(message),
      dequeueCount: Number(message.DequeueCount ?? 1),
      waitedMs: waitOf(message),
    };
  });
}

/**
 * Only a first delivery tells how long its lease is by the service's clock alone: it is invisible from its first
 * dequeue to its next visible time. Ours may be off by minutes, so later deliveries get a cautious guess.
 */
function leaseOf(message: Readonly<Record<string, string | undefined>>): number {
  const lease = Number(message.NextVisibleTime) - Number(message.FirstDequeueTime);
  return message.DequeueCount === '1' && lease > 0 ? lease : cautiousLeaseMs;
}

/** By the service's clock alone (cloud facts 2.2.8). */
function waitOf(message: Readonly<Record<string, string | undefined>>): number {
  const waitedMs = Number(message.FirstDequeueTime) - Number(message.EnqueueTime);
  return Number.isSafeInteger(waitedMs) && waitedMs > 0 ? waitedMs : 0;
}

/** Worth another try by themselves; everything else needs a person (a wrong name, a missing right). */
const passing = new Set([
  'InternalError',
  'InternalServerError',
  'ServiceUnavailable',
  'QpsLimitExceeded',
  'TimeExpired',
]);

/** @param doing what was tried, with a verb: `receive from queue vod-callbacks` */
export function mnsFault(doing: string, error: unknown): MnsFault {
  const { name = '', code, message } = error as { name?: string; code?: string; message?: string };
  const service = /^MNS(.+)Error$/.exec(name)?.[1];
  const known = service ?? code ?? name;
  const retryable = service === undefined || passing.has(service);
  return new MnsFault(known, `cannot ${doing}: ${known}: ${message ?? String(error)}`, { retryable, cause: error });
}
