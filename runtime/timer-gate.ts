import type { Admin } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { Task } from './task.ts';

/** Up to which wall time everything upstream of this processor has been processed, epoch milliseconds. */
export type Upstream = {
  watermarkMs(): Promise<number>;
  /** What keeps the watermark from going on, in words; null while nothing does. */
  waitsFor?(): string | null;
};

/** Of one partition. */
type Sample = { readonly watermarkMs: number; readonly end: number };

/**
 * Decides how far timers may fire, so that a backlog can't end a show early. In this order: the upstream has processed
 * everything up to a wall time W; then the end of the own input is read, so that everything upstream wrote about the time
 * before W lies below it; once a task has processed its input up to that end, its timers with a deadline of W or earlier
 * may fire.
 */
export class TimerGate {
  readonly #admin: Admin;
  readonly #inputTopic: string;
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #samples = new Map<number, Sample>();
  #sampling = false;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  readonly #clearedMs = new Map<number, number>();

  constructor(admin: Admin, inputTopic: string, upstream: Upstream | undefined, clock: Clock) {
    this.#admin = admin;
    this.#inputTopic = inputTopic;
    this.#upstream = upstream ?? { watermarkMs: async () => clock.now() };
    this.#clock = clock;
  }

  /** Up to when timers of this task may fire, epoch milliseconds; never after now. */
  clearedUntilMs(task: Task<unknown>): number {
    const sample = this.#samples.get(task.partition);
    if (sample && this.#reached(task)) this.#clearedMs.set(task.partition, sample.watermarkMs);
    return Math.min(this.#clock.now(), this.#clearedMs.get(task.partition) ?? Number.NEGATIVE_INFINITY);
  }

  /** What timers of these tasks wait for, in words. */
  waitsFor(tasks: readonly Task<unknown>[]): string | null {
    const upstream = this.#upstream.waitsFor?.() ?? null;
    if (upstream !== null) return upstream;
    const behind = tasks.find((task) => !this.#reached(task));
    if (!behind) return null;
    const { partition, position } = behind;
    return `${this.#inputTopic}/${partition} to be read to ${this.#samples.get(partition)?.end ?? 0}, it is at ${position}`;
  }

  /** True without a sample: there is no end to reach. */
  #reached(task: Task<unknown>): boolean {
    const end = this.#samples.get(task.partition)?.end ?? 0;
    return task.position >= end || task.endSeenAt >= end;
  }

  /** Forgets what was cleared: it may rest on records that have to be polled again. */
  reset(): void {
    this.#samples.clear();
    this.#clearedMs.clear();
  }

  /** Looks at upstream and the input's ends for tasks with waiting timers; in the background, at most once in 500 ms. */
  refresh(tasks: readonly Task<unknown>[], onFault: (error: unknown) => void): void {
    const nowMs = this.#clock.monotonicMs();
    // A task with a backlog has to reach its end some time, so that end doesn't move until it is reached. A task that never
    // reaches it, behind a hanging transaction, doesn't keep the others waiting.
    const withoutEnd = tasks.filter((task) => this.#reached(task));
    if (this.#sampling || withoutEnd.length === 0 || nowMs - this.#sampledAtMs < 500) return;
    this.#sampling = true;
    this.#sampledAtMs = nowMs;
    this.#sample(withoutEnd.map((task) => task.partition))
      .catch(onFault)
      .finally(() => {
        this.#sampling = false;
      });
  }

  async #sample(partitions: readonly number[]): Promise<void> {
    const watermarkMs = await this.#upstream.watermarkMs();
    const ends = await this.#admin.endOffsets(
      partitions.map((partition) => ({ topic: this.#inputTopic, partition })),
      'read_uncommitted',
    );
    for (const { partition, offset } of ends) this.#samples.set(partition, { watermarkMs, end: offset });
  }
}
