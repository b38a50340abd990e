import { header } from '../../../schemas/topics.ts';
import type { ConsumedRecord, OutgoingRecord } from '../client/record.ts';

/** The record that keeps what couldn't be used: its original key, bytes and headers, where it came from, and why. */
export function deadLetter(
  topic: string,
  stage: string,
  origin: ConsumedRecord,
  reason: string,
  error: string,
): OutgoingRecord {
  return {
    topic,
    key: origin.key,
    value: origin.value,
    headers: {
      ...origin.headers,
      [header.reason]: reason,
      [header.error]: error.slice(0, 500),
      [header.stage]: stage,
      [header.originTopic]: origin.topic,
      [header.originPartition]: String(origin.partition),
      [header.originOffset]: String(origin.offset),
    },
  };
}
