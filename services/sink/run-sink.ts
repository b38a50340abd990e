import { connectClickhouse, migrate } from '../../connectors/clickhouse/index.ts';
import { IdempotentProducer } from '../../connectors/kafka/index.ts';
import { Waits } from '../../platform/waits.ts';
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
  const { log, kafka, clickhouse, topics, signal } = options;
  const waits = new Waits((what) => options.waitingFor?.(what));
  const start = { ...options, waitingFor: waits.part('start') };
  const applied = await waitUntilAvailable(start, 'ClickHouse', () => migrate(clickhouse));
  if (applied === undefined) return;
  if (applied.length > 0) log.info({ applied, database: clickhouse.database }, 'ClickHouse migrations applied');
  const identities = await waitUntilAvailable(start, 'Kafka', () => readIdentities(kafka, topics));
  if (identities === undefined) return;
  const client = connectClickhouse(clickhouse);
  let producer: IdempotentProducer | undefined;
  try {
    const claim = () => claimDatabase(client, clickhouse.database, identities).then(() => true);
    if (!(await waitUntilAvailable(start, 'ClickHouse', claim))) return;
    producer = await waitUntilAvailable(start, 'Kafka', () => IdempotentProducer.connect(kafka, { signal }));
    if (producer === undefined) return;
    const deadLetterTopic = topics('dead-letters');
    const context = {
      client,
      producer,
      kafka,
      deadLetterTopic,
      clock: options.platform,
      log,
      metrics: options.metrics,
    };
    const sink = new Sink(options, context, waits);
    start.waitingFor(null);
    await sink.run();
  } finally {
    await producer?.close();
    await client.close();
  }
}
