/** Callbacks at a steady rate, each with the state of its video after it, as the pipeline fills the topics. */

import type { Codec } from '../connectors/avro/index.ts';
import { IdempotentProducer, type KafkaSettings } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { lifeOf } from './analytics-events.ts';

export type LoadOptions = {
  readonly kafka: KafkaSettings;
  readonly callbacks: string;
  readonly states: string;
  readonly codec: Codec<VideoState>;
  readonly perSecond: number;
};

/** What the broker has acknowledged. */
export type Published = {
  readonly callbacks: number;
  readonly videos: number;
  /** Of the last states of all videos, summed up. */
  readonly revisions: number;
};

const tickMs = 4;

export type Load = {
  /** Callbacks so far, acknowledged or on their way. */
  sent(): number;
  /** Resolves once all is acknowledged, rejects where something wasn't. Safe to call twice. */
  stop(): Promise<Published>;
};

/** Sends until it is stopped. */
export async function startLoad(o: LoadOptions): Promise<Load> {
  const producer = await IdempotentProducer.connect(o.kafka, { maxInFlightBytes: 64 * 1024 * 1024 });
  const stopping = new AbortController();
  const sends = new Set<Promise<unknown>>();
  let failed: unknown;
  const send = (topic: string, key: string, value: Buffer, headers: Readonly<Record<string, string>> = {}): void => {
    const sending = producer.send({ topic, key, value, headers }).catch((error: unknown) => {
      failed ??= error;
    });
    sends.add(sending);
    void sending.then(() => sends.delete(sending));
  };
  let callbacks = 0;
  let videos = 0;
  let revisions = 0;

  async function run(): Promise<void> {
    const beganMs = systemClock.monotonicMs();
    const due = () => Math.floor(((systemClock.monotonicMs() - beganMs) / 1_000) * o.perSecond);
    while (!stopping.signal.aborted && failed === undefined) {
      let before = 0;
      videos += 1;
      for (const { key, callback, headers, state } of lifeOf(videos)) {
        while (callbacks >= due() && !stopping.signal.aborted) await systemClock.sleep(tickMs);
        if (stopping.signal.aborted && before > 0) break;
        send(o.callbacks, key, callback, { ...headers, 'received-at': String(systemClock.now()) });
        send(o.states, key, o.codec.encode(state));
        callbacks += 1;
        revisions += state.revision - before;
        before = state.revision;
      }
    }
    await Promise.all(sends);
  }

  const running = run();
  running.catch(() => {});
  async function end(): Promise<Published> {
    stopping.abort();
    await running.finally(() => producer.close());
    if (failed !== undefined) throw failed;
    return { callbacks, videos, revisions };
  }
  let ended: Promise<Published> | undefined;
  return {
    sent: () => callbacks,
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
}
