import type { ClickhouseSettings } from '../../connectors/clickhouse/index.ts';
import type { KafkaSettings } from '../../connectors/kafka/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import type { StepWatch } from '../../runtime/index.ts';
import type { TopicId } from '../../schemas/topics.ts';
import type { RowSources } from './rows-of.ts';

export type SinkOptions = RowSources & {
  readonly kafka: KafkaSettings;
  readonly topics: (id: TopicId) => string;
  readonly clickhouse: ClickhouseSettings;
  /** Consumer group of all sinks that fill this ClickHouse. */
  readonly groupId: string;
  /** Static member name: a restarted sink gets its partitions back at once. */
  readonly instance?: string;
  readonly platform: Platform;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** Called with what the sink waits for, in words; null once records flow. */
  readonly waitingFor?: (what: string | null) => void;
  /** Sets a record aside of which no row is made in time. */
  readonly steps?: StepWatch;
  readonly batch?: Partial<BatchLimits>;
};

export type BatchLimits = {
  /** Default 50,000. */
  readonly maxRecords: number;
  /** Of the encoded rows. Two batches are in memory at most. Default 16 MiB. */
  readonly maxBytes: number;
  /** How long the first record of a batch may wait for company. Default 1,000. */
  readonly maxWaitMs: number;
};

export const defaultBatchLimits: BatchLimits = {
  maxRecords: 50_000,
  maxBytes: 16 * 1024 * 1024,
  maxWaitMs: 1_000,
};
