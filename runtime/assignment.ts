import type { Admin, Consumer, Rebalance, TopicPartition } from '../connectors/kafka/index.ts';
import { counted } from '../platform/counted.ts';
import type { ProcessorHooks } from './hooks.ts';
import type { MembershipState } from './membership-state.ts';
import { openTask } from './open-task.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { Restorer } from './restorer.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RuntimeClock } from './retry-kafka.ts';
import type { StateMachine } from './state-machine.ts';
import type { ProcessorStatus } from './status.ts';
import { StoreFault } from './store/store-fault.ts';
import type { ChangelogIdentity, Task } from './task.ts';
import type { TaskContext } from './task-context.ts';
import { TaskLifecycle } from './task-lifecycle.ts';

export type AssignmentOptions<S> = {
  readonly context: TaskContext<S>;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly restorer: Restorer;
  readonly changelog: ChangelogIdentity;
  readonly folderOf: (partition: number) => string;
  readonly tombstoneRetentionMs: number | (() => Promise<number>);
  readonly hangingAfterMs: number;
  readonly clock: RuntimeClock;
  readonly hooks: ProcessorHooks;
  readonly status: ProcessorStatus;
  readonly retryBudget: RetryBudget;
  readonly membership: StateMachine<MembershipState>;
};

/**
 * The partitions that this member owns, a task for each. The group's rebalances are queued and served between
 * transactions. A new partition is paused while its task opens in the background, so its neighbours go on working.
 */
export class Assignment<S> {
  readonly #o: AssignmentOptions<S>;
  readonly #rebalances: Rebalance[] = [];
  readonly #tasks = new Map<number, TaskLifecycle<S>>();
  #openFailure: unknown;

  constructor(o: AssignmentOptions<S>) {
    this.#o = o;
  }

  /** The rebalance callback; the client may call it at any time. */
  queue(rebalance: Rebalance): void {
    this.#rebalances.push(rebalance);
  }

