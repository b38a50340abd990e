import type { Clock } from '../../platform/index.ts';
import type { Admin } from '../client/admin.ts';
import type { Task } from './task.ts';

/** Tells up to which wall time everything upstream of this processor has been processed, epoch milliseconds. */
export type Upstream = { watermarkMs(): Promise<number> };

type Sample = { readonly watermarkMs: number; readonly ends: ReadonlyMap<number, number> };

/**
 * Decides how far timers may fire, so that a backlog can't end a show early. In this order: the upstream says that it
 * has processed everything up to a wall time W; then the end of the own input is read, so that whatever upstream wrote
 * about the time before W lies below it; once a task has worked up to that end, its timers with a deadline of W or
 * earlier may fire.
 */
export class TimerGate {
  readonly #admin: Admin;
  readonly #inputTopic: string;
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  #sample: Sample | null = null;
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
    if (this.#sample && this.#reached(task) === true) this.#clearedMs.set(task.partition, this.#sample.watermarkMs);
    return Math.min(this.#clock.now(), this.#clearedMs.get(task.partition) ?? Number.NEGATIVE_INFINITY);
  }

  /** Null where the sample doesn't know the partition. */
  #reached(task: Task<unknown>): boolean | null {
    const end = this.#sample?.ends.get(task.partition);
    return end === undefined ? null : task.position >= end || task.endSeenAt >= end;
  }

  /** Forgets what was cleared: it may rest on records that have to be read again. */
  reset(): void {
    this.#sample = null;
    this.#clearedMs.clear();
  }

  /** Looks at upstream and the input's ends for tasks with waiting timers; in the background, at most once in 500 ms. */
  refresh(tasks: readonly Task<unknown>[], onFault: (error: unknown) => void): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#sampling || tasks.length === 0 || nowMs - this.#sampledAtMs < 500) return;
    // A task that works through a backlog must get there some time: its goal doesn't move until it is reached.
    if (tasks.some((task) => this.#reached(task) === false)) return;
    this.#sampling = true;
    this.#sampledAtMs = nowMs;
    this.#look(tasks.map((task) => task.partition)).then(
      (sample) => {
        this.#sample = sample;
        this.#sampling = false;
      },
      (error: unknown) => {
        this.#sampling = false;
        onFault(error);
      },
    );
  }

  async #look(partitions: readonly number[]): Promise<Sample> {
    const watermarkMs = await this.#upstream.watermarkMs();
    const ends = await this.#admin.endOffsets(
      partitions.map((partition) => ({ topic: this.#inputTopic, partition })),
      'read_uncommitted',
    );
    return { watermarkMs, ends: new Map(ends.map(({ partition, offset }) => [partition, offset])) };
  }
}
