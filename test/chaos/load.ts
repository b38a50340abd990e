import { setTimeout as passed } from 'node:timers/promises';
import { IdempotentProducer, KafkaFault } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../emulator/clock.ts';
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import { unusableCallback } from './unusable.ts';

export type LoadOptions = { readonly brokers: string; readonly topic: string; readonly seed: number };

export type Load = {
  readonly emulator: Emulator;
  /** Records that are durable in the topic, copies included. */
  readonly published: () => number;
  /** Sends one more callback that nobody can use. */
  sendUnusable(): Promise<void>;
  /** How many of those were sent. */
  readonly unusable: () => number;
  stop(): Promise<void>;
};

/**
 * An evening of the emulated cloud whose callbacks go straight into the topic, shuffled and repeated, by a publisher
 * that no fault is aimed at: while the broker is away it waits. So all that the ledger tells is in the topic.
 */
export async function startLoad({ brokers, topic, seed }: LoadOptions): Promise<Load> {
  const connect = () =>
    IdempotentProducer.connect({ brokers, clientId: 'chaos-publisher' }, { maxInFlightBytes: 256 * 1024 * 1024 });
  let producer = await connect();
  let renewing: Promise<void> | null = null;
  /** Of no use any more, whatever the reason: all who notice wait for the same new one. */
  const renew = (useless: IdempotentProducer) => {
    if (useless !== producer) return Promise.resolve();
    renewing ??= (async () => {
      useless.close().catch(() => {});
      producer = await connect();
      renewing = null;
    })();
    return renewing;
  };
  let published = 0;
  let unusable = 0;
  const stopping = new AbortController();
  const publish = async (key: string | null, body: string): Promise<void> => {
    for (;;) {
      const by = producer;
      try {
        const headers = { source: 'http', 'received-at': String(Date.now()) };
        await by.send({ topic, key, value: Buffer.from(body), headers });
        published += 1;
        return;
      } catch (error) {
        if (stopping.signal.aborted || !(error instanceof KafkaFault)) throw error;
        if (error.fatal) await renew(by);
        await passed(200);
      }
    }
  };
  const emulator = await startEmulator({
    port: 0,
    seed,
    callbackUrl: 'http://ingress.invalid/callbacks/vod',
    clock: {
      ...systemClock,
      post: async (_url, { body }) => {
        const { VideoId, MediaId } = JSON.parse(body) as { VideoId?: string; MediaId?: string };
        await publish(VideoId ?? MediaId ?? null, body);
        return 200;
      },
    },
    knobs: {
      shuffleWindowMs: 800,
      duplicateRate: 0.25,
      lateRate: 0.05,
      lateMs: 4_000,
      renditionFailureRate: 0.1,
      // A verdict would make a video fail that still gets its job: the ledger doesn't say which came first.
      auditBlockRate: 0,
      maxConcurrency: 100_000,
    },
  });
  return {
    emulator,
    published: () => published,
    unusable: () => unusable,
    async sendUnusable() {
      const { key, body } = unusableCallback(unusable);
      unusable += 1;
      await publish(key, body);
    },
    async stop() {
      stopping.abort();
      await emulator.stop();
      await producer.close();
    },
  };
}
