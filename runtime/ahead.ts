import type { ConsumedRecord, Consumer } from '../connectors/kafka/index.ts';
import type { Assignment } from './assignment.ts';
import type { BatchResult } from './batch-result.ts';
import type { BatchSize } from './batch-size.ts';
import type { RuntimeClock } from './retry-kafka.ts';
import { Slices } from './slices.ts';
import type { Task } from './task.ts';
import { TaskBatch } from './task-batch.ts';

export type AheadOptions<S> = {
  readonly consumer: Consumer;
  readonly assignment: Assignment<S>;
  readonly batchSize: BatchSize;
  readonly clock: RuntimeClock;
  /** From so many records on they are stepped ahead. Default 100. */
  readonly leastAhead?: number;
  /** Most records of one poll. Default 200. */
  readonly portionRecords?: number;
};

/** Records that were polled, and stepped by their tasks. */
export type Polled<S> = {
  /** How many were polled. */
  readonly records: number;
  /** Nothing was left in the client's queue. */
  readonly all: boolean;
  /** The poll behind them failed: an end that was reached needn't lie behind these records, but behind some that were lost in it. */
  readonly broken: boolean;
  readonly batches: ReadonlyMap<Task<S>, TaskBatch<S>>;
};

/** Records that were polled by one call, by their tasks. */
type Portion<S> = {
  readonly records: number;
  /** So many were asked for. */
  readonly asked: number;
  readonly byTask: ReadonlyMap<Task<S> | null, readonly ConsumedRecord[]>;
};

/** The first portion of a batch, not stepped yet, and what is being committed before it. */
type Waiting<S> = {
  /** So many records may be in the batch. */
  readonly most: number;
  readonly first: Portion<S>;
  readonly committing: readonly BatchResult<S>[];
};

/**
 * Polls and steps the next records, at most one batch of them ahead of the one that is being committed: over its states and
 * behind its positions. Nothing of them may be written before that one is committed and applied; where it fails, they are
 * dropped. A fault of theirs shows when they are taken, so after that commit.
 *
 * Few records are stepped when they are taken, together with those that have come meanwhile: stepping them takes a moment, and
 * what comes during a commit needn't wait for a further one.
 *
 * A batch is polled in portions, each stepped before the next one is polled: records that have to wait for thousands of others outlive
 * the young generation, and have left the machine's caches when it is their turn.
 */
export class AheadOfCommit<S> {
  readonly #o: AheadOptions<S>;
  #next: Promise<Polled<S> | Waiting<S>> | null = null;
  /** Of a poll behind the first one of a batch: what was stepped before it is committed first. */
  #fault: { readonly error: unknown } | null = null;

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
      const next = await (this.#next ?? this.#first([]));
      return 'batches' in next ? next : await this.#step(next, next.committing.length > 0);
    } finally {
      this.#next = null;
    }
  }

  /** Forgets what was begun. Leaves no poll in progress. */
  async drop(): Promise<void> {
    await this.#next?.catch(() => {});
    this.#next = null;
    this.#fault = null;
  }

  async #begun(committing: readonly BatchResult<S>[]): Promise<Polled<S> | Waiting<S>> {
    const waiting = await this.#first(committing);
    return waiting.first.records < (this.#o.leastAhead ?? leastAhead) ? waiting : await this.#step(waiting, false);
  }

  async #first(committing: readonly BatchResult<S>[]): Promise<Waiting<S>> {
    const { batchSize, assignment } = this.#o;
    if (this.#fault) throw this.#fault.error;
    const most = batchSize.records;
    const first = await this.#poll(most, assignment.opening ? 10 : 50);
    // States that no batch holds are read from the stores. And a slow disk slows the loop: it is never more than a write ahead of them.
    for (const task of assignment.working) await task.settled();
    return { most, first, committing };
  }

  async #poll(most: number, timeoutMs: number): Promise<Portion<S>> {
    const { consumer, assignment } = this.#o;
    const asked = Math.min(this.#o.portionRecords ?? portionRecords, most);
    const records = await consumer.poll(asked, timeoutMs);
    // Only tasks that worked when these records were polled may process them: one that starts to work later seeks first, and
    // has to read everything from there in order.
    return {
      records: records.length,
      asked,
      byTask: Map.groupBy(records, ({ partition }) => assignment.task(partition)),
    };
  }

  /** `isOld`: more may have come since the first portion was polled. */
  async #step({ most, first, committing }: Waiting<S>, isOld: boolean): Promise<Polled<S>> {
    const { clock } = this.#o;
    const before = new Map(committing.map((batch) => [batch.task, batch]));
    const slices = new Slices(clock);
    const nowMs = clock.now();
    const batches = new Map<Task<S>, TaskBatch<S>>();
    const add = async (portion: Portion<S>) => {
      for (const [task, own] of portion.byTask) {
        if (task === null) continue;
        const batch = batches.get(task) ?? new TaskBatch(task, nowMs, before.get(task));
        batches.set(task, batch);
        await batch.add(own, () => slices.next());
      }
    };
    await add(first);
    let records = first.records;
    let all = first.records < first.asked;
    for (let more = isOld || !all; more && records < most; more = !all) {
      const portion = await this.#poll(most - records, 0).catch((error: unknown) => {
        this.#fault = { error };
        return null;
      });
      if (portion === null) break;
      await add(portion);
      records += portion.records;
      all = portion.records < portion.asked;
    }
    for (const batch of batches.values()) batch.encode();
    return { records, all, broken: this.#fault !== null, batches };
  }
}

/** Stepped in some 5 ms, which is less than a commit takes. */
const leastAhead = 100;

/** Some 10 ms of stepping: a small part of what is stepped between two collections of young objects. */
const portionRecords = 200;
