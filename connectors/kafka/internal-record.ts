import type { EncodedEvent } from '../../processors/callback/index.ts';
import { header, type TopicId } from '../../schemas/topics.ts';
import type { OutgoingRecord } from './record.ts';

/** Sends a record. The promise resolves once the record is durable. */
export type RecordSender = { send(record: OutgoingRecord): Promise<unknown> };

/** The record of an internal event; its `source` header is what makes processors believe it. */
export function internalRecord(
  topics: (id: TopicId) => string,
  { source, key, region, body }: EncodedEvent,
  nowMs: number,
  trace?: OutgoingRecord['headers'],
): OutgoingRecord {
  return {
    topic: topics('callbacks'),
    key,
    value: Buffer.from(JSON.stringify(body)),
    headers: {
      ...trace,
      [header.source]: source,
      [header.receivedAt]: String(nowMs),
      ...(region === null ? {} : { [header.region]: region }),
    },
  };
}
