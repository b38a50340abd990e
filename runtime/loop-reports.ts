import type { Consumer } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { Assignment } from './assignment.ts';
import type { BatchResult } from './batch-result.ts';
import type { ProcessorHooks } from './hooks.ts';
import type { ProcessorStatus } from './status.ts';
import type { Task } from './task.ts';
import type { TimerGate } from './timer-gate.ts';

export type LoopReportsOptions<S> = {
  readonly inputTopic: string;
  readonly consumer: Consumer;
  readonly assignment: Assignment<S>;
  readonly timers: TimerGate;
  readonly clock: Clock;
  readonly status: ProcessorStatus;
  readonly hooks: ProcessorHooks;
};

/** What the loop reports to hooks and status about its tasks. */
export class LoopReports<S> {
  readonly #o: LoopReportsOptions<S>;
  #lagAtMs = Number.NEGATIVE_INFINITY;
  /** Since when there is always one that is held, monotonic; null for none. */
  #heldSinceMs: number | null = null;
  #sizesAtMs = Number.NEGATIVE_INFINITY;

  constructor(o: LoopReportsOptions<S>) {
    this.#o = o;
  }

  /** Lag and store sizes, each in its interval. */
  gauges(): void {
    const { onLag, onStoreSize } = this.#o.hooks;
    const nowMs = this.#o.clock.monotonicMs();
    if (onLag && nowMs - this.#lagAtMs >= 1_000) {
      this.#lagAtMs = nowMs;
      this.#lag(onLag);
    }
    if (onStoreSize && nowMs - this.#sizesAtMs >= 30_000) {
      this.#sizesAtMs = nowMs;
      this.#storeSizes(onStoreSize);
    }
  }

  /** `waiting`: tasks with a timer that is due. It is held back where input may still come that belongs before it. */
  timersHeld(waiting: readonly Task<S>[], nowMs: number): void {
    const { status, timers, clock, hooks } = this.#o;
    const held = waiting.filter((task) => (task.earliestTimerMs ?? nowMs) > timers.clearedUntilMs(task));
    const sinceMs = Math.min(nowMs, ...held.map((task) => task.earliestTimerMs ?? nowMs));
    const seenAtMs = clock.monotonicMs();
    if (held.length === 0) this.#heldSinceMs = null;
    else this.#heldSinceMs ??= seenAtMs;
    // A timer that was due long before it was set, or while nothing ran, hasn't been held for so long.
    const heldMs = Math.min(nowMs - sinceMs, seenAtMs - (this.#heldSinceMs ?? seenAtMs));
    status.timersHeld(heldMs, held.length > 0 ? timers.waitsFor(held) : null);
    hooks.onTimersHeld?.(heldMs / 1_000);
  }

  /** The outcomes of batches that are committed. */
  committed(batches: readonly BatchResult<S>[]): void {
    const { onOutcome, onTimer, onDeadLetter } = this.#o.hooks;
    for (const { task, reportedEvents } of batches) {
      for (const { record, timerKey, outcome, failure, traced } of reportedEvents) {
        if (record) onOutcome?.(record, outcome, failure);
        else if (timerKey !== null) onTimer?.(task.partition, timerKey, outcome, failure);
        if (outcome.kind === 'dead-letter') onDeadLetter?.(outcome.reason);
        traced?.end(outcome.kind === 'dead-letter' ? outcome.error : (failure ?? undefined));
      }
    }
  }

  #lag(onLag: NonNullable<ProcessorHooks['onLag']>): void {
    for (const { partition, position } of this.#o.assignment.working) {
      const end = this.#o.consumer.lastSeenEnd(this.#o.inputTopic, partition);
      if (end !== null) onLag(partition, Math.max(0, end - position));
    }
  }

  #storeSizes(onStoreSize: NonNullable<ProcessorHooks['onStoreSize']>): void {
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
