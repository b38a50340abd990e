import type { Consumer } from '../connectors/kafka/index.ts';
import type { Assignment } from './assignment.ts';
import type { BatchResult } from './batch-result.ts';
import type { BatchSize } from './batch-size.ts';
import { type SteppedBatch, stepBatch } from './process-batch.ts';
import type { RuntimeClock } from './retry-kafka.ts';
import { Slices } from './slices.ts';
import type { Task } from './task.ts';

export type AheadOptions<S> = {
  readonly consumer: Consumer;
  readonly assignment: Assignment<S>;
  readonly batchSize: BatchSize;
  readonly clock: RuntimeClock;
};

/** Records that were polled, and stepped by their tasks. */
export type Polled<S> = {
  /** How many were polled. */
  readonly records: number;
  /** Nothing was left in the client's queue. */
  readonly all: boolean;
  readonly batches: ReadonlyMap<Task<S>, SteppedBatch<S>>;
};

/**
 * Polls and steps the next records, at most one batch of them ahead of the one that is being committed: over its states and
 * behind its positions. Nothing of them may be written before that one is committed and applied; where it fails, they are
 * dropped. A fault of theirs shows when they are taken, so after that commit.
 */
export class AheadOfCommit<S> {
  readonly #o: AheadOptions<S>;
  #next: Promise<Polled<S>> | null = null;

  constructor(o: AheadOptions<S>) {
    this.#o = o;
  }

  /** `committing`: what is written meanwhile. All timers of these batches have fired: their input ends before these records. */
  begin(committing: readonly BatchResult<S>[]): void {
    this.#next = this.#poll(committing);
    this.#next.catch(() => {});
  }

  /** What was begun; without that the next records, with nothing ahead of them. */
  async take(): Promise<Polled<S>> {
    const next = this.#next ?? this.#poll([]);
    try {
      return await next;
    } finally {
      this.#next = null;
    }
  }

  /** Forgets what was begun. Leaves no poll in progress. */
  async drop(): Promise<void> {
    await this.#next?.catch(() => {});
    this.#next = null;
  }

  async #poll(committing: readonly BatchResult<S>[]): Promise<Polled<S>> {
    const { consumer, batchSize, assignment, clock } = this.#o;
    const most = batchSize.records;
    const records = await consumer.poll(most, assignment.opening ? 10 : 50);
    // States that no batch holds are read from the stores. And a slow disk slows the loop: it is never more than a write ahead of them.
    for (const task of assignment.working) await task.settled();
    const before = new Map(committing.map((batch) => [batch.task, batch]));
    const slices = new Slices(clock);
    const nowMs = clock.now();
    const batches = new Map<Task<S>, SteppedBatch<S>>();
    // Only tasks that worked when these records were polled may process them: one that starts to work later seeks first, and
    // has to read everything from there in order.
    for (const [task, own] of Map.groupBy(records, ({ partition }) => assignment.task(partition))) {
      if (task === null) continue;
      const ahead = { before: before.get(task), betweenRecords: () => slices.next() };
      batches.set(task, await stepBatch(task, own, nowMs, ahead));
    }
    return { records: records.length, all: records.length < most, batches };
  }
}
