import { type DeadLetterReason, type DeadLetterStage, deadLetterHeaders } from '../../../schemas/dead-letter.ts';
import { header } from '../../../schemas/topics.ts';
import type { ConsumedRecord, OutgoingRecord, RawText } from '../record.ts';

/**
 * The record that keeps what couldn't be used: its original key, bytes and headers, where it came from, and why. A
 * record grows by that, and one that was compressed with others may be far larger than its topic takes: of such a one it
 * keeps the beginning, and says how long it was.
 */
export function deadLetter(
  topic: string,
  stage: DeadLetterStage | `${string}-processor`,
  origin: ConsumedRecord,
  reason: DeadLetterReason,
  error: string,
): OutgoingRecord {
  const { value } = origin;
  const cut = value !== null && value.length > maxValueBytes;
  const why = {
    ...(cut ? { [header.originBytes]: String(value.length) } : {}),
    ...deadLetterHeaders(stage, reason, error),
    [header.originTopic]: origin.topic,
    [header.originPartition]: String(origin.partition),
    [header.originOffset]: String(origin.offset),
  };
  const raw = rawOf(origin, why);
  return {
    topic,
    key: origin.key === null || origin.key.length <= maxKeyLength ? origin.key : origin.key.slice(0, maxKeyLength),
    value: cut ? value.subarray(0, maxValueBytes) : value,
    headers: { ...bounded(origin.headers), ...why },
    ...(raw ? { raw } : {}),
  };
}

/** Room for the largest body that is taken in (1 MiB); with key and headers it stays below what topics take (2 MiB). */
const maxValueBytes = 1_280 * 1024;
const maxKeyLength = 16 * 1024;
const maxHeadersLength = 64 * 1024;

/** The first headers, as many as fit: enough to identify the record. */
function bounded(headers: ConsumedRecord['headers']): ConsumedRecord['headers'] {
  let length = 0;
  const kept = Object.entries(headers).filter(([name, value]) => {
    length += name.length + value.length;
    return length <= maxHeadersLength;
  });
  return kept.length === Object.keys(headers).length ? headers : Object.fromEntries(kept);
}

/** Bytes that are no text stay what they were, but for a header that says something else now. */
function rawOf({ raw }: ConsumedRecord, why: Readonly<Record<string, string>>): RawText | undefined {
  if (raw === undefined) return undefined;
  const key = raw.key?.subarray(0, maxKeyLength);
  const headers = Object.entries(raw.headers ?? {}).filter(([name]) => !Object.hasOwn(why, name));
  return { ...(key && { key }), headers: Object.fromEntries(headers) };
}
