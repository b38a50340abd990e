import type { Producer } from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/host/index.ts';
import { waitAtMost } from '../../platform/wait-at-most.ts';
import type { ClientCalls } from './callback.ts';
import type { ClientDiagnostics, NativeClient } from './client-diagnostics.ts';
import { KafkaFault, kafkaFault } from './fault.ts';
import type { KafkaSettings } from './settings.ts';

/** How long `connect` waits for the first answer of a broker by default. */
export const defaultConnectTimeoutMs = 30_000;

/** Longest single wait of `connect`, and so the longest that a refused process takes to end. */
const sliceMs = 3_000;
/** What a native connect takes besides its time-out: where it fails it closes what it has begun, for up to 10 s. */
const connectEndMs = 10_000;
/** How long a client may take to close, and how much of that its owner waits for: the rest goes on in the background. */
const closeTimeoutMs = 10_000;
const closeWaitMs = 5_000;

/**
 * Connects and waits for the cluster's metadata. Rejects with a `KafkaFault`, retryable unless the cluster refused us;
 * soon after `signal` too.
 */
export async function connectClient(
  client: NativeClient,
  settings: KafkaSettings,
  timeoutMs: number,
  diagnostics: ClientDiagnostics,
  calls: ClientCalls,
  signal?: AbortSignal,
): Promise<void> {
  diagnostics.attachTo(client);
  const doing = `connect to Kafka at ${settings.brokers}`;
  const connectOnce = (ms: number) =>
    calls.ask<void>('connect', doing, ms + connectEndMs, (done) =>
      client.connect({ timeout: ms }, (error) => {
        done(error && diagnostics.explain(kafkaFault(doing, error, diagnostics.lastLine)));
      }),
    );
  await diagnostics.failFastOnRefusal((over) => inSlices(connectOnce, timeoutMs, either(over, signal)), settings);
}

/** Aborted with the one or the other. */
export const either = (a: AbortSignal, b: AbortSignal | undefined): AbortSignal => (b ? AbortSignal.any([a, b]) : a);

/**
 * Waits for a few seconds at a time, `timeoutMs` in all: a native wait can't be cancelled, and a process that stops, or was
 * refused, can't end before it. A failure that comes before the wait is over rejects at once.
 */
export async function inSlices(
  waitOnce: (ms: number) => Promise<void>,
  timeoutMs: number,
  over: AbortSignal | undefined,
): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const startMs = systemClock.monotonicMs();
    const ms = Math.max(1, Math.min(sliceMs, deadlineMs - startMs));
    try {
      return await waitOnce(ms);
    } catch (error) {
      const endMs = systemClock.monotonicMs();
      const again = endMs - startMs >= ms * 0.9 && endMs < deadlineMs && !over?.aborted;
      if (!(error instanceof KafkaFault) || !error.retryable || !again) throw error;
    }
  }
}

/**
 * Disconnects, without waiting for more than some seconds; never rejects, since there is nothing left to do about it. A
 * client with an outstanding call is left alone: closing it would wait for that call, or crash the process.
 *
 * `queueMs`: what a producer gets for its queue.
 */
export async function closeClient(client: NativeClient, calls: ClientCalls, queueMs = 0): Promise<void> {
  const closing = async () => {
    if (!(await calls.settled()) || !client.isConnected()) return;
    await calls.work<void>('close a Kafka client', closeTimeoutMs + queueMs, (done) => {
      const disconnected = () => done(null);
      if ('flush' in client) (client as Producer).disconnect(Math.max(1, queueMs), disconnected);
      else client.disconnect(disconnected);
    });
  };
  const closed = closing().catch(() => {});
  await waitAtMost(closeWaitMs + queueMs, closed, systemClock);
}
