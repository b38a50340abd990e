import type { ConsumedRecord } from '../../connectors/kafka/index.ts';
import type { Clock } from '../../platform/host/index.ts';

/** What a runner has to know of those who had a partition before it, or while it was frozen. */
export type Handover = {
  /** Call it every turn of the loop, as soon as the partition is assigned: asks for the end of the log where it must. */
  look(): void;
  /**
   * Whether another may have begun this job: it was in the log already when the partition changed hands, or came
   * while a predecessor may not have noticed yet that it did. Rejects with what the question for the end rejected with.
   */
  mayHaveStarted(record: Pick<ConsumedRecord, 'offset' | 'timestampMs'>): Promise<boolean>;
};

/** A predecessor that lost touch with the group may go on taking records for so long. */
const overlapMs = 30_000;
/**
 * A runner that did nothing for so long may have been replaced meanwhile, by one whose jobs it doesn't know: it takes
 * over anew. Shorter than the group's session (10 s), longer than a turn of the loop.
 */
const frozenMs = 5_000;

/**
 * Made when the partition is assigned.
 *
 * @param askEnd the offset after the last record of the partition
 */
export function handover(clock: Pick<Clock, 'now'>, askEnd: () => Promise<number>): Handover {
  let sinceMs = clock.now();
  let awakeAtMs = sinceMs;
  let end: Promise<number> | null = null;

  function endAtHandover(): Promise<number> {
    if (end === null) {
      end = askEnd();
      // Whoever waits for it is told of a failure.
      end.catch(() => {});
    }
    return end;
  }

  function wake(): void {
    const nowMs = clock.now();
    if (nowMs - awakeAtMs >= frozenMs) {
      sinceMs = nowMs;
      end = null;
    }
    awakeAtMs = nowMs;
  }

  return {
    look() {
      wake();
      void endAtHandover();
    },
    async mayHaveStarted({ offset, timestampMs }) {
      wake();
      return timestampMs < sinceMs + overlapMs || offset < (await endAtHandover());
    },
  };
}
