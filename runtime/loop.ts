import type { Admin, ConsumedRecord, Consumer, TransactionalProducer } from '../connectors/kafka/index.ts';
import { StallWatch } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { Assignment } from './assignment.ts';
import type { Attempts } from './attempts.ts';
import type { BatchSize } from './batch-size.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { ProcessorHooks } from './hooks.ts';
import type { ProcessorStatus } from './status.ts';
import type { Task } from './task.ts';
import type { TimerGate } from './timer-gate.ts';
import { type TransactionOptions, transact } from './transaction.ts';
import { evolve, type Work } from './work.ts';

export type LoopOptions<S> = {
  readonly inputTopic: string;
  readonly changelogTopic: string;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly assignment: Assignment<S>;
  readonly timers: TimerGate;
  readonly failureLimit: FailureLimit;
  readonly attempts: Attempts;
  readonly batchSize: BatchSize;
  readonly transactionTimeoutMs: number;
  readonly clock: Clock;
  readonly status: ProcessorStatus;
  readonly hooks: ProcessorHooks;
  /** Ends waiting for a Kafka that doesn't answer. */
  readonly giveUp: AbortSignal;
};

/**
 * The loop of a processor: serve the group, read a batch, step it, commit it, apply it. Everything that writes to Kafka
 * happens here, one thing after the other; only opening tasks and flushing stores run beside it.
 */
export class Loop<S> {
  readonly #o: LoopOptions<S>;
  readonly #stalls: StallWatch<Task<S>>;
  readonly #retry: TransactionOptions;
  /** A poll that was begun while the previous batch was being committed. */
  #ahead: Promise<Polled> | null = null;
  /** Ends that were reached behind the last record, and since when. */
  readonly #ends = new WeakMap<Task<S>, { readonly end: number; readonly sinceMs: number }>();
  /** Tasks whose next record has to wait, and until when (monotonic). */
  readonly #resting = new Map<Task<S>, number>();
  #probingSinceMs: number | null = null;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #toldLagAtMs = Number.NEGATIVE_INFINITY;
  #toldSizesAtMs = Number.NEGATIVE_INFINITY;

