/**
 * What the runner knows about one assigned partition: which taken jobs haven't ended, and therefore how far its
 * offset may be committed. Jobs end in any order; the offset stops at the lowest unfinished one.
 */
export type PartitionProgress = {
  /** Aborted when the partition is taken away: its jobs stop at their next pause, and another owner does them again. */
  readonly abandoned: AbortController;
  /** Call once per record, in offset order. */
  take(offset: number): void;
  finish(offset: number): void;
  /** The offset of the next record to work on after a restart; null before the first record. */
  committable(): number | null;
  /** Offsets between the lowest unfinished job and the newest taken one. */
  span(): number;
};

export function partitionProgress(): PartitionProgress {
  // Insertion order is offset order, so the first element is the lowest.
  const unfinished = new Set<number>();
  let next: number | null = null;

  function lowest(): number | null {
    const { value } = unfinished.values().next();
    return value ?? next;
  }

  return {
    abandoned: new AbortController(),
    take(offset) {
      next = offset + 1;
      unfinished.add(offset);
    },
    finish: (offset) => void unfinished.delete(offset),
    committable: lowest,
    span: () => (next ?? 0) - (lowest() ?? 0),
  };
}