  /** The tasks that take part in batches. */
  get working(): Task<S>[] {
    const tasks: Task<S>[] = [];
    for (const { working } of this.#tasks.values()) if (working) tasks.push(working);
    return tasks;
  }

  /** The task of a partition if it works. Records of any other partition are dropped: they come again after the seek. */
  task(partition: number): Task<S> | null {
    return this.#tasks.get(partition)?.working ?? null;
  }

  /** Whether some task doesn't work yet. */
  get opening(): boolean {
    for (const { working } of this.#tasks.values()) if (!working) return true;
    return false;
  }

  /** Call between transactions: answers rebalances, takes in tasks that are restored. Rejects with what makes the processor stop. */
  async serve(): Promise<void> {
    if (this.#openFailure !== undefined) throw this.#openFailure;
    for (let rebalance = this.#rebalances.shift(); rebalance; rebalance = this.#rebalances.shift()) {
      const partitions = rebalance.partitions.map((at) => at.partition);
      if (rebalance.kind === 'assign') await this.#assign(rebalance.partitions);
      else await this.#revoke(rebalance.partitions);
      const lost = rebalance.kind === 'revoke' && rebalance.lost;
      this.#o.hooks.onRebalance?.({ kind: lost ? 'lost' : rebalance.kind, partitions });
    }
    for (const lifecycle of this.#tasks.values())
      if (lifecycle.restored) await this.#start(lifecycle, lifecycle.restored);
    this.#updateMembership();
  }

  /** Pauses a working task's partition: its next record can't be processed now. */
  pause(task: Task<S>): void {
    this.#o.consumer.pause([this.#at(task.partition)]);
    this.#tasks.get(task.partition)?.to('paused');
  }

  resume(task: Task<S>): void {
    this.#o.consumer.resume([this.#at(task.partition)]);
    this.#tasks.get(task.partition)?.to('working');
  }

  /** Closes a task and opens it again, e.g. because its last transaction's fate isn't known. */
  async reopen(partition: number, rebuild: string | null): Promise<void> {
    const lifecycle = this.#tasks.get(partition);
    if (!lifecycle) return;
    this.#o.consumer.pause([this.#at(partition)]);
    await this.#close(lifecycle);
    this.#open(partition, rebuild);
    this.#updateMembership();
  }

  /** Discards the store at fault and opens its task again. */
  async rebuild(fault: StoreFault): Promise<void> {
    const partition = [...this.#tasks.keys()].find((one) => this.#o.folderOf(one) === fault.folder);
    if (partition !== undefined) await this.reopen(partition, fault.message);
  }

  async reopenAll(): Promise<void> {
    for (const partition of [...this.#tasks.keys()]) await this.reopen(partition, null);
  }

  /** In parallel: each may have to wait for a request that Kafka doesn't answer. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map((lifecycle) => this.#close(lifecycle)));
  }

  async #assign(partitions: readonly TopicPartition[]): Promise<void> {
    const { changelog, membership } = this.#o;
    const stateless = partitions.find(({ partition }) => partition >= changelog.partitions);
    if (stateless) {
      throw new ProcessorFault(
        'TOPIC_MISMATCH',
        `${stateless.topic} has grown to partition ${stateless.partition}, ${changelog.topic} has ${counted(changelog.partitions, 'partition')} ` +
          'only. "live2vod topics apply" says how to migrate',
      );
    }
    for (const { partition } of partitions) {
      const lifecycle = this.#tasks.get(partition);
      if (lifecycle) await this.#close(lifecycle);
    }
    // The offset doesn't matter: nothing is fetched while paused, and the seek decides where to start.
    this.#o.consumer.answerRebalance(
      'assign',
      partitions.map(({ topic, partition }) => ({ topic, partition, offset: 0 })),
    );
    if (partitions.length > 0) this.#o.consumer.pause(partitions);
    for (const { partition } of partitions) this.#open(partition, null);
    if (membership.state === 'joining') membership.to('joined');
    this.#updateMembership();
  }

  async #revoke(partitions: readonly TopicPartition[]): Promise<void> {
    this.#o.membership.to('revoking');
    // Closed before the answer: another instance on this machine couldn't open the folder, and no write may be left.
    await Promise.all(
      partitions.map(async ({ partition }) => {
        const lifecycle = this.#tasks.get(partition);
        if (lifecycle) await this.#close(lifecycle);
      }),
    );
    this.#o.consumer.answerRebalance('revoke', partitions);
    this.#updateMembership();
  }

  /** What the member is by its tasks, once it has joined. */
  #updateMembership(): void {
    const { membership } = this.#o;
    if (membership.state === 'joining') return;
    if (this.#tasks.size > 0) membership.to(this.opening ? 'restoring' : 'working');
    else if (membership.state === 'revoking') membership.to('joined');
  }

  #open(partition: number, rebuild: string | null): void {
    const lifecycle = new TaskLifecycle<S>({
      topic: this.#o.context.inputTopic,
      partition,
      open: (opening, signal) => this.#openUntilDone(opening, rebuild, signal),
      onState: (of, state) => {
        this.#o.status.taskState(of, state);
        this.#o.hooks.onTaskState?.(of, state);
      },
      onOpenFailed: (error) => {
        this.#openFailure ??= error;
      },
    });
    this.#tasks.set(partition, lifecycle);
  }

  async #openUntilDone(
    lifecycle: TaskLifecycle<S>,
    rebuild: string | null,
    signal: AbortSignal,
  ): Promise<Task<S> | null> {
    const { partition } = lifecycle;
    let why = rebuild;
    for (;;) {
      try {
        lifecycle.to('restoring');
        return await openTask({
          ...this.#o,
          partition,
          folder: this.#o.folderOf(partition),
          rebuild: why,
          onState: (state) => lifecycle.to(state),
          signal,
        });
      } catch (error) {
        if (signal.aborted) return null;
        if (error instanceof ProcessorFault) throw error;
        if (error instanceof StoreFault && error.code !== 'STORE_CORRUPT') {
          throw new ProcessorFault(error.code, error.message, error);
        }
        why = error instanceof StoreFault ? error.message : null;
        this.#o.hooks.onFault?.(error, { kind: 'reopen-task', partition });
        await this.#o.clock.sleep(this.#o.retryBudget.failed(error), signal);
      }
    }
  }

  async #start(lifecycle: TaskLifecycle<S>, task: Task<S>): Promise<void> {
    const at = this.#at(lifecycle.partition);
    try {
      await this.#o.consumer.seek(at, task.position);
      this.#o.consumer.resume([at]);
      // A fetcher whose partitions were all paused sleeps up to a second; a request to the same broker wakes it.
      this.#o.consumer.watermarks(at.topic, at.partition, 1_000).catch(() => {});
    } catch (error) {
      // Revoked meanwhile: that rebalance is on its way. Otherwise the next round of the loop tries again.
      this.#o.hooks.onFault?.(error, { kind: 'retry' });
      await this.#o.clock.sleep(this.#o.retryBudget.failed(error));
      return;
    }
    lifecycle.to('working');
  }

  async #close(lifecycle: TaskLifecycle<S>): Promise<void> {
    this.#tasks.delete(lifecycle.partition);
    await lifecycle.close();
  }

  #at(partition: number): TopicPartition {
    return { topic: this.#o.context.inputTopic, partition };
  }
}