  constructor(o: LoopOptions<S>) {
    this.#o = o;
    this.#stalls = new StallWatch(
      async ({ partition }) => (await o.consumer.watermarks(o.inputTopic, partition, 5_000)).high,
    );
    this.#retry = {
      clock: o.clock,
      signal: o.giveUp,
      budgetMs: o.transactionTimeoutMs + slackMs,
      // Not a move of the loop: one that only tries again stands still.
      onRetry: (fault) => {
        o.status.reachable(false);
        o.hooks.onFault?.(fault, 'retry');
      },
    };
  }

  /** One batch. Rejects with `Aborted`, `ProducerLost`, a fault of store or Kafka, or a `ProcessorFault`. */
  async turn(producer: TransactionalProducer): Promise<void> {
    const { admin, assignment, status } = this.#o;
    status.moved();
    if (admin.lost) throw admin.lost;
    this.#resume();
    const { records, all } = await (this.#ahead ?? this.#poll());
    this.#ahead = null;
    if (records.length > 0) this.#heard();
    else this.#probe();
    // Only tasks that worked when these records were asked for may take them: one that starts to work below seeks first,
    // and has to see everything from there in order.
    const batch = Map.groupBy(
      records.filter((record) => assignment.task(record.partition) !== null),
      (record) => record.partition,
    );
    await assignment.serve();
    if (all) await this.#openStalled();
    this.#tellLag();
    this.#tellStoreSizes();
    // A slow disk slows the loop: the next batch waits until the stores have the previous one.
    for (const task of assignment.working) await task.settled();
    const works = await this.#step(batch);
    if (works.length === 0) return;
    const held = works.filter(({ heldBy }) => heldBy !== null);
    // The next records come while these are committed. What the group says meanwhile waits in the queue. Not where one has
    // to come again: those behind it would come before it.
    if (held.length === 0) {
      this.#ahead = this.#poll();
      this.#ahead.catch(() => {});
    }
    await this.#commit(producer, works, records.length);
    for (const { task, heldBy } of held) await this.#rest(task, heldBy);
  }

  /** After a failure: drops the records that were read ahead and all that was concluded from them; leaves no poll in progress. */
  async dropAhead(): Promise<void> {
    await this.#ahead?.catch(() => {});
    this.#ahead = null;
    for (const task of this.#o.assignment.working) task.endSeenAt = -1;
    this.#o.timers.reset();
  }

  /** Before a planned stop: the stores learn how far the changelog goes, so that the next start restores next to nothing. */
  async checkpoint(producer: TransactionalProducer): Promise<void> {
    const nowMs = this.#o.clock.now();
    const works: Work<S>[] = [];
    for (const task of this.#o.assignment.working) {
      await task.settled();
      if (task.wantsCheckpoint(nowMs, true)) works.push(await evolve(task, [], [], nowMs));
    }
    if (works.length > 0) await this.#commit(producer, works, 0);
  }

  /** A partition whose next record has to wait rests for a moment; the others go on. */
  async #rest(task: Task<S>, why: Error | null): Promise<void> {
    const { assignment, consumer, hooks, inputTopic, clock } = this.#o;
    const at = { topic: inputTopic, partition: task.partition };
    hooks.onFault?.(why, 'wait');
    consumer.pause([at]);
    try {
      await consumer.seek(at, task.position);
    } catch (error) {
      hooks.onFault?.(error, 'open the task again');
      await assignment.reopen(task.partition, null);
      return;
    }
    this.#resting.set(task, clock.monotonicMs() + restMs);
  }

  #resume(): void {
    const nowMs = this.#o.clock.monotonicMs();
    for (const [task, untilMs] of this.#resting) {
      const mine = this.#o.assignment.task(task.partition) === task;
      if (mine && nowMs < untilMs) continue;
      this.#resting.delete(task);
      if (mine) this.#o.consumer.resume([{ topic: this.#o.inputTopic, partition: task.partition }]);
    }
  }

  #heard(): void {
    this.#heardAtMs = this.#o.clock.monotonicMs();
    this.#o.status.reachable(true);
  }

  /** An idle loop wouldn't notice that Kafka is gone, or back: after some silence it asks for something small. */
  #probe(): void {
    const { assignment, clock, consumer, inputTopic, status } = this.#o;
    const nowMs = clock.monotonicMs();
    if (this.#probingSinceMs !== null) {
      // The client may take a minute longer over a question than it is told to.
      if (nowMs - this.#probingSinceMs > silenceMs) status.reachable(false);
      return;
    }
    const task = assignment.working[0];
    if (!task || nowMs - this.#heardAtMs < silenceMs) return;
    this.#probingSinceMs = nowMs;
    consumer
      .watermarks(inputTopic, task.partition, silenceMs)
      .then(
        () => this.#heard(),
        () => status.reachable(false),
      )
      .finally(() => {
        this.#probingSinceMs = null;
      });
  }

  async #openStalled(): Promise<void> {
    const { assignment, clock, hooks, inputTopic } = this.#o;
    for (const task of this.#stalls.look(assignment.working, clock.monotonicMs())) {
      const where = `${inputTopic}/${task.partition} gives no records at offset ${task.position}`;
      hooks.onFault?.(new Error(where), 'open the task again');
      await assignment.reopen(task.partition, null);
    }
  }

  async #poll(): Promise<Polled> {
    const { consumer, batchSize, assignment } = this.#o;
    const most = batchSize.records;
    const records = await consumer.poll(most, assignment.opening ? 10 : 50);
    return { records, all: records.length < most };
  }

  async #step(batch: ReadonlyMap<number, ConsumedRecord[]>): Promise<Work<S>[]> {
    const { assignment, timers, clock } = this.#o;
    const nowMs = clock.now();
    const waiting: Task<S>[] = [];
    const works: Work<S>[] = [];
    for (const task of assignment.working) {
      const mine = batch.get(task.partition) ?? [];
      const passed = this.#passed(task, mine);
      const timerDue = task.earliestTimerMs !== null && task.earliestTimerMs <= nowMs;
      if (timerDue) waiting.push(task);
      const clearedMs = timerDue ? timers.clearedUntilMs(task) : Number.NEGATIVE_INFINITY;
      const due =
        (task.earliestTimerMs ?? Number.POSITIVE_INFINITY) <= clearedMs
          ? await task.store.dueTimers(clearedMs, maxTimersPerBatch)
          : [];
      const wanted = mine.length > 0 || due.length > 0 || passed.stands || task.wantsCheckpoint(nowMs);
      if (!wanted) continue;
      const work = await evolve(task, mine, due, nowMs);
      works.push(work.heldBy === null && passed.end > work.nextPosition ? { ...work, nextPosition: passed.end } : work);
    }
    this.#tellHeld(waiting, nowMs);
    timers.refresh(waiting, (error) => this.#o.hooks.onFault?.(error, 'retry'));
    return works;
  }

  /**
   * The end of the partition where it was reached behind `mine`, the last records that were polled: what lies between
   * them and it (markers, aborted records, holes) is passed too, and whoever follows the group's offsets must see that.
   * `stands`: that alone is worth a transaction, since nothing has come behind it for a while.
   */
  #passed(task: Task<S>, mine: readonly ConsumedRecord[]): { readonly end: number; readonly stands: boolean } {
    const end = task.endSeenAt;
    if (end <= Math.max(task.position, (mine.at(-1)?.offset ?? -1) + 1)) return { end: -1, stands: false };
    const nowMs = this.#o.clock.monotonicMs();
    const seen = this.#ends.get(task);
    if (seen?.end !== end) this.#ends.set(task, { end, sinceMs: nowMs });
    return { end, stands: seen?.end === end && nowMs - seen.sinceMs >= standsMs };
  }

  /** Timers that are due and wait for input that may still come. */
  #tellHeld(waiting: readonly Task<S>[], nowMs: number): void {
    const { status, timers, hooks } = this.#o;
    const held = waiting.filter((task) => (task.earliestTimerMs ?? nowMs) > timers.clearedUntilMs(task));
    const sinceMs = Math.min(nowMs, ...held.map((task) => task.earliestTimerMs ?? nowMs));
    const heldMs = nowMs - sinceMs;
    status.timersHeld(heldMs, heldMs > 0 ? timers.waitsFor(held) : null);
    hooks.onTimersHeld?.(heldMs / 1_000);
  }

  async #commit(producer: TransactionalProducer, works: readonly Work<S>[], input: number): Promise<void> {
    const { batchSize, clock, hooks, failureLimit, inputTopic } = this.#o;
    const failures = works.reduce((sum, work) => sum + work.failures, 0);
    const lastError = works.findLast((work) => work.failures > 0)?.lastError ?? '';
    failureLimit.check(input, failures, lastError);

    batchSize.measured(input, bytesOf(works));
    const startedAtMs = clock.monotonicMs();
    const ends = this.#changelogEnds(works);
    let changelogEnds = new Map<number, number>();
    await transact(
      producer,
      this.#o.consumer,
      recordsOf(works),
      works.map((work) => ({ topic: inputTopic, partition: work.task.partition, offset: work.nextPosition })),
      // The ends are only worth something if the group confirms after it that we still own the partitions.
      async () => {
        changelogEnds = await ends;
      },
      this.#retry,
    ).catch((error: unknown) => {
      batchSize.failed(input);
      throw error;
    });
    const durationMs = clock.monotonicMs() - startedAtMs;
    batchSize.committed(input, durationMs);
    const nowMs = clock.now();
    for (const work of works) work.task.apply(work, changelogEnds.get(work.task.partition) ?? null, nowMs);
    for (const { task } of works) task.context.steps?.passed(inputTopic, task.partition, task.position);
    failureLimit.passed(input, failures);
    this.#o.attempts.succeeded();
    this.#heard();
    const written = works.reduce((sum, work) => sum + work.records.length, 0);
    hooks.onTransaction?.({ durationMs, records: input, written });
    this.#tellOutcomes(works);
  }

  /** Changelog ends for the tasks that want a checkpoint; none where Kafka doesn't say, since the next batch asks again. */
  async #changelogEnds(works: readonly Work<S>[]): Promise<Map<number, number>> {
    const nowMs = this.#o.clock.now();
    const wanted = works.filter((work) => work.task.wantsCheckpoint(nowMs, work.changes.length === 0));
    if (wanted.length === 0) return new Map();
    try {
      const at = wanted.map((work) => ({ topic: this.#o.changelogTopic, partition: work.task.partition }));
      const ends = await this.#o.admin.endOffsets(at, 'read_uncommitted');
      return new Map(ends.map(({ partition, offset }) => [partition, offset]));
    } catch (error) {
      this.#o.hooks.onFault?.(error, 'checkpoint later');
      return new Map();
    }
  }

  #tellOutcomes(works: readonly Work<S>[]): void {
    const { onOutcome, onTimer, onDeadLetter } = this.#o.hooks;
    for (const work of works) {
      for (const told of work.told) {
        if (told.record) onOutcome?.(told.record, told.outcome, told.failure);
        else if (told.timerKey !== null) onTimer?.(work.task.partition, told.timerKey, told.outcome, told.failure);
        if (told.outcome.kind === 'dead-letter') onDeadLetter?.(told.outcome.reason);
        told.traced?.end(told.outcome.kind === 'dead-letter' ? told.outcome.error : (told.failure ?? undefined));
      }
    }
  }

  #tellLag(): void {
    const { onLag } = this.#o.hooks;
    const nowMs = this.#o.clock.monotonicMs();
    if (!onLag || nowMs - this.#toldLagAtMs < 1_000) return;
    this.#toldLagAtMs = nowMs;
    for (const task of this.#o.assignment.working) {
      const end = this.#o.consumer.lastSeenEnd(this.#o.inputTopic, task.partition);
      if (end !== null) onLag(task.partition, Math.max(0, end - task.position));
    }
  }

  #tellStoreSizes(): void {
    const { onStoreSize } = this.#o.hooks;
    const nowMs = this.#o.clock.monotonicMs();
    if (!onStoreSize || nowMs - this.#toldSizesAtMs < 30_000) return;
    this.#toldSizesAtMs = nowMs;
    for (const task of this.#o.assignment.working) {
      task.store.sizeBytes().then(
        (bytes) => {
          if (this.#o.assignment.task(task.partition) === task) onStoreSize(task.partition, bytes);
        },
        () => {},
      );
    }
  }
}

/** `all`: nothing was left in the client's queue. */
type Polled = { readonly records: ConsumedRecord[]; readonly all: boolean };

function bytesOf(works: readonly Work<unknown>[]): number {
  let bytes = 0;
  for (const { records } of works) for (const { value } of records) bytes += value?.length ?? 0;
  return bytes;
}

function* recordsOf(works: readonly Work<unknown>[]) {
  for (const work of works) yield* work.records;
}

const maxTimersPerBatch = 500;
const silenceMs = 3_000;
const standsMs = 1_000;
const restMs = 1_000;
/** Beyond the transaction's own time-out, which the broker may notice late. */
const slackMs = 3_000;
