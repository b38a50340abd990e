import type { Queue, QueueMessage } from '../../../connectors/mns/index.ts';
import { type Clock, systemPlatform } from '../../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../../platform/retry.ts';
import type { Logger, Metrics } from '../../../platform/telemetry/index.ts';
import { waitAtMost } from '../../../platform/wait-at-most.ts';
import { admit, type Publisher } from '../http/index.ts';
import { bytesOf } from './body.ts';
import { emptyPause } from './empty-pause.ts';
import { holdLease, type Lease } from './lease.ts';

export type QueueSourceOptions = {
  readonly queue: Queue;
  /** A message is deleted once this has resolved, so it must mean Kafka. */
  readonly publisher: Publisher;
  /** Region that the queue gets its events from: becomes the record header `region`. */
  readonly region: string;
  /** Long polls at once. One moves about 16 messages per round trip. Default 2. */
  readonly workers?: number;
  /** How long a poll waits at the service for a message, 0 to 30. Default 10. */
  readonly waitSeconds?: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** A number in [0, 1), for pauses that many don't make at the same time. Default: this process's. */
  readonly random?: () => number;
  /** Abort to stop: no new messages are taken, those at hand get a few seconds, the rest come again. */
  readonly signal: AbortSignal;
  /** Called with why nothing can be received, null when it can. */
  readonly onWaitingFor?: (what: string | null) => void;
};

/** The service hands out at most so many at once. */
const batchSize = 16;
/** The queue allows 64 KiB; ours is the limit of HTTP callbacks. */
const bodyBytesLimit = 256 * 1024;
const backoff = { firstMs: 200, longestMs: 10_000 };
const stopWithinMs = 3_000;

/**
 * Moves callbacks from a queue to Kafka until `signal` aborts: receive, publish, and delete only what Kafka has
 * acknowledged. A message that can't be published stays leased and is tried again; nothing is ever deleted unread.
 */
export async function consumeQueue(options: QueueSourceOptions): Promise<void> {
  const { queue, clock, signal } = options;
  const workers = Array.from({ length: options.workers ?? 2 }, () => work(options));
  const stopped = Promise.all(workers);
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([stopped, aborted.then(() => waitAtMost(stopWithinMs, stopped, clock))]);
  // A poll that still waits at the service ends here; what it would have brought comes again.
  queue.close();
}

async function work(options: QueueSourceOptions): Promise<void> {
  const { queue, clock, log, signal } = options;
  const waitSeconds = options.waitSeconds ?? 10;
  const pause = emptyPause(options.random ?? systemPlatform.random);
  while (!signal.aborted) {
    let askedAtMs = 0;
    const ask = async () => {
      askedAtMs = clock.monotonicMs();
      return await queue.receive(batchSize, waitSeconds);
    };
    const messages = await untilItWorks(ask, options, (error, tries) => {
      if (tries === 1) log.error({ err: error, queue: queue.name }, 'the queue can not be read: trying again');
      options.onWaitingFor?.(`queue ${queue.name}`);
    });
    if (messages === null) return;
    options.onWaitingFor?.(null);
    // What has no handle can be neither kept nor deleted: it comes again by itself.
    const whole = messages.filter(({ receiptHandle }) => receiptHandle !== '');
    const odd = messages.length - whole.length;
    if (odd > 0) {
      options.metrics.count('live2vod_mns_messages_total', { queue: queue.name, result: 'unreadable' }, odd);
      log.warn({ queue: queue.name, odd }, 'messages without a receipt handle: left in the queue');
    }
    if (whole.length > 0) {
      pause.reset();
      await move(whole, options);
      continue;
    }
    const earlyMs = pause.after(clock.monotonicMs() - askedAtMs, waitSeconds * 1_000);
    if (earlyMs > 0) await clock.sleep(earlyMs, signal);
  }
}

async function move(messages: readonly QueueMessage[], options: QueueSourceOptions): Promise<void> {
  const { queue, clock, log, metrics } = options;
  const count = (result: string, by = 1) =>
    metrics.count('live2vod_mns_messages_total', { queue: queue.name, result }, by);
  count('received', messages.length);

  const leases = messages.map((message) =>
    holdLease(message, {
      queue,
      clock,
      onExtended: () => count('extended'),
      onLost: (error) => log.warn({ err: error, messageId: message.messageId }, 'a message may be delivered twice'),
    }),
  );
  const published = (await Promise.all(leases.map((lease) => publish(lease, options)))).filter(
    (lease) => lease !== null,
  );
  for (const lease of leases) lease.letGo();
  if (published.length === 0) return;
  try {
    const kept = await queue.remove(published.map((lease) => lease.handle));
    count('deleted', published.length - kept.length);
    if (kept.length > 0) count('not-deleted', kept.length);
  } catch (error) {
    count('not-deleted', published.length);
    log.warn({ err: error, queue: queue.name }, 'published messages could not be deleted: they will come again');
  }
}

/** Longer than the longest pause between two polls: nobody had received for a while, and more of the same may follow. */
const backlogMs = 60_000;

/** Publishes until it succeeds; null when stopping comes first. */
async function publish(lease: Lease, options: QueueSourceOptions): Promise<Lease | null> {
  const { clock, log, metrics, publisher, region, queue } = options;
  const receivedAtMs = clock.now();
  const { waitedMs } = lease.message;
  const sentAtMs = waitedMs > backlogMs ? receivedAtMs - waitedMs : null;
  const origin = { source: 'mns', region, receivedAtMs, sentAtMs } as const;
  const { record, reason } = admit(bytesOf(lease.message.body), origin, bodyBytesLimit);
  const send = async () => {
    await publisher.publish(record);
    return lease;
  };
  const published = await untilItWorks(send, options, (error, tries) => {
    if (tries === 1) log.warn({ err: error, queue: queue.name }, 'Kafka does not take a message yet');
  });
  if (published === null) return null;
  metrics.count('live2vod_mns_messages_total', { queue: queue.name, result: reason ?? 'published' });
  if (reason !== null) metrics.count('live2vod_dead_letters_total', { stage: 'mns', reason });
  return published;
}

/** Again whatever it is: a message is safe in its queue meanwhile. Null when stopping comes first. */
async function untilItWorks<T>(
  call: () => Promise<T>,
  { clock, random, signal }: Pick<QueueSourceOptions, 'clock' | 'random' | 'signal'>,
  onRetry: (error: unknown, tries: number) => void,
): Promise<T | null> {
  try {
    return await retryWhileUnavailable(call, {
      platform: { ...clock, ...(random && { random }) },
      backoff,
      signal,
      isRetryable: () => true,
      onRetry: (error, { tries }) => onRetry(error, tries),
    });
  } catch {
    return null;
  }
}
