import type { Message, MessageHeader } from '@confluentinc/kafka-javascript';
import { bounds } from '../../schemas/bounds.ts';

export type TopicPartition = { readonly topic: string; readonly partition: number };
export type TopicPartitionOffset = TopicPartition & { readonly offset: number };

/** A record as read. Header values are text (UTF-8); where a header is repeated, the last one counts. */
export type ConsumedRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  /** Whatever a stranger called them, `__proto__` included: its own properties and no others. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds; 0 where the record has none, or one beyond the year 9999. */
  readonly timestampMs: number;
  /** What of key and headers isn't UTF-8, as it lies in the topic: a text of it would be another one. */
  readonly raw?: RawText;
};

export type RawText = {
  readonly key?: Buffer;
  readonly headers?: Readonly<Record<string, Buffer>>;
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
  /** Goes before key and headers: for a record that is passed on as it is. */
  readonly raw?: RawText;
};

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

/** The client makes a text of the topic's name for each record; one for all of them is looked up faster. */
let lastTopic = '';

/** Takes any record that a broker holds, and never throws: one that a stranger wrote must not stop those behind it. */
export function consumedRecord(message: Message): ConsumedRecord {
  if (message.topic !== lastTopic) lastTopic = message.topic;
  const { key: keyBytes = null, timestamp = 0, headers: list } = message;
  const key = keyBytes === null ? null : keyBytes.toString();
  const rawKey = key !== null && Buffer.isBuffer(keyBytes) && !faithful(key, keyBytes) ? keyBytes : undefined;
  const headers = readHeaders(list);
  const rawHeaders = list !== undefined && hasDoubtful(headers) ? readRawHeaders(list) : undefined;
  return {
    topic: lastTopic,
    partition: message.partition,
    offset: message.offset,
    key,
    value: message.value,
    headers,
    timestampMs: timestamp >= 0 && timestamp <= bounds.mostTimeMs ? timestamp : 0,
    ...(rawKey || rawHeaders
      ? { raw: { ...(rawKey && { key: rawKey }), ...(rawHeaders && { headers: rawHeaders }) } }
      : {}),
  };
}

/** What stands for bytes that are no UTF-8, and may also be meant. */
const replacement = '\ufffd';
const faithful = (text: string, bytes: Buffer): boolean =>
  !text.includes(replacement) || Buffer.from(text).equals(bytes);

function readHeaders(list: readonly MessageHeader[] | undefined): Readonly<Record<string, string>> {
  if (!list || list.length === 0) return noHeaders;
  const headers: Record<string, string> = {};
  for (const entry of list) {
    const name = nameOf(entry);
    const value = name === protoName ? valueIn(entry) : entry[name];
    // `String` finds the same function, and takes twice as long for it.
    const text = Buffer.isBuffer(value) ? value.toString() : String(value);
    if (name === protoName) define(headers, text);
    else headers[name] = text;
  }
  return headers;
}

function hasDoubtful(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (headers[name]?.includes(replacement)) return true;
  return false;
}

function readRawHeaders(list: readonly MessageHeader[]): Readonly<Record<string, Buffer>> | undefined {
  const raw: Record<string, Buffer> = {};
  for (const entry of list) {
    const [name, value] = [nameOf(entry), valueIn(entry)];
    const differs = Buffer.isBuffer(value) && !faithful(value.toString(), value);
    if (differs) define(raw, value, name);
    else delete raw[name];
  }
  return Object.keys(raw).length > 0 ? raw : undefined;
}

const protoName = '__proto__';

/** The native client assigns the value to an object under the header's name: under this one it becomes the prototype. */
function nameOf(entry: MessageHeader): string {
  for (const name in entry) if (Object.hasOwn(entry, name)) return name;
  return protoName;
}

function valueIn(entry: MessageHeader): unknown {
  for (const name in entry) if (Object.hasOwn(entry, name)) return entry[name];
  const prototype: unknown = Object.getPrototypeOf(entry);
  return Buffer.isBuffer(prototype) ? prototype : '';
}

/** An own property, also under a name that an assignment would take for the prototype. */
function define<V>(target: Record<string, V>, value: V, name = protoName): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The native client's shape: a list of one-entry objects. As bytes, since it cuts a text at its first NUL. */
export function nativeHeaders({ headers, raw }: Pick<OutgoingRecord, 'headers' | 'raw'>): MessageHeader[] | undefined {
  if (!headers) return undefined;
  const list: MessageHeader[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || !Object.hasOwn(headers, name)) continue;
    // A name can't go as bytes. No record that was read has one with a NUL: it was cut off then.
    const bytes = raw?.headers && Object.hasOwn(raw.headers, name) ? raw.headers[name] : undefined;
    list.push(bytes === undefined ? nativeHeader(name, value) : { [name]: bytes });
  }
  return list.length > 0 ? list : undefined;
}

type Written = { value: string; header: MessageHeader };

/** By name what was written last: most records say the same as the one before, and to make such an object costs as much as to send it. */
const lastWritten = new Map<string, Written>();
const mostNames = 64;
const mostKeptLength = 64;

function nativeHeader(name: string, value: string): MessageHeader {
  const last = lastWritten.get(name);
  if (last?.value === value) return last.header;
  const header = { [name]: Buffer.from(value) };
  if (value.length > mostKeptLength) return header;
  if (last !== undefined) {
    last.value = value;
    last.header = header;
  } else if (lastWritten.size < mostNames) lastWritten.set(name, { value, header });
  return header;
}

/** A key for the native client: as bytes, since it cuts a text at its first NUL. */
export function nativeKey({ key, raw }: Pick<OutgoingRecord, 'key' | 'raw'>): Buffer | null {
  return raw?.key ?? (key === null ? null : Buffer.from(key));
}

/** The native client takes Buffers only; this makes one over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer;
export function asBuffer(bytes: Uint8Array | null): Buffer | null;
export function asBuffer(bytes: Uint8Array | null): Buffer | null {
  if (bytes === null || Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
