import type { ConsumedRecord } from '../../kafka/index.ts';

/** What a runner has to know of those who had a partition before it. */
export type Takeover = {
  /** Asks for the end of the log, once: call it as soon as the partition is assigned and may be asked about. */
  look(): void;
  /**
   * Whether a predecessor may have begun this job: it was in the log already when the partition changed hands, or came
   * while a predecessor may not have noticed yet that it did. Rejects with what the question for the end rejected with.
   */
  mayHaveBegun(record: Pick<ConsumedRecord, 'offset' | 'timestampMs'>): Promise<boolean>;
};

/** A predecessor that lost touch with the group may go on taking records for so long. */
const overlapMs = 30_000;

/**
 * @param assignedAtMs epoch milliseconds
 * @param askEnd the offset after the last record of the partition
 */
export function takeover(assignedAtMs: number, askEnd: () => Promise<number>): Takeover {
  let end: Promise<number> | null = null;

  function endAtTakeover(): Promise<number> {
    end ??= askEnd();
    return end;
  }

  return {
    // Whoever waits for it is told of a failure.
    look: () => void endAtTakeover().catch(() => {}),
    async mayHaveBegun({ offset, timestampMs }) {
      return timestampMs < assignedAtMs + overlapMs || offset < (await endAtTakeover());
    },
  };
}
