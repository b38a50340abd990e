import type { Clock } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { deadlines } from './deadlines.ts';
import type { OutgoingRecord, Publisher } from './record.ts';
import { drain } from './spool/drain.ts';
import type { Spool } from './spool/spool.ts';

export type DurableOptions = {
  readonly kafka: Publisher;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /**
   * How long Kafka may take before a record goes to the spool as well. Lower answers sooner while Kafka stalls; too low
   * and a hiccup publishes records twice. Default 1,000 ms.
   */
  readonly kafkaWithinMs?: number;
};

/** A `Publisher` that outlives Kafka: what Kafka doesn't acknowledge in time is fsynced locally and published later. */
export type DurablePublisher = Publisher & {
  /** True while records go straight to Kafka, false while they go through the spool. */
  readonly direct: boolean;
  /** Publishes what is in the spool until `signal` aborts. */
  drain(signal: AbortSignal): Promise<void>;
  close(): void;
};

/**
 * Two ways to durability. *Direct*: the record is sent to Kafka and durable when acknowledged; one that fails or takes
 * too long goes to the spool as well (Kafka may still have taken it: twice is allowed, never is not) and turns the
 * ingress to *spooling*: every record goes to disk, and the drain alone talks to Kafka, in order. Once a batch of the
 * drain has been acknowledged in time and nothing older waits on disk, records go straight to Kafka again. A spool that
 * can't be written is no way at all: then each record has as long as usual to get into Kafka, and is refused if it doesn't.
 */
export function durablePublisher(options: DurableOptions): DurablePublisher {
  const { kafka, spool, clock, log, metrics } = options;
  const kafkaWithinMs = options.kafkaWithinMs ?? 1_000;
  const patience = deadlines(kafkaWithinMs, clock);
  let direct = spool.records === 0;
  /** With a disk that takes nothing Kafka is the only way, whatever waits on it. */
  const straight = () => direct || spool.broken;

  function spoolOnly(error: unknown): void {
    if (!direct) return;
    direct = false;
    log.warn({ err: error, spool: spool.folder }, 'Kafka does not acknowledge: callbacks go to the spool');
  }

  async function toSpool(record: OutgoingRecord): Promise<void> {
    await spool.append(record);
    metrics.count('live2vod_ingress_published_total', { topic: record.topic, via: 'spool' });
  }

  function toKafka(record: OutgoingRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const divert = (error: unknown) => {
        spoolOnly(error);
        toSpool(record).then(resolve, reject);
      };
      const claim = patience.set(() => divert(new Error(`no acknowledgement within ${kafkaWithinMs} ms`)));
      kafka.publish(record).then(
        () => {
          if (!claim()) return;
          metrics.count('live2vod_ingress_published_total', { topic: record.topic, via: 'kafka' });
          resolve();
        },
        (error: unknown) => {
          if (claim()) divert(error);
        },
      );
    });
  }

  return {
    get direct() {
      return direct;
    },
    publish: (record) => (straight() ? toKafka(record) : toSpool(record)),
    drain: (signal) =>
      drain({
        spool,
        kafka,
        clock,
        signal,
        onHandedOver: (tookMs) => {
          if (direct || (tookMs !== null && tookMs >= kafkaWithinMs)) return;
          // With nothing on disk there is no batch to judge Kafka by: the next callback tries it.
          if (tookMs === null && spool.records > 0) return;
          direct = true;
          log.info('callbacks go straight to Kafka again');
        },
        onAway: spoolOnly,
        onRefused: (error) => {
          log.error({ err: error }, 'Kafka refuses a spooled record for good: it stays in the spool, see the error');
        },
      }),
    close: () => patience.stop(),
  };
}
