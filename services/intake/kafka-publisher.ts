import type { IdempotentProducer, KafkaSettings } from '../../connectors/kafka/index.ts';
import { isDenied } from '../../platform/faults.ts';
import type { Clock } from '../../platform/host/index.ts';
import { probeTimeoutMs, Reachability } from '../../platform/reachability.ts';
import { retryWhileUnavailable } from '../../platform/retry.ts';
import type { Logger } from '../../platform/telemetry/index.ts';
import type { TopicId } from '../../schemas/topics.ts';
import { IngressFault } from './fault.ts';
import type { Publisher } from './record.ts';

type Producer = Pick<IdempotentProducer, 'send' | 'flush' | 'close' | 'inFlightBytes' | 'askFor'>;

export type KafkaPublisherOptions = {
  /** Connects a producer; called again whenever one is finished. */
  readonly connect: () => Promise<Producer>;
  /** Full name of a topic. */
  readonly topics: (id: TopicId) => string;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Publishes straight to Kafka; a record is durable when the broker's delivery report says so. */
export type KafkaPublisher = Publisher & {
  readonly connected: boolean;
  /** Sent and not settled yet. */
  readonly inFlightBytes: number;
  /** `Kafka` while it is away, else null. To be asked about every second: asking is what finds out. */
  waitingFor(): string | null;
  /**
   * Connects, and connects anew after a fatal fault, until `signal` aborts; then closes what is open.
   * @throws IngressFault `KAFKA_REFUSED` where the cluster has never let us in and says that it never will
   */
  run(signal: AbortSignal): Promise<void>;
};

/** Callbacks wait on disk until it is there again: it is asked for often. */
const backoff = { firstMs: 500, longestMs: 1_000 };
/** A producer that has been given records and acknowledged none for so long is replaced, whatever ails it. */
const replaceAfterMs = 90_000;

/** A connected producer, and since when it has owed an acknowledgement (monotonic; null while it owes none). */
type Link = { readonly producer: Producer; readonly reachability: Reachability; silentSinceMs: number | null };

/** While there is no connection `publish` rejects with a retryable `KAFKA_AWAY`. */
export function kafkaPublisher(options: KafkaPublisherOptions): KafkaPublisher {
  const { topics, clock, log } = options;
  const fullName = { callbacks: topics('callbacks'), 'dead-letters': topics('dead-letters') };
  let link: Link | null = null;
  /** Wakes `run` when the link has become useless. */
  let finished: () => void = () => {};
  let wasConnected = false;

  async function connected(signal: AbortSignal): Promise<Producer | null> {
    // Rights that are refused later may come back, as in the middle of a rotation.
    const isRefused = (error: unknown) => isDenied(error) && !wasConnected;
    try {
      return await retryWhileUnavailable(() => options.connect(), {
        platform: clock,
        backoff,
        signal,
        isRetryable: (error) => !isRefused(error),
        onRetry: (error, { tries }) => {
          if (tries === 1) log.warn({ err: error }, 'Kafka can not be reached yet: trying again until it can');
        },
      });
    } catch (error) {
      if (isRefused(error)) {
        throw new IngressFault('KAFKA_REFUSED', (error as Error).message, { retryable: false, cause: error });
      }
      return null;
    }
  }

  function replace(useless: Link, why: string): void {
    if (link !== useless) return;
    log.error({ why }, 'the Kafka producer is of no use any more: connecting a new one');
    link = null;
    // Not awaited: closing may be what hangs.
    useless.producer.close().catch(() => {});
    finished();
  }

  function acknowledged(by: Link): void {
    by.silentSinceMs = null;
    by.reachability.heard();
  }

  function failed(by: Link, error: unknown): never {
    if ((error as { fatal?: boolean }).fatal === true) replace(by, 'a fatal fault');
    throw error;
  }

  return {
    get connected() {
      return link !== null;
    },
    get inFlightBytes() {
      return link?.producer.inFlightBytes ?? 0;
    },
    waitingFor() {
      if (link === null) return 'Kafka';
      const { producer, reachability } = link;
      reachability.look(() => producer.askFor(fullName.callbacks, probeTimeoutMs));
      return reachability.away ? 'Kafka' : null;
    },
    publish(record) {
      const nowMs = clock.monotonicMs();
      if (link?.silentSinceMs && nowMs - link.silentSinceMs > replaceAfterMs) {
        replace(link, `no acknowledgement for ${replaceAfterMs / 1000} s`);
      }
      const current = link;
      if (current === null) {
        return Promise.reject(new IngressFault('KAFKA_AWAY', 'there is no connection to Kafka', { retryable: true }));
      }
      current.silentSinceMs ??= nowMs;
      const { key, value, headers } = record;
      return current.producer.send({ topic: fullName[record.topic], key, value, headers }).then(
        () => acknowledged(current),
        (error: unknown) => failed(current, error),
      );
    },
    async run(signal) {
      while (!signal.aborted) {
        const producer = await connected(signal);
        if (producer === null) return;
        log.info('connected to Kafka');
        wasConnected = true;
        await new Promise<void>((resolve) => {
          finished = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
          link = { producer, reachability: new Reachability(clock), silentSinceMs: null };
          if (signal.aborted) resolve();
        });
      }
      const last = link;
      link = null;
      await last?.producer.close();
    },
  };
}

/**
 * Longer than most outages: what waits in the client goes out the moment Kafka is back, while callbacks have long been
 * answered from the spool. A short one would time the same records out again and again at a slow broker.
 */
const deliveryTimeoutMs = 60_000;
const connectTimeoutMs = 5_000;
export const defaultLingerMs = 5;

/** A `KafkaPublisher` on a real producer. */
export function connectPublisher(
  options: Omit<KafkaPublisherOptions, 'connect'> & {
    readonly kafka: KafkaSettings;
    /**
     * How long a record waits for company, which every answer waits too. Default 5: the client sends a request for each
     * partition, and with less they hold hardly more than one record each, which is what costs the broker most.
     */
    readonly lingerMs?: number;
  },
): KafkaPublisher {
  const connect = async () => {
    // Loaded once it is needed: the native client is most of what a start would cost.
    const { IdempotentProducer } = await import('../../connectors/kafka/index.ts');
    return IdempotentProducer.connect(options.kafka, {
      deliveryTimeoutMs,
      connectTimeoutMs,
      lingerMs: options.lingerMs ?? defaultLingerMs,
    });
  };
  return kafkaPublisher({ ...options, connect });
}
