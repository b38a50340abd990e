import type { Admin, Consumer, TransactionalProducer } from '../connectors/kafka/index.ts';
import { StallWatch } from '../connectors/kafka/index.ts';
import { AheadOfCommit, type Polled } from './ahead.ts';
import type { Assignment } from './assignment.ts';
import type { BatchResult } from './batch-result.ts';
import type { BatchSize } from './batch-size.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { ProcessorHooks } from './hooks.ts';
import { LoopReports } from './loop-reports.ts';
import { ReachabilityProbe } from './reachability-probe.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RuntimeClock } from './retry-kafka.ts';
import type { ProcessorStatus } from './status.ts';
import type { DueTimer } from './store/state-store.ts';
import type { Task } from './task.ts';
import { processBatch, TaskBatch } from './task-batch.ts';
import type { TimerGate } from './timer-gate.ts';
import { type TransactionOptions, transact } from './transaction.ts';

export type LoopOptions<S> = {
  readonly inputTopic: string;
  readonly changelogTopic: string;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly assignment: Assignment<S>;
  readonly timers: TimerGate;
  readonly failureLimit: FailureLimit;
  readonly retryBudget: RetryBudget;
  readonly batchSize: BatchSize;
  readonly transactionTimeoutMs: number;
  readonly clock: RuntimeClock;
  readonly status: ProcessorStatus;
  readonly hooks: ProcessorHooks;
  /** Ends waiting for a Kafka that doesn't answer. */
  readonly giveUp: AbortSignal;
  /** See `AheadOptions`. */
  readonly leastAhead?: number;
  readonly portionRecords?: number;
};

/**
 * The loop of a processor: take a batch that is polled and stepped, serve rebalances, fire timers, commit the batch in one
 * transaction, apply it to the tasks. Everything that writes to Kafka happens here, one thing after the other; opening
 * tasks, writing to stores, and polling and stepping the next batch run beside it.
 */
export class Loop<S> {
  readonly #o: LoopOptions<S>;
  readonly #stalls: StallWatch<Task<S>>;
  readonly #probe: ReachabilityProbe;
  readonly #reports: LoopReports<S>;
  readonly #retry: TransactionOptions;
  readonly #ahead: AheadOfCommit<S>;
  /** Nothing was committed since a failure. */
  #failed = false;
  /** Partition ends that were reached behind the last record, and since when. */
  readonly #ends = new WeakMap<Task<S>, { readonly end: number; readonly sinceMs: number }>();
  /** Tasks whose partition is paused, and until when (monotonic). */
  readonly #pausedUntilMs = new Map<Task<S>, number>();

