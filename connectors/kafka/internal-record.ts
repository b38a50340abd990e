import { header, type TopicId } from '../../schemas/topics.ts';
import type { OutgoingRecord } from './record.ts';

/** Where the runner's results go. A promise resolves once the record is durable. */
export type Outbox = { send(record: OutgoingRecord): Promise<unknown> };

/** An event of ours for `callbacks`: its body as the cloud would spell it, its subject as the key. */
export type InternalEvent = {
  readonly key: string;
  readonly region: string | null;
  readonly body: Readonly<Record<string, unknown>> & { readonly EventType: string };
};

/** The record of an internal event; its `source` header is what makes processors believe it. */
export function internalRecord(
  topics: (id: TopicId) => string,
  source: 'job-runner' | 'reconciler' | 'operator',
  event: InternalEvent,
  nowMs: number,
  trace?: OutgoingRecord['headers'],
): OutgoingRecord {
  return {
    topic: topics('callbacks'),
    key: event.key,
    value: Buffer.from(JSON.stringify(event.body)),
    headers: {
      ...trace,
      [header.source]: source,
      [header.receivedAt]: String(nowMs),
      ...(event.region === null ? {} : { [header.region]: event.region }),
    },
  };
}
