import type { Message, MessageHeader } from '@confluentinc/kafka-javascript';

export type TopicPartition = { readonly topic: string; readonly partition: number };
export type TopicPartitionOffset = TopicPartition & { readonly offset: number };

/** A record as read. Header values are text (UTF-8); where a header is repeated, the last one counts. */
export type ConsumedRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly timestampMs: number;
};

/** A record to write. Without `partition` the key decides (murmur2, as Java's producers do). */
export type OutgoingRecord = {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly partition?: number;
  /** Epoch milliseconds; now where absent. */
  readonly timestampMs?: number;
};

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

/** The client makes a text of the topic's name for each record; one for all of them is looked up faster. */
let lastTopic = '';

export function consumedRecord(message: Message): ConsumedRecord {
  if (message.topic !== lastTopic) lastTopic = message.topic;
  return {
    topic: lastTopic,
    partition: message.partition,
    offset: message.offset,
    key: message.key === null || message.key === undefined ? null : message.key.toString(),
    value: message.value,
    headers: readHeaders(message.headers),
    timestampMs: message.timestamp ?? 0,
  };
}

function readHeaders(list: readonly MessageHeader[] | undefined): Readonly<Record<string, string>> {
  if (!list || list.length === 0) return noHeaders;
  const headers: Record<string, string> = {};
  for (const entry of list) {
    for (const name in entry) headers[name] = String(entry[name]);
  }
  return headers;
}

/** The native client's shape: a list of one-entry objects. */
export function nativeHeaders(headers: Readonly<Record<string, string>> | undefined): MessageHeader[] | undefined {
  if (!headers) return undefined;
  const list: MessageHeader[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) list.push({ [name]: value });
  }
  return list.length > 0 ? list : undefined;
}

/** The native client takes Buffers only; this makes one over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer;
export function asBuffer(bytes: Uint8Array | null): Buffer | null;
export function asBuffer(bytes: Uint8Array | null): Buffer | null {
  if (bytes === null || Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
