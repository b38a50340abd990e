import { type ClickHouseClient, connectClickhouse, migrate } from '../../connectors/clickhouse/index.ts';
import { IdempotentProducer } from '../../connectors/kafka/index.ts';
import type { SinkOptions } from './options.ts';
import { Sink } from './sink.ts';
import { claimDatabase, readIdentities } from './source-topics.ts';
import { waitUntilAvailable } from './wait-until-available.ts';

/**
 * Copies `callbacks`, `video-state` and `session-state` into ClickHouse until `signal` aborts: batches, insert, then
 * commit of the offsets. Rows are idempotent by key and version, so a batch that is inserted again changes nothing.
 * While ClickHouse is away it waits with consumption paused and tries again; nothing piles up.
 * @throws ClickhouseFault `CLICKHOUSE_REFUSES`, `ROWS_REFUSED`, `MIGRATION_CHANGED`, `OTHER_TOPICS`; KafkaFault when Kafka refuses us for good
 */
export async function runSink(options: SinkOptions): Promise<void> {
  const { log } = options;
  const applied = await waitUntilAvailable(options, 'ClickHouse', () => migrate(options.clickhouse));
  if (applied === undefined) return;
  if (applied.length > 0) log.info({ applied, database: options.clickhouse.database }, 'ClickHouse migrations applied');
  const identities = await waitUntilAvailable(options, 'Kafka', () => readIdentities(options.kafka, options.topics));
  if (identities === undefined) return;
  const client = connectClickhouse(options.clickhouse);
  try {
    const { database } = options.clickhouse;
    const claim = () => claimDatabase(client, database, identities).then(() => true);
    if (await waitUntilAvailable(options, 'ClickHouse', claim)) await copy(options, client);
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