  constructor(o: LoopOptions<S>) {
    this.#o = o;
    this.#stalls = new StallWatch(
      async ({ partition }) => (await o.consumer.watermarks(o.inputTopic, partition, 5_000)).high,
    );
    this.#ahead = new AheadOfCommit(o);
    this.#probe = new ReachabilityProbe(o);
    this.#reports = new LoopReports(o);
    this.#retry = {
      clock: o.clock,
      signal: o.giveUp,
      budgetMs: o.transactionTimeoutMs + slackMs,
      // The loop doesn't advance by this: one that only retries stands still.
      onRetry: (fault) => {
        o.status.kafkaReachable = false;
        o.hooks.onFault?.(fault, { kind: 'retry' });
      },
    };
  }

  /** One batch. Rejects with `TransactionAborted`, `ProducerLost`, a fault of store or Kafka, or a `ProcessorFault`. */
  async runOnce(producer: TransactionalProducer): Promise<void> {
    const { admin, batchSize, status } = this.#o;
    status.loopAdvanced();
    if (admin.lost) throw admin.lost;
    this.#resumePaused();
    const batches = await this.#next();
    if (batches.length === 0) return;
    const records = stepsOf(batches);
    batchSize.measured(records, bytesOf(batches));
    const deferred = batches.filter(({ deferredBy }) => deferredBy !== null);
    // The next records are polled and stepped while these are committed; rebalances wait in the queue meanwhile. Not where a
    // record is deferred: it has to be polled again, and those behind it would come before it. Nor after a failure, of which slow
    // steps of the next records may be the cause: they would be again.
    if (deferred.length === 0 && !this.#failed) this.#ahead.begin(batches);
    await this.#commit(producer, batches, records);
    this.#failed = false;
    for (const { task, deferredBy } of deferred) await this.#pause(task, deferredBy);
  }

  /** After a failure: drops the records that were read ahead and all that was concluded from them; leaves no poll in progress. */
  async discardReadAhead(): Promise<void> {
    this.#failed = true;
    await this.#ahead.drop();
    for (const task of this.#o.assignment.working) task.endSeenAt = -1;
    this.#o.timers.reset();
  }

  /** Before a planned stop: a checkpoint in every store, so that the next start restores next to nothing. */
  async checkpoint(producer: TransactionalProducer): Promise<void> {
    const nowMs = this.#o.clock.now();
    const batches: BatchResult<S>[] = [];
    for (const task of this.#o.assignment.working) {
      await task.settled();
      if (task.wantsCheckpoint(nowMs, true)) batches.push(await processBatch(task, [], [], nowMs));
    }
    if (batches.length > 0) await this.#commit(producer, batches, 0);
  }

  /** Pauses a partition whose next record is deferred, for a moment; the others go on. */
  async #pause(task: Task<S>, deferredBy: Error | null): Promise<void> {
    const { assignment, consumer, hooks, inputTopic, clock } = this.#o;
    const { partition } = task;
    hooks.onFault?.(deferredBy, { kind: 'pause-partition', partition });
    assignment.pause(task);
    try {
      await consumer.seek({ topic: inputTopic, partition }, task.position);
    } catch (error) {
      hooks.onFault?.(error, { kind: 'reopen-task', partition });
      await assignment.reopen(partition, null);
      return;
    }
    this.#pausedUntilMs.set(task, clock.monotonicMs() + pauseMs);
  }

  #resumePaused(): void {
    const { assignment, clock } = this.#o;
    const nowMs = clock.monotonicMs();
    for (const [task, untilMs] of this.#pausedUntilMs) {
      const current = assignment.task(task.partition) === task;
      if (current && nowMs < untilMs) continue;
      this.#pausedUntilMs.delete(task);
      if (current) assignment.resume(task);
    }
  }

  async #reopenStalled(): Promise<void> {
    const { assignment, clock, hooks, inputTopic } = this.#o;
    for (const { partition, position } of this.#stalls.look(assignment.working, clock.monotonicMs())) {
      const where = `${inputTopic}/${partition} gives no records at offset ${position}`;
      hooks.onFault?.(new Error(where), { kind: 'reopen-task', partition });
      await assignment.reopen(partition, null);
    }
  }

  /** The next batches, up to their commit: the batches before are applied, and no transaction is open (the stores may still be written). */
  async #next(): Promise<readonly BatchResult<S>[]> {
    const { assignment } = this.#o;
    const polled = await this.#ahead.take();
    if (polled.records > 0) this.#probe.answered();
    else this.#probe.idle(assignment.working[0]);
    await assignment.serve();
    if (polled.all) await this.#reopenStalled();
    this.#reports.gauges();
    return await this.#finish(polled);
  }

  /** Batches of tasks that don't work any more are dropped. */
  async #finish({ batches: stepped, broken }: Polled<S>): Promise<BatchResult<S>[]> {
    const { assignment, timers, clock, hooks } = this.#o;
    const nowMs = clock.now();
    const waiting: Task<S>[] = [];
    const batches: BatchResult<S>[] = [];
    for (const task of assignment.working) {
      const own = stepped.get(task);
      // The end lies behind records that are polled again.
      if (broken || own?.deferredBy) task.endSeenAt = -1;
      const end = this.#endBehind(task, own?.lastOffset ?? -1);
      const timerDue = task.earliestTimerMs !== null && task.earliestTimerMs <= nowMs;
      if (timerDue) waiting.push(task);
      const due = timerDue ? await this.#mayFire(task) : [];
      const wanted = own !== undefined || due.length > 0 || end.settled || task.wantsCheckpoint(nowMs);
      if (!wanted) continue;
      const batch = await (own ?? new TaskBatch(task, nowMs)).finish(due, nowMs);
      if (batch.deferredBy !== null && !own?.deferredBy) this.#forgetEnd(task);
      // Between a deferred record and the end lie those that are polled again.
      const passesEnd = batch.deferredBy === null && end.offset > batch.nextPosition;
      batches.push(passesEnd ? { ...batch, nextPosition: end.offset } : batch);
    }
    this.#reports.timersHeld(waiting, nowMs);
    timers.refresh(waiting, (error) => hooks.onFault?.(error, { kind: 'retry' }));
    return batches;
  }

  /** A batch is to be polled again for what its timers made: what rested on the end behind it doesn't hold. */
  #forgetEnd(task: Task<S>): void {
    task.endSeenAt = -1;
    this.#o.timers.reset();
  }

  /** Due timers that nothing can come before any more. */
  async #mayFire(task: Task<S>): Promise<readonly DueTimer[]> {
    const clearedMs = this.#o.timers.clearedUntilMs(task);
    if ((task.earliestTimerMs ?? Number.POSITIVE_INFINITY) > clearedMs) return [];
    return await task.dueTimers(clearedMs, maxTimersPerBatch);
  }

  /**
   * The end of the partition where it was reached behind the last record polled (-1 for none); -1 otherwise. What lies between
   * (markers, aborted records, holes) is passed too: other readers of the group's offsets have to see that. `settled`:
   * nothing has come behind it for a while, so that it is worth a transaction of its own.
   */
  #endBehind(task: Task<S>, lastOffset: number): { readonly offset: number; readonly settled: boolean } {
    const offset = task.endSeenAt;
    if (offset <= Math.max(task.position, lastOffset + 1)) return { offset: -1, settled: false };
    const nowMs = this.#o.clock.monotonicMs();
    const seen = this.#ends.get(task);
    if (seen?.end !== offset) this.#ends.set(task, { end: offset, sinceMs: nowMs });
    return { offset, settled: seen?.end === offset && nowMs - seen.sinceMs >= endSettledAfterMs };
  }

  async #commit(producer: TransactionalProducer, batches: readonly BatchResult<S>[], input: number): Promise<void> {
    const { batchSize, clock, hooks, failureLimit, inputTopic } = this.#o;
    const failures = batches.reduce((sum, batch) => sum + batch.failures, 0);
    const lastError = batches.findLast((batch) => batch.failures > 0)?.lastError ?? '';
    failureLimit.check(input, failures, lastError);
    const startedAtMs = clock.monotonicMs();
    const ends = this.#changelogEnds(batches);
    let changelogEnds = new Map<number, number>();
    await transact(
      producer,
      this.#o.consumer,
      recordsOf(batches),
      batches.map(({ task, nextPosition }) => ({ topic: inputTopic, partition: task.partition, offset: nextPosition })),
      // The ends only count if the group confirms afterwards that this member still owns the partitions.
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
    for (const batch of batches) batch.task.apply(batch, changelogEnds.get(batch.task.partition) ?? null, nowMs);
    for (const { task } of batches) task.context.steps?.passed(inputTopic, task.partition, task.position);
    failureLimit.passed(input, failures);
    this.#o.retryBudget.succeeded();
    this.#probe.answered();
    const written = batches.reduce((sum, batch) => sum + batch.records.length, 0);
    hooks.onTransaction?.({ durationMs, records: input, written });
    this.#reports.committed(batches);
  }

  /** Changelog ends for the tasks that want a checkpoint; none where Kafka doesn't answer, since the next batch asks again. */
  async #changelogEnds(batches: readonly BatchResult<S>[]): Promise<Map<number, number>> {
    const nowMs = this.#o.clock.now();
    const wanted = batches.filter(({ task, changes }) => task.wantsCheckpoint(nowMs, changes.length === 0));
    if (wanted.length === 0) return new Map();
    try {
      const at = wanted.map(({ task }) => ({ topic: this.#o.changelogTopic, partition: task.partition }));
      const ends = await this.#o.admin.endOffsets(at, 'read_uncommitted');
      return new Map(ends.map(({ partition, offset }) => [partition, offset]));
    } catch (error) {
      this.#o.hooks.onFault?.(error, { kind: 'postpone-checkpoint' });
      return new Map();
    }
  }
}

/** Records that are in these batches: of those that were polled, some may have to be polled again. */
function stepsOf(batches: readonly BatchResult<unknown>[]): number {
  let records = 0;
  for (const { reportedEvents } of batches) for (const { record } of reportedEvents) if (record !== null) records += 1;
  return records;
}

function bytesOf(batches: readonly BatchResult<unknown>[]): number {
  let bytes = 0;
  for (const { records } of batches) for (const { value } of records) bytes += value?.length ?? 0;
  return bytes;
}

function* recordsOf(batches: readonly BatchResult<unknown>[]) {
  for (const batch of batches) yield* batch.records;
}

const maxTimersPerBatch = 500;
const endSettledAfterMs = 1_000;
const pauseMs = 1_000;
/** Beyond the transaction's own time-out, which the broker may notice late. */
const slackMs = 3_000;
