/** One record as it comes from a state topic, and the form in which the local store keeps the latest one of a key. */
import type { StateTopic } from './cursor.ts';

export type ViewRecord = {
  readonly topic: StateTopic;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer | null;
  readonly timestampMs: number;
  /** Of a tombstone: its header `reason`. */
  readonly reason?: string | undefined;
};

/** What a tombstone's header `reason` may say. */
export const tombstoneReasons = ['retired', 'merged'] as const;
export type TombstoneReason = (typeof tombstoneReasons)[number];

/** `avro` is empty where the key is gone. */
export type Stored = {
  partition: number;
  offset: number;
  changedAtMs: number;
  reason: TombstoneReason | null;
  avro: Buffer;
};

/** A stored value of this length is a tombstone. */
export const storedHeaderBytes = 21;

export function encodeStored(record: ViewRecord): Buffer {
  const head = Buffer.alloc(storedHeaderBytes);
  head.writeUInt32BE(record.partition, 0);
  head.writeBigUInt64BE(BigInt(record.offset), 4);
  head.writeBigUInt64BE(BigInt(Math.max(0, record.timestampMs)), 12);
  head.writeUInt8(tombstoneReasons.findIndex((reason) => reason === record.reason) + 1, 20);
  return record.value ? Buffer.concat([head, record.value]) : head;
}

export function decodeStored(value: Buffer): Stored {
  return {
    partition: value.readUInt32BE(0),
    offset: Number(value.readBigUInt64BE(4)),
    changedAtMs: Number(value.readBigUInt64BE(12)),
    reason: tombstoneReasons[value.readUInt8(20) - 1] ?? null,
    avro: value.subarray(storedHeaderBytes),
  };
}
