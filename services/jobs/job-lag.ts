import type { GroupConsumer, TopicPartition } from '../../connectors/kafka/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { Metrics } from '../../platform/telemetry/index.ts';

/** Measures what waits in a runner's partitions, so that a runner that takes nothing is noticed. */
export type JobLag = {
  /** A record was taken. */
  taken(at: TopicPartition, offset: number): void;
  assigned(at: TopicPartition): void;
  gone(at: TopicPartition): void;
  /** To be called often; asks Kafka from time to time, in the background. */
  look(): void;
};

const lookEveryMs = 10_000;
const askTimeoutMs = 5_000;

export function jobLag(
  kind: string,
  source: Pick<GroupConsumer, 'watermarks'>,
  platform: Platform,
  metrics: Metrics,
): JobLag {
  /** Where each partition goes on; null until the first record has shown it. */
  const positions = new Map<string, { at: TopicPartition; next: number | null }>();
  let asking = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const name = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;
  const labels = ({ topic, partition }: TopicPartition) => ({ topic, partition: String(partition) });
  // Set to 0 at the start: Prometheus sees no increase in a counter that appears with its first event.
  metrics.count('live2vod_jobs_taken_total', { kind }, 0);

  async function ask(): Promise<void> {
    for (const entry of [...positions.values()]) {
      const { high } = await source.watermarks(entry.at.topic, entry.at.partition, askTimeoutMs);
      if (!positions.has(name(entry.at))) continue;
      // No record was taken yet: the lag counts from here.
      entry.next ??= high;
      metrics.set('live2vod_jobs_lag_records', labels(entry.at), Math.max(0, high - entry.next));
    }
  }

  return {
    taken(at, offset) {
      const entry = positions.get(name(at));
      if (entry) entry.next = offset + 1;
      metrics.count('live2vod_jobs_taken_total', { kind });
    },
    assigned: (at) => void positions.set(name(at), { at, next: null }),
    gone(at) {
      if (positions.delete(name(at))) metrics.forget('live2vod_jobs_lag_records', labels(at));
    },
    look() {
      if (asking || platform.monotonicMs() - lookedAtMs < lookEveryMs) return;
      asking = true;
      lookedAtMs = platform.monotonicMs();
      // That Kafka is away is reported by the consumer.
      ask()
        .catch(() => {})
        .finally(() => {
          asking = false;
        });
    },
  };
}
