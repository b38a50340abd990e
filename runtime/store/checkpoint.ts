import { counted } from '../../platform/counted.ts';

/**
 * Where a store stands in its changelog. It is written in the same atomic batch as the data, so "what the store holds"
 * and "what it says it holds" can't differ.
 */
export type Checkpoint = {
  /** The changelog's id at the cluster: another cluster, or a topic that was deleted and created again, has another one. */
  readonly topicId: string;
  readonly topic: string;
  /** Partition count of the changelog. With another count the keys live elsewhere. */
  readonly partitions: number;
  /** Every committed record below this offset is in the store. */
  readonly offset: number;
  /** When that was known, epoch milliseconds. */
  readonly wallTimeMs: number;
};

/** What the cluster says about a changelog now. */
export type Changelog = {
  readonly topicId: string;
  readonly topic: string;
  readonly partitions: number;
  /** First offset that the partition still has. */
  readonly beginning: number;
  /** The offset after everything that was written, committed or not. */
  readonly end: number;
  /** How long the topic keeps tombstones after compaction (`delete.retention.ms`). */
  readonly tombstoneRetentionMs: number;
};

/**
 * Why a store can't be brought up to date from its checkpoint and must be rebuilt, or null where it can.
 *
 * The age limit is half of the tombstones' retention: a store that is older may have missed a deletion whose tombstone
 * is gone, and would keep the deleted state for ever.
 */
export function whyRebuild(checkpoint: Checkpoint | null, changelog: Changelog, nowMs: number): string | null {
  if (checkpoint === null) return 'the store has no checkpoint';
  if (checkpoint.topicId !== changelog.topicId || checkpoint.topic !== changelog.topic) {
    return `the store belongs to topic ${checkpoint.topic} (${checkpoint.topicId}), not to ${changelog.topic} (${changelog.topicId})`;
  }
  if (checkpoint.partitions !== changelog.partitions) {
    return `the store was written when ${changelog.topic} had ${counted(checkpoint.partitions, 'partition')}, now it has ${changelog.partitions}`;
  }
  if (checkpoint.offset > changelog.end) {
    return `the store is at offset ${checkpoint.offset}, beyond the changelog's end ${changelog.end}`;
  }
  const ageMs = nowMs - checkpoint.wallTimeMs;
  if (ageMs > changelog.tombstoneRetentionMs / 2) {
    return `the store is ${Math.round(ageMs / 3_600_000)} h old, tombstones are kept for ${Math.round(changelog.tombstoneRetentionMs / 3_600_000)} h only`;
  }
  return null;
}

export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  return Buffer.from(JSON.stringify({ version: storeVersion, ...checkpoint }));
}

/** Null for anything that isn't a checkpoint of this layout, so that the store is rebuilt. */
export function decodeCheckpoint(bytes: Uint8Array | undefined): Checkpoint | null {
  if (bytes === undefined) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof read !== 'object' || read === null) return null;
    const { version, topicId, topic, partitions, offset, wallTimeMs } = read as Record<string, unknown>;
    if (version !== storeVersion) return null;
    if (typeof topicId !== 'string' || typeof topic !== 'string') return null;
    if (typeof partitions !== 'number' || typeof offset !== 'number' || typeof wallTimeMs !== 'number') return null;
    return { topicId, topic, partitions, offset, wallTimeMs };
  } catch {
    return null;
  }
}

/** Raised when the layout of a store's keys or values changes: older stores are then rebuilt from the topic. */
const storeVersion = 3;
