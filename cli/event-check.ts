/** Sends an event as VOD or Live would, through a callback URL or a queue, and waits until it is in Kafka. */
import { randomUUID } from 'node:crypto';
import { scanTopic } from '../connectors/kafka/index.ts';
import type { CredentialsProvider } from '../connectors/vod/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { checkEventType } from '../processors/callback/index.ts';
import { streamKeyOf } from '../processors/stream-key.ts';
import type { Settings } from '../schemas/settings.ts';
import type { CallbackSources } from '../schemas/sources.ts';
import { type CallbackEndpoint, headerNames, signatureOf, signedText } from '../services/intake/http/index.ts';
import { kafkaSettingsOf, topicNamer } from './endpoints.ts';
import type { Finding } from './finding.ts';
import { sendThroughQueue } from './queue-check.ts';

const withinMs = 5_000;
const seenWithinMs = 15_000;

type Check = { readonly key: string; readonly body: Readonly<Record<string, string>> };

/** What says nothing of a video or a stream: the video processor drops it, and no state comes of it. */
function checkOf(kind: 'vod' | 'live', atMs: number): Check {
  const id = `live2vod-check-${randomUUID()}`;
  if (kind === 'live') {
    const stream = { domainName: 'live2vod.invalid', appName: 'check', streamName: id };
    const { domainName: domain, appName: app } = stream;
    return { key: streamKeyOf(stream), body: { domain, app, stream: id, event: checkEventType } };
  }
  const EventTime = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  return { key: id, body: { EventType: checkEventType, EventTime, VideoId: id } };
}

export async function checkEvent(settings: Settings, endpoint: CallbackEndpoint): Promise<Finding> {
  const of = endpoint.kind === 'live' ? "a signed event of Live's own" : 'a signed event';
  const what = `${of} sent to ${endpoint.url} is in ${topicNamer(settings)('callbacks')}`;
  const startedAtMs = systemPlatform.now();
  const check = checkOf(endpoint.kind ?? 'vod', startedAtMs);
  const refused = await send(endpoint, check).catch((error: unknown) => ({
    why: causeOf(error),
    remedy:
      'let the URL lead to the ingress: DNS, load balancer, port, certificate; ./live2vod doctor asks the ingress itself',
  }));
  if (refused) return { what, ...refused };
  return await seen(settings, check, startedAtMs, {
    what,
    why: 'it was answered 200',
    remedy: 'look whether Kafka is away: the ingress then keeps callbacks in its spool (./live2vod doctor)',
  });
}

/** Puts an event into the queue that the cloud writes to, and waits until the role `mns` has brought it to Kafka. */
export async function checkQueueEvent(
  settings: Settings,
  queue: CallbackSources['queues'][number],
  credentials: CredentialsProvider,
): Promise<Finding> {
  const what = `an event put into the queue ${queue.queue} is in ${topicNamer(settings)('callbacks')}`;
  const startedAtMs = systemPlatform.now();
  const check = checkOf('vod', startedAtMs);
  const unsent = await sendThroughQueue(queue, credentials, JSON.stringify(check.body), what);
  if (unsent !== null) return unsent;
  return await seen(settings, check, startedAtMs, {
    what,
    why: 'the queue took it',
    remedy:
      'start the role mns (./live2vod run mns) with this file, and look what it waits for; nothing else may read the queue',
  });
}

/** @param missed what is said where it isn't seen; its `why` is what went well until then */
async function seen(settings: Settings, { key }: Check, startedAtMs: number, missed: Required<Finding>) {
  const result = await isSeen(settings, key, startedAtMs).catch((error: unknown) => causeOf(error));
  if (result === true) return { what: missed.what };
  return {
    ...missed,
    why: result === false ? `${missed.why} and it isn't there after ${seenWithinMs / 1000} s` : result,
  };
}

async function send(endpoint: CallbackEndpoint, { body }: Check): Promise<Omit<Finding, 'what'> | null> {
  const timestamp = String(Math.floor(systemPlatform.now() / 1000));
  const names = headerNames[endpoint.kind ?? 'vod'];
  const [key] = endpoint.keys;
  const signature = key === undefined ? undefined : signatureOf(signedText(endpoint), timestamp, key);
  const response = await systemPlatform.fetch(endpoint.url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      ...(signature === undefined ? {} : { [names.timestamp]: timestamp, [names.signature]: signature }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(withinMs),
  });
  await response.body?.cancel();
  if (response.status === 200) return null;
  const why = `it answers ${response.status}; the cloud takes 200 alone for delivered`;
  if (response.status === 403)
    return {
      why,
      remedy:
        endpoint.kind === 'live'
          ? `start the ingress with this file's callbacks.endpoints; a proxy must leave ${names.timestamp} and ${names.signature} as they are, and the host name too`
          : 'start the ingress with these VOD_CALLBACK_URL and VOD_CALLBACK_KEYS; a proxy must leave X-VOD-TIMESTAMP and X-VOD-SIGNATURE as they are',
    };
  if (response.status >= 300 && response.status < 400)
    return { why, remedy: 'a redirect counts as failed: configure the address that it leads to' };
  return { why, remedy: 'let the path of the URL lead to the ingress, POST and body unchanged' };
}

async function isSeen(settings: Settings, wanted: string, fromMs: number): Promise<boolean> {
  const kafka = kafkaSettingsOf(settings, 'doctor');
  const topic = topicNamer(settings)('callbacks');
  const untilMs = systemPlatform.monotonicMs() + seenWithinMs;
  const signal = AbortSignal.timeout(seenWithinMs);
  while (systemPlatform.monotonicMs() < untilMs) {
    // The broker's clock may be behind ours.
    for await (const { key } of scanTopic(kafka, topic, { fromMs: fromMs - 60_000, signal }))
      if (key === wanted) return true;
    await systemPlatform.sleep(300);
  }
  return false;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
