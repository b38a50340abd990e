import type { Admin, Consumer, Rebalance, TopicPartition } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { Attempts } from './attempts.ts';
import type { ProcessorHooks } from './hooks.ts';
import { openTask } from './open-task.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { Restorer } from './restorer.ts';
import type { ProcessorStatus } from './status.ts';
import { StoreFault } from './store/store-fault.ts';
import type { ChangelogIdentity, Task } from './task.ts';
import type { TaskContext } from './task-context.ts';

export type AssignmentOptions<S> = {
  readonly context: TaskContext<S>;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly restorer: Restorer;
  readonly changelog: ChangelogIdentity;
  readonly folderOf: (partition: number) => string;
  readonly tombstoneRetentionMs: number | (() => Promise<number>);
  readonly heldUpAfterMs: number;
  readonly clock: Clock;
  readonly hooks: ProcessorHooks;
  readonly status: ProcessorStatus;
  readonly attempts: Attempts;
};

/** An assigned partition on its way from paused to working. */
type Slot<S> = {
  readonly partition: number;
  readonly cancel: AbortController;
  opening: Promise<void>;
  task: Task<S> | null;
  working: boolean;
};

/**
 * The partitions this member owns. The group's events are queued and served between transactions. A new partition is
 * paused while its task opens in the background, so its neighbours go on working.
 */
export class Assignment<S> {
  readonly #o: AssignmentOptions<S>;
  readonly #events: Rebalance[] = [];
  readonly #slots = new Map<number, Slot<S>>();
  #crash: unknown;

  constructor(o: AssignmentOptions<S>) {
    this.#o = o;
  }

  /** The group's word; called by the client at any time. */
  queue(event: Rebalance): void {
    this.#events.push(event);
  }

