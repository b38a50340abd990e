import {
  type ClickHouseClient,
  type ClickhouseSettings,
  connectClickhouse,
  migrate,
} from '../../connectors/clickhouse/index.ts';
import { IdempotentProducer, type KafkaSettings } from '../../connectors/kafka/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import type { StepWatch } from '../../runtime/index.ts';
import type { TopicId } from '../../schemas/topics.ts';
import type { RowSources } from './rows-of.ts';
import { Sink } from './sink.ts';
import { claimDatabase, readIdentities } from './source-topics.ts';
import { untilThere } from './until-there.ts';

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
  /** Told what the sink waits for, in words; null once records flow. */
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

/**
 * Copies `callbacks`, `video-state` and `session-state` into ClickHouse until `signal` aborts: batches, insert, then
 * commit of the offsets. Rows are idempotent by key and version, so a batch that is inserted again changes nothing.
 * While ClickHouse is away it waits with consumption paused and tries again; nothing piles up.
 * @throws ClickhouseFault `CLICKHOUSE_REFUSES`, `ROWS_REFUSED`, `MIGRATION_CHANGED`, `OTHER_TOPICS`; KafkaFault when Kafka refuses us for good
 */
export async function runSink(options: SinkOptions): Promise<void> {
  const { log } = options;
  const applied = await untilThere(options, 'ClickHouse', () => migrate(options.clickhouse));
  if (applied === undefined) return;
  if (applied.length > 0) log.info({ applied, database: options.clickhouse.database }, 'ClickHouse migrations applied');
  const identities = await untilThere(options, 'Kafka', () => readIdentities(options.kafka, options.topics));
  if (identities === undefined) return;
  const client = connectClickhouse(options.clickhouse);
  try {
    const { database } = options.clickhouse;
    const claim = () => claimDatabase(client, database, identities).then(() => true);
    if (await untilThere(options, 'ClickHouse', claim)) await copy(options, client);
  } finally {
    await client.close();
  }
}

async function copy(options: SinkOptions, client: ClickHouseClient): Promise<void> {
  const producer = await IdempotentProducer.connect(options.kafka);
  const sink = new Sink(options, {
    client,
    producer,
    kafka: options.kafka,
    deadLetterTopic: options.topics('dead-letters'),
    clock: options.platform,
    log: options.log,
    metrics: options.metrics,
  });
  try {
    await sink.run();
  } finally {
    await producer.close();
  }
}
