import type { OutgoingRecord } from '../record.ts';

type Head = Pick<OutgoingRecord, 'topic' | 'key' | 'headers'>;

/** One record as bytes: length of the head (4 bytes), the head as JSON, then the value unchanged. */
export function encodeRecord(record: OutgoingRecord): Buffer {
  const head: Head = { topic: record.topic, key: record.key, headers: record.headers };
  const headBytes = Buffer.from(JSON.stringify(head));
  const bytes = Buffer.allocUnsafe(4 + headBytes.length + record.value.length);
  bytes.writeUInt32BE(headBytes.length, 0);
  headBytes.copy(bytes, 4);
  bytes.set(record.value, 4 + headBytes.length);
  return bytes;
}

/** The record of `encodeRecord`; its value is a view of `bytes`. */
export function decodeRecord(bytes: Buffer): OutgoingRecord {
  const valueStart = 4 + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString('utf8', 4, valueStart)) as Head;
  return { topic: head.topic, key: head.key, headers: head.headers, value: bytes.subarray(valueStart) };
}

/**
 * Where an entry stands: how many entries came before it in the spool's life, and how many bytes up to and including
 * it. Entries are only ever added at the end and removed from the front, so the first and the last key alone tell how
 * many records and bytes a spool holds: opening a full one takes no longer than opening an empty one.
 */
export type Position = { readonly sequence: number; readonly endBytes: number };

/** Before the first entry. */
export const origin: Position = { sequence: 0, endBytes: 0 };

const width = 6;

export function encodePosition(position: Position): Buffer {
  const key = Buffer.allocUnsafe(2 * width);
  key.writeUIntBE(position.sequence, 0, width);
  key.writeUIntBE(position.endBytes, width, width);
  return key;
}

export function decodePosition(key: Buffer): Position {
  return { sequence: key.readUIntBE(0, width), endBytes: key.readUIntBE(width, width) };
}
