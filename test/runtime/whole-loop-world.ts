import { join } from 'node:path';
import type {
  Admin,
  ConsumedRecord,
  Consumer,
  OutgoingRecord,
  TransactionalProducer,
} from '../../connectors/kafka/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import type { Rng } from '../../emulator/random.ts';
import type { Assignment } from '../../runtime/assignment.ts';
import { BatchSize } from '../../runtime/batch-size.ts';
import { nextTimerAtMs } from '../../runtime/changelog-record.ts';
import { FailureLimit } from '../../runtime/failure-limit.ts';
import { ProcessorStatus } from '../../runtime/index.ts';
import { Loop } from '../../runtime/loop.ts';
import { recover } from '../../runtime/recovery.ts';
import { RetryBudget } from '../../runtime/retry-budget.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { StoreFault } from '../../runtime/store/store-fault.ts';
import { Task } from '../../runtime/task.ts';
import type { TaskContext } from '../../runtime/task-context.ts';
import { TimerGate } from '../../runtime/timer-gate.ts';

/** One partition of the input: `end` may lie behind its last record. */
export type Log = { readonly records: ConsumedRecord[]; end: number };
export type Transaction = {
  readonly records: readonly OutgoingRecord[];
  readonly offsets: ReadonlyMap<number, number>;
};

type Partition<S> = { task: Task<S> | null; fetchAt: number; paused: boolean; opensIn: number };

/**
 * The real loop, tasks and stores between a scripted Kafka that fails as it likes: polls lose what they took, commits abort or
 * end in the unknown, partitions are opened anew at any round. Whatever is committed is in `transactions`.
 */
export class World<S> {
  readonly transactions: Transaction[] = [];
  readonly logs: Log[];
  readonly partitions: Partition<S>[];
  /** Of all that was committed, by partition and key. */
  readonly changelog: Map<string, OutgoingRecord>[];
  readonly committed: number[];
  nowMs = 1_000;
  /** Nothing fails any more. */
  calm = false;
  readonly #o: { readonly context: TaskContext<S>; readonly folder: string; readonly random: Rng };
  readonly #loop: Loop<S>;
  readonly #producer: TransactionalProducer;
  readonly #recover: (error: unknown) => Promise<number>;
  #stores = 0;

