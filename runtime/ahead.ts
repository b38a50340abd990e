import type { ConsumedRecord, Consumer } from '../connectors/kafka/index.ts';
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
  /** From so many records on they are stepped ahead. Default 100. */
  readonly leastAhead?: number;
};

/** Records that were polled, and stepped by their tasks. */
export type Polled<S> = {
  /** How many were polled. */
  readonly records: number;
  /** Nothing was left in the client's queue. */
  readonly all: boolean;
  readonly batches: ReadonlyMap<Task<S>, SteppedBatch<S>>;
};

/** Polled records by their tasks, and what is being committed before them. */
type Waiting<S> = {
  readonly most: number;
  readonly byTask: ReadonlyMap<Task<S> | null, readonly ConsumedRecord[]>;
  readonly committing: readonly BatchResult<S>[];
};

/**
 * Polls and steps the next records, at most one batch of them ahead of the one that is being committed: over its states and
 * behind its positions. Nothing of them may be written before that one is committed and applied; where it fails, they are
 * dropped. A fault of theirs shows when they are taken, so after that commit.
 *
 * Few records are stepped when they are taken, together with those that have come meanwhile: stepping them takes a moment, and
 * what comes during a commit needn't wait for a further one.
 */
export class AheadOfCommit<S> {
  readonly #o: AheadOptions<S>;
  #next: Promise<Polled<S> | Waiting<S>> | null = null;

  constructor(o: AheadOptions<S>) {
    this.#o = o;
  }

  /** `committing`: what is written meanwhile. All timers of these batches have fired: their input ends before these records. */
  begin(committing: readonly BatchResult<S>[]): void {
    this.#next = this.#begun(committing);
    this.#next.catch(() => {});
  }

  /** What was begun; without that the next records, with nothing ahead of them. */
  async take(): Promise<Polled<S>> {
    try {
      const next = await (this.#next ?? this.#poll([]));
      if ('batches' in next) return next;
      return await this.#step(next.committing.length === 0 ? next : await this.#joined(next));
    } finally {
      this.#next = null;
    }
  }

  /** Forgets what was begun. Leaves no poll in progress. */
  async drop(): Promise<void> {
    await this.#next?.catch(() => {});
    this.#next = null;
  }

  async #begun(committing: readonly BatchResult<S>[]): Promise<Polled<S> | Waiting<S>> {
    const waiting = await this.#poll(committing);
    return countOf(waiting) < (this.#o.leastAhead ?? leastAhead) ? waiting : await this.#step(waiting);
  }

  async #poll(committing: readonly BatchResult<S>[]): Promise<Waiting<S>> {
    const { consumer, batchSize, assignment } = this.#o;
    const most = batchSize.records;
    const records = await consumer.poll(most, assignment.opening ? 10 : 50);
    // States that no batch holds are read from the stores. And a slow disk slows the loop: it is never more than a write ahead of them.
    for (const task of assignment.working) await task.settled();
    // Only tasks that worked when these records were polled may process them: one that starts to work later seeks first, and
    // has to read everything from there in order.
    const byTask = Map.groupBy(records, ({ partition }) => assignment.task(partition));
    return { most, byTask, committing };
  }

  /** With what is ready by now behind it. */
  async #joined({ most, byTask, committing }: Waiting<S>): Promise<Waiting<S>> {
    const { consumer, assignment } = this.#o;
    const more = await consumer.poll(Math.max(1, most - countOf({ byTask })), 0);
    const joined = new Map(byTask);
    for (const [task, own] of Map.groupBy(more, ({ partition }) => assignment.task(partition)))
      joined.set(task, [...(joined.get(task) ?? []), ...own]);
    return { most, byTask: joined, committing };
  }

  async #step({ most, byTask, committing }: Waiting<S>): Promise<Polled<S>> {
    const { clock } = this.#o;
    const before = new Map(committing.map((batch) => [batch.task, batch]));
    const slices = new Slices(clock);
    const nowMs = clock.now();
    const batches = new Map<Task<S>, SteppedBatch<S>>();
    for (const [task, own] of byTask) {
      if (task === null) continue;
      const ahead = { before: before.get(task), betweenRecords: () => slices.next() };
      batches.set(task, await stepBatch(task, own, nowMs, ahead));
    }
    const records = countOf({ byTask });
    return { records, all: records < most, batches };
  }
}

function countOf({ byTask }: Pick<Waiting<unknown>, 'byTask'>): number {
  let records = 0;
  for (const own of byTask.values()) records += own.length;
  return records;
}

/** Stepped in some 5 ms, which is less than a commit takes. */
const leastAhead = 100;
