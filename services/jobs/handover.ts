import type { ConsumedRecord } from '../../connectors/kafka/index.ts';
import type { Clock } from '../../platform/host/index.ts';

/** What a runner has to know of the runners that had a partition before it, or while it was frozen. */
export type Handover = {
  /** Call it in every turn of the loop from the assignment on: asks for the end of the log if it has to. */
  look(): void;
  /**
   * Whether another runner may have started this job: it was in the log when the partition changed hands, or came while
   * the runner before may not have noticed yet that it did. Rejects with what the question for the end rejected with.
   */
  mayHaveStarted(record: Pick<ConsumedRecord, 'offset' | 'timestampMs'>): Promise<boolean>;
};

/** For so long a runner that lost its connection to the group may go on taking records. */
const overlapMs = 30_000;
/**
 * A runner that did nothing for so long may have been replaced meanwhile by one whose jobs it doesn't know: for it the
 * partition changed hands again. Shorter than the group's session (10 s), longer than a turn of the loop.
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
      // The callers that await it get the failure.
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