  constructor(o: {
    readonly context: TaskContext<S>;
    readonly folder: string;
    readonly random: Rng;
    readonly partitions: number;
    readonly sizes: {
      readonly maxRecords: number;
      readonly maxBytes: number;
      readonly leastAhead: number;
      readonly portionRecords: number;
    };
  }) {
    this.#o = o;
    const each = Array.from({ length: o.partitions });
    this.logs = each.map(() => ({ records: [], end: 0 }));
    this.changelog = each.map(() => new Map());
    this.committed = each.map(() => 0);
    this.partitions = each.map(() => ({ task: null, fetchAt: 0, paused: true, opensIn: 0 }));
    const clock = {
      now: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      sleep: async () => {
        this.nowMs += 5;
        await new Promise(setImmediate);
      },
      random: () => 0.5,
    } as never;
    const consumer = this.#consumer();
    const assignment = this.#assignment(consumer);
    const admin = {
      endOffsets: async (at: { partition: number; topic: string }[]) =>
        at.map(({ partition, topic }) => ({ partition, topic, offset: this.logs[partition]?.end ?? 0 })),
    } as unknown as Admin;
    this.#producer = this.#producerOf();
    const status = new ProcessorStatus(clock);
    const shared = { inputTopic: 'in', consumer, assignment, retryBudget: new RetryBudget(1e9), status, hooks: {} };
    this.#recover = (error) => recover(error, { ...shared, replaceProducer: async () => {} });
    this.#loop = new Loop<S>({
      ...shared,
      changelogTopic: 'states',
      admin,
      timers: new TimerGate(admin, 'in', undefined, clock),
      failureLimit: new FailureLimit(
        { place: '', read: () => ({ records: 0, failures: 0 }), write: () => {} },
        { allowed: 1e9 },
      ),
      batchSize: new BatchSize({ ...o.sizes, transactionTimeoutMs: 10_000 }),
      transactionTimeoutMs: 10_000,
      clock,
      giveUp: new AbortController().signal,
      ...o.sizes,
    } as never);
  }

  async round(): Promise<void> {
    try {
      await this.#loop.runOnce(this.#producer);
    } catch (error) {
      await this.#loop.discardReadAhead();
      await this.#recover(error);
    }
    this.nowMs += this.#o.random.int(0, 150);
  }

  async close(): Promise<void> {
    await this.#loop.discardReadAhead();
    for (const { task } of this.partitions) await task?.close();
  }

  #fails(chance: number): boolean {
    return !this.calm && this.#o.random.chance(chance);
  }

  #consumer(): Consumer {
    const { random } = this.#o;
    return {
      poll: async (most: number) => {
        await new Promise(setImmediate);
        this.nowMs += random.int(0, 3);
        const taken: ConsumedRecord[] = [];
        const from = random.int(0, this.partitions.length - 1);
        const wanted = random.chance(0.3) ? random.int(0, most) : most;
        for (let i = 0; i < this.partitions.length; i += 1) {
          const number = (from + i) % this.partitions.length;
          const [log, at] = [this.logs[number] as Log, this.partitions[number] as Partition<S>];
          if (at.paused || taken.length >= wanted) continue;
          const next = log.records.filter(({ offset }) => offset >= at.fetchAt).slice(0, wanted - taken.length);
          taken.push(...next);
          const last = next.at(-1);
          if (last) at.fetchAt = last.offset + 1;
          const isAtEnd = log.records.every(({ offset }) => offset < at.fetchAt);
          if (!isAtEnd || taken.length >= most) continue;
          at.fetchAt = log.end;
          if (at.task) at.task.endSeenAt = log.end;
        }
        if (this.#fails(0.03)) throw new KafkaFault('away', { code: 'ERR__TRANSPORT', retryable: true });
        return taken;
      },
      seek: async ({ partition }: { partition: number }, offset: number) => {
        if (this.#fails(0.02)) throw new KafkaFault('cannot seek', { code: 'ERR__STATE' });
        const at = this.partitions[partition] as Partition<S>;
        at.fetchAt = offset;
      },
      watermarks: async (_topic: string, partition: number) => ({ low: 0, high: this.logs[partition]?.end ?? 0 }),
    } as unknown as Consumer;
  }

  #assignment(consumer: Consumer): Assignment<S> {
    const close = async (partition: number) => {
      const at = this.partitions[partition] as Partition<S>;
      at.paused = true;
      await at.task?.close();
      at.task = null;
      at.opensIn = this.#o.random.int(0, 4);
    };
    const { partitions } = this;
    return {
      get working() {
        return partitions.flatMap(({ task }) => task ?? []);
      },
      opening: false,
      task: (partition: number) => this.partitions[partition]?.task ?? null,
      serve: async () => {
        for (const [partition, at] of this.partitions.entries()) {
          if (at.task !== null && this.#fails(0.02)) await close(partition);
          if (at.task === null && at.opensIn-- <= 0) {
            const task = await this.#opened(partition);
            await consumer.seek({ topic: 'in', partition }, task.position).catch(() => {
              at.fetchAt = task.position;
            });
            at.task = task;
            at.paused = false;
          }
        }
      },
      pause: ({ partition }: { partition: number }) => {
        (this.partitions[partition] as Partition<S>).paused = true;
      },
      resume: ({ partition }: { partition: number }) => {
        (this.partitions[partition] as Partition<S>).paused = false;
      },
      reopen: close,
      reopenAll: async () => {
        for (const partition of this.partitions.keys()) await close(partition);
      },
      rebuild: async ({ folder }: StoreFault) => {
        for (const [partition, { task }] of this.partitions.entries())
          if (task?.store.folder === folder) await close(partition);
      },
    } as unknown as Assignment<S>;
  }

  /** As it would be restored: at what was committed, with the changelog in its store. */
  async #opened(partition: number): Promise<Task<S>> {
    this.#stores += 1;
    const store = await StateStore.open(join(this.#o.folder, String(this.#stores)));
    const { write } = store;
    await store.write(
      [...(this.changelog[partition] ?? [])].map(([key, { value, headers }]) => ({
        key,
        bytes: value,
        dueAtMs: value === null ? null : nextTimerAtMs((headers ?? {}) as Record<string, string>),
      })),
      null,
    );
    store.write = async (...args) => {
      await new Promise(setImmediate);
      if (this.#fails(0.003)) throw new StoreFault('STORE_CORRUPT', store.folder, 'damaged', undefined);
      await write.apply(store, args);
    };
    const changelog = { topicId: 't', topic: 'states', partitions: this.partitions.length };
    const position = this.committed[partition] ?? 0;
    return await Task.start({
      partition,
      context: this.#o.context,
      store,
      changelog,
      position,
      checkpointedAtMs: this.nowMs,
    });
  }

  #producerOf(): TransactionalProducer {
    let records: OutgoingRecord[] = [];
    let offsets = new Map<number, number>();
    const commit = () => {
      for (const record of records)
        if (record.topic === 'states') this.changelog[record.partition as number]?.set(record.key as string, record);
      for (const [partition, offset] of offsets) this.committed[partition] = offset;
      this.transactions.push({ records, offsets });
    };
    return {
      begin: async () => {
        records = [];
        offsets = new Map();
      },
      write: (record: OutgoingRecord) => void records.push(record),
      sendOffsets: async (at: { partition: number; offset: number }[]) => {
        for (const { partition, offset } of at) offsets.set(partition, offset);
      },
      commit: async () => {
        for (let i = this.#o.random.int(0, 6); i > 0; i -= 1) await new Promise(setImmediate);
        if (this.#fails(0.05)) throw new KafkaFault('too late', { code: 'ERR__TIMED_OUT', abortable: true });
        const isUnknown = this.#fails(0.02);
        if (!isUnknown || this.#o.random.chance(0.5)) commit();
        if (isUnknown) throw new KafkaFault('fenced', { code: 'ERR__FENCED', fatal: true });
      },
      abort: async () => {},
    } as unknown as TransactionalProducer;
  }
}
