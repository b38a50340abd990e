import { StateMachine } from './state-machine.ts';
import type { Task } from './task.ts';
import { type TaskState, takesPart, taskTransitions } from './task-state.ts';

export type TaskLifecycleOptions<S> = {
  readonly topic: string;
  readonly partition: number;
  /** Opens the task; resolves with null, or rejects, once `signal` has aborted. */
  readonly open: (lifecycle: TaskLifecycle<S>, signal: AbortSignal) => Promise<Task<S> | null>;
  readonly onState: (partition: number, state: TaskState) => void;
  /** What keeps the task from being opened for good. Not called once it closes. */
  readonly onOpenFailed: (error: unknown) => void;
};

/** One task from the assignment of its partition to its end: opens in the background, works, closes. */
export class TaskLifecycle<S> {
  readonly partition: number;
  readonly #machine: StateMachine<TaskState>;
  readonly #cancel = new AbortController();
  readonly #opening: Promise<void>;
  #task: Task<S> | null = null;

  constructor(o: TaskLifecycleOptions<S>) {
    this.partition = o.partition;
    this.#machine = new StateMachine<TaskState>({
      subject: `the task of ${o.topic}/${o.partition}`,
      transitions: taskTransitions,
      initial: 'restoring',
      onChange: (state) => o.onState(o.partition, state),
    });
    this.#opening = this.#open(o).catch((error: unknown) => {
      if (!this.#cancel.signal.aborted) o.onOpenFailed(error);
    });
  }

  get state(): TaskState {
    return this.#machine.state;
  }

  /** The task where it takes part in batches. */
  get working(): Task<S> | null {
    return takesPart(this.state) ? this.#task : null;
  }

  /** The task where it waits to be taken into the loop. */
  get restored(): Task<S> | null {
    return this.state === 'restored' ? this.#task : null;
  }

  /** Nothing while it closes: what a restore reports then is late. */
  to(next: 'restoring' | 'blocked' | 'working' | 'paused'): void {
    if (!this.#cancel.signal.aborted) this.#machine.to(next);
  }

  /** Stops opening, waits for the last write, closes the store. */
  async close(): Promise<void> {
    this.#cancel.abort();
    this.#machine.to('closing');
    await this.#opening;
    await this.#task?.close();
    this.#machine.to('closed');
  }

  async #open({ open }: TaskLifecycleOptions<S>): Promise<void> {
    // After the constructor: `open` is given the whole object.
    await Promise.resolve();
    if (this.#cancel.signal.aborted) return;
    const task = await open(this, this.#cancel.signal);
    if (task === null) return;
    if (this.#cancel.signal.aborted) return await task.close();
    this.#task = task;
    this.#machine.to('restored');
  }
}