  /** Tasks that work. */
  get working(): Task<S>[] {
    const tasks: Task<S>[] = [];
    for (const slot of this.#slots.values()) if (slot.working && slot.task) tasks.push(slot.task);
    return tasks;
  }

  /** The task of a partition if it works. Records of any other partition are dropped: they come again after the seek. */
  task(partition: number): Task<S> | null {
    const slot = this.#slots.get(partition);
    return slot?.working ? slot.task : null;
  }

  get opening(): boolean {
    for (const slot of this.#slots.values()) if (!slot.working) return true;
    return false;
  }

  /** Call between transactions: answers the group, takes in tasks that are restored. Rejects with what makes the processor stop. */
  async serve(): Promise<void> {
    if (this.#crash !== undefined) throw this.#crash;
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      const partitions = event.partitions.map((at) => at.partition);
      if (event.kind === 'assign') await this.#assign(event.partitions);
      else await this.#revoke(event.partitions);
      this.#o.hooks.onRebalance?.({ kind: event.kind === 'revoke' && event.lost ? 'lost' : event.kind, partitions });
    }
    for (const slot of this.#slots.values()) if (slot.task && !slot.working) await this.#startWorking(slot, slot.task);
  }

  /** Closes a task and opens it again, e.g. because its last transaction's fate isn't known. */
  async reopen(partition: number, rebuild: string | null): Promise<void> {
    const slot = this.#slots.get(partition);
    if (!slot) return;
    this.#o.consumer.pause([this.#at(partition)]);
    await this.#close(slot);
    this.#open(partition, rebuild);
  }

  /** Throws away the store that is at fault and opens its task again. */
  async rebuild(fault: StoreFault): Promise<void> {
    const partition = [...this.#slots.keys()].find((one) => this.#o.folderOf(one) === fault.folder);
    if (partition !== undefined) await this.reopen(partition, fault.message);
  }

  async reopenAll(): Promise<void> {
    for (const partition of [...this.#slots.keys()]) await this.reopen(partition, null);
  }

  /** All at once: each may have to wait for a question that Kafka doesn't answer. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => this.#close(slot)));
  }

  async #assign(partitions: readonly TopicPartition[]): Promise<void> {
    const { changelog } = this.#o;
    const stateless = partitions.find(({ partition }) => partition >= changelog.partitions);
    if (stateless) {
      throw new ProcessorFault(
        'TOPIC_MISMATCH',
        `${stateless.topic} has grown to partition ${stateless.partition}, ${changelog.topic} has ${changelog.partitions} ` +
          'partitions only. "live2vod topics apply" says how to migrate',
      );
    }
    for (const { partition } of partitions) {
      const slot = this.#slots.get(partition);
      if (slot) await this.#close(slot);
    }
    // The offset doesn't matter: nothing is fetched while paused, and the seek decides where to start.
    this.#o.consumer.answerRebalance(
      'assign',
      partitions.map(({ topic, partition }) => ({ topic, partition, offset: 0 })),
    );
    if (partitions.length > 0) this.#o.consumer.pause(partitions);
    for (const { partition } of partitions) this.#open(partition, null);
    this.#o.status.joined();
  }

  async #revoke(partitions: readonly TopicPartition[]): Promise<void> {
    // Closed first: another instance on this machine can't open the folder, but the order also proves that no write is left.
    await Promise.all(
      partitions.map(async ({ partition }) => {
        const slot = this.#slots.get(partition);
        if (slot) await this.#close(slot);
      }),
    );
    this.#o.consumer.answerRebalance('revoke', partitions);
  }

  #open(partition: number, rebuild: string | null): void {
    const cancel = new AbortController();
    const slot: Slot<S> = { partition, cancel, opening: Promise.resolve(), task: null, working: false };
    this.#slots.set(partition, slot);
    this.#o.status.task(partition, 'restoring');
    slot.opening = this.#keepOpening(slot, rebuild).catch((error: unknown) => {
      if (!cancel.signal.aborted) this.#crash ??= error;
    });
  }

  async #keepOpening(slot: Slot<S>, rebuild: string | null): Promise<void> {
    let why = rebuild;
    for (;;) {
      try {
        const task = await openTask({
          ...this.#o,
          partition: slot.partition,
          folder: this.#o.folderOf(slot.partition),
          rebuild: why,
          onPhase: (phase) => {
            if (!slot.cancel.signal.aborted) this.#o.status.task(slot.partition, phase);
          },
          signal: slot.cancel.signal,
        });
        if (slot.cancel.signal.aborted) await task.close();
        else slot.task = task;
        return;
      } catch (error) {
        if (slot.cancel.signal.aborted) return;
        if (error instanceof ProcessorFault) throw error;
        if (error instanceof StoreFault && error.code !== 'STORE_CORRUPT') {
          throw new ProcessorFault(error.code, error.message, error);
        }
        why = error instanceof StoreFault ? error.message : null;
        this.#o.hooks.onFault?.(error, 'open the task again');
        await this.#o.clock.sleep(this.#o.attempts.failed(error), slot.cancel.signal);
      }
    }
  }

  async #startWorking(slot: Slot<S>, task: Task<S>): Promise<void> {
    const at = this.#at(slot.partition);
    try {
      await this.#o.consumer.seek(at, task.position);
      this.#o.consumer.resume([at]);
      // A fetcher whose partitions were all paused sleeps up to a second; a question to the same broker wakes it.
      this.#o.consumer.watermarks(at.topic, at.partition, 1_000).catch(() => {});
    } catch (error) {
      // Taken away meanwhile: the event that says so is on its way. Else the next turn tries again.
      this.#o.hooks.onFault?.(error, 'retry');
      await this.#o.clock.sleep(this.#o.attempts.failed(error));
      return;
    }
    slot.working = true;
    this.#o.status.task(slot.partition, 'ready');
  }

  async #close(slot: Slot<S>): Promise<void> {
    slot.cancel.abort();
    this.#slots.delete(slot.partition);
    this.#o.status.task(slot.partition, null);
    await slot.opening;
    await slot.task?.close();
  }

  #at(partition: number): TopicPartition {
    return { topic: this.#o.context.inputTopic, partition };
  }
}
