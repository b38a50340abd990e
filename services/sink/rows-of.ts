import { type Codec, RegistryFault } from '../../connectors/avro/index.ts';
import type { ConsumedRecord } from '../../connectors/kafka/index.ts';
import type { StreamRef } from '../../schemas/generated/SessionState.ts';
import type { TopicId } from '../../schemas/topics.ts';
import type { Batch, TableName, TableRows } from './batch.ts';
import { type EntityRows, sessionRows, videoRows, writeCallback } from './rows/index.ts';

export type SinkTopic = Extract<TopicId, 'callbacks' | 'video-state' | 'session-state'>;
export const sinkTopics: readonly SinkTopic[] = ['callbacks', 'video-state', 'session-state'];

export type RowSources = {
  readonly codecs: {
    readonly videoState: Pick<Codec<unknown>, 'body'>;
    readonly sessionState: Pick<Codec<unknown>, 'body'>;
  };
  /** How long the cloud waits for a stream to come back, seconds. */
  readonly disconnectDelaySeconds: (stream: StreamRef) => number;
};

/**
 * Adds to the batch what a record becomes in ClickHouse. A tombstone becomes a row that hides its entity. A promise is
 * given only where a schema has to be fetched first; one for each record would cost more than all the rest.
 * @throws RegistryFault (retryable, also by the promise) while the schema registry is away; nothing was added then
 */
export type AddRow = (record: ConsumedRecord, batch: Batch) => undefined | Promise<void>;

/** By topic how its records become rows. */
export function rowAdders({ codecs, disconnectDelaySeconds }: RowSources): Readonly<Record<SinkTopic, AddRow>> {
  return {
    callbacks: addCallback,
    'video-state': entityAdder('video_state', codecs.videoState, videoRows()),
    'session-state': entityAdder('session_state', codecs.sessionState, sessionRows(disconnectDelaySeconds)),
  };
}

function addCallback(record: ConsumedRecord, batch: Batch): undefined {
  const rows = batch.rowsOf('callbacks', record.topic);
  try {
    writeCallback(record, rows.encoded);
    rows.cameFrom(record.partition, record.offset);
  } catch (error) {
    giveUp(error, record, batch, rows);
  }
}

function entityAdder(table: TableName, codec: Pick<Codec<unknown>, 'body'>, entity: EntityRows): AddRow {
  return (record, batch) => {
    const rows = batch.rowsOf(table, record.topic);
    const { key, value, partition, offset } = record;
    const failed = (error: unknown) => giveUp(error, record, batch, rows);
    const add = (body: Buffer) => {
      if (entity.write(body, record, rows.encoded)) rows.cameFrom(partition, offset);
    };
    try {
      if (value !== null) {
        const body = codec.body(value);
        if (body instanceof Promise) return body.then(add).catch(failed);
        add(body);
      } else if (key !== null) {
        entity.writeGone(key, record, rows.encoded);
        rows.cameFrom(partition, offset);
      }
    } catch (error) {
      failed(error);
    }
    return undefined;
  };
}

/** The record becomes no row. */
function giveUp(error: unknown, record: ConsumedRecord, batch: Batch, rows: TableRows): void {
  if (error instanceof RegistryFault && error.retryable) throw error;
  rows.encoded.dropUnfinished();
  const reason = error instanceof RegistryFault ? 'not-decodable' : 'not-encodable';
  const message = error instanceof Error ? error.message : String(error);
  batch.unusable.push({ origin: record, record, reason, error: message.slice(0, 500) });
}
