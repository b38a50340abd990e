import type { ClickHouseClient } from '../../connectors/clickhouse/index.ts';
import { ClickhouseFault, problemOf } from '../../connectors/clickhouse/index.ts';
import { deadLetter, type IdempotentProducer, type KafkaSettings } from '../../connectors/kafka/index.ts';
import { isRetryable } from '../../platform/faults.ts';
import type { Clock } from '../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../platform/retry.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import type { Batch, TableName, Unusable } from './batch.ts';
import { insertRows } from './insert.ts';
import type { SinkOptions } from './options.ts';
import { readAgain } from './read-again.ts';
import { mending } from './wait-until-available.ts';

export type StoreContext = {
  readonly client: ClickHouseClient;
  readonly producer: Pick<IdempotentProducer, 'send'>;
  readonly kafka: KafkaSettings;
  readonly deadLetterTopic: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/**
 * Puts a batch where it belongs: rows into their tables, what can't be a row into `dead-letters`. When it resolves all
 * of it is durable and the batch's offsets may be committed; when it rejects, the whole batch may be stored again.
 */
async function storeBatch(batch: Batch, context: StoreContext): Promise<void> {
  for (const [table, rows] of batch.tables) {
    if (rows.encoded.rows === 0) continue;
    const sent = rows.encoded.rows;
    const refused = await timed(table, context, () => insertRows(context.client, table, rows.encoded));
    context.metrics.count('live2vod_sink_rows_total', { table, result: 'stored' }, sent - refused.length);
    for (const { row, error } of refused) {
      batch.unusable.push({ origin: rows.originOf(row), reason: 'refused-by-clickhouse', error });
      context.metrics.count('live2vod_sink_rows_total', { table, result: 'refused' });
    }
    // Stored rows must not be sent again should a dead letter fail.
    rows.clear();
  }
  for (let next = batch.unusable[0]; next !== undefined; next = batch.unusable[0]) {
    await sendDeadLetter(next, context);
    batch.unusable.shift();
  }
}

async function sendDeadLetter({ origin, record, reason, error }: Unusable, context: StoreContext): Promise<void> {
  const { topic, partition, offset } = origin;
  const original = record ?? (await readAgain(context.kafka, { topic, partition, offset }));
  if (original === null) {
    context.log.warn({ topic, partition, offset, error }, 'a refused record is gone from its topic already');
    return;
  }
  context.log.warn({ topic, partition, offset, reason, error }, 'record goes to dead-letters');
  await context.producer.send(deadLetter(context.deadLetterTopic, 'sink', original, reason, error));
  context.metrics.count('live2vod_dead_letters_total', { stage: 'sink', reason });
}

const backoff = { firstMs: 200, longestMs: 10_000 };

/**
 * Stores a batch, trying again while ClickHouse or Kafka is away, or until a person has mended ClickHouse: nothing is lost
 * by waiting, and what comes back (a right, a table) is used without a restart. False when it was told to stop before it succeeded.
 * @throws what waiting doesn't help against
 */
export async function storeWithRetry(
  batch: Batch,
  context: StoreContext,
  { platform, signal, waitingFor }: Pick<SinkOptions, 'platform' | 'signal' | 'waitingFor'>,
): Promise<boolean> {
  const { log, metrics } = context;
  let waited = false;
  try {
    await retryWhileUnavailable(() => storeBatch(batch, context), {
      platform,
      backoff,
      signal,
      isRetryable: mayBeStoredLater,
      onRetry: (error, { tries, waitMs }) => {
        const { kind, message } = failureOf(error);
        const said = { err: message, tries, waitMs: Math.round(waitMs) };
        if (kind === 'mending') log.error(said, 'ClickHouse has to be mended, consumption pauses');
        else log.warn(said, `${kind} is away, consumption pauses`);
        waitingFor?.(kind === 'mending' ? mending(message) : kind);
        metrics.set('live2vod_sink_paused', {}, 1);
        waited = true;
      },
    });
  } catch (error) {
    if (!signal.aborted || !mayBeStoredLater(error)) throw error;
    const { message } = failureOf(error);
    log.warn({ err: message, records: batch.records }, 'stopping with rows not stored: they are read again');
    return false;
  }
  metrics.set('live2vod_sink_paused', {}, 0);
  if (waited) waitingFor?.(null);
  return true;
}

/** Worth another try: what says so of itself, and whatever ClickHouse has answered. */
const mayBeStoredLater = (error: unknown): boolean => isRetryable(error) || problemOf(error) !== null;

function failureOf(error: unknown): { kind: 'Kafka' | 'ClickHouse' | 'mending'; message: string } {
  if (error instanceof ClickhouseFault) return { kind: 'mending', message: error.message };
  const problem = problemOf(error);
  if (problem === null) return { kind: 'Kafka', message: error instanceof Error ? error.message : String(error) };
  return { kind: problem.kind === 'person' ? 'mending' : 'ClickHouse', message: problem.text };
}

async function timed<T>(table: TableName, { clock, metrics }: StoreContext, work: () => Promise<T>): Promise<T> {
  const beganMs = clock.monotonicMs();
  const result = await work();
  metrics.observe('live2vod_sink_insert_seconds', { table }, (clock.monotonicMs() - beganMs) / 1000);
  return result;
}
