import { type ConsumedRecord, groupless, type KafkaSettings, TopicReader } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { RestoreProgress } from './hooks.ts';

export type RestoreJob = {
  readonly partition: number;
  /** First offset to read. */
  readonly from: number;
  /** Read until here. It may lie beyond what read_committed shows now; then this waits for open transactions to end. */
  readonly end: number;
  /** Stores records in order, with the offset up to which everything is covered. Awaited before it is called again. */
  readonly put: (records: readonly ConsumedRecord[], coveredTo: number) => Promise<void>;
  readonly onProgress: (progress: RestoreProgress) => void;
  /** No open transaction of the partition can be older: one that blocks the restore for longer hangs. */
  readonly hangingAfterMs: number;
  /** Called once per `hangingAfterMs` while a hanging transaction hides everything from `offset` on. */
  readonly onHangingTransaction: (offset: number, seconds: number) => void;
  readonly signal: AbortSignal;
};

type Running = RestoreJob & {
  next: number;
  records: number;
  startedAtMs: number;
  reportedAtMs: number;
  advancedAtMs: number;
  checkedAtMs: number;
  /** The last ones, each behind the one before. */
  puts: Promise<void>[];
  readonly resolve: (coveredTo: number) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Reads changelog partitions into stores with a reader of its own: no group, read_committed, end-of-partition events on.
 * One reader serves all restoring tasks of a process, so that restoring takes one thread however many there are; it
 * exists only while there is something to restore.
 */
export class Restorer {
  readonly #settings: KafkaSettings;
  readonly #topic: string;
  readonly #clock: Clock;
  readonly #running = new Map<number, Running>();
  /** The jobs that the reader was assigned for: a newer job must not get records that were fetched for another one. */
  #reading: readonly Running[] = [];
  #changed = false;
  #loop: Promise<void> | null = null;

  constructor(settings: KafkaSettings, topic: string, clock: Clock) {
    this.#settings = { ...settings, clientId: `${settings.clientId}-restore` };
    this.#topic = topic;
    this.#clock = clock;
  }

  /**
   * Resolves with the offset up to which `put` was given everything (at least `end`). Rejects once the job's signal has
   * aborted and the last `put` has ended, whatever the reader waits for.
   */
  restore(job: RestoreJob): Promise<number> {
    return new Promise((resolve, reject) => {
      if (job.signal.aborted) return reject(job.signal.reason);
      const now = this.#clock.monotonicMs();
      const running: Running = {
        ...job,
        next: job.from,
        records: 0,
        startedAtMs: now,
        reportedAtMs: now,
        advancedAtMs: now,
        checkedAtMs: now,
        puts: [],
        resolve,
        reject,
      };
      job.signal.addEventListener('abort', () => this.#cancel(running), { once: true });
      this.#running.set(job.partition, running);
      this.#changed = true;
      this.#loop ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    const reader = new TopicReader({
      // The job may be cancelled by then, and a process doesn't end before a client that connects.
      connect: groupless(this.#settings, { maxQueuedBytes: 16 * 1024 * 1024, connectTimeoutMs: 3_000 }),
      clock: this.#clock,
    });
    try {
      while (this.#running.size > 0) {
        if (this.#changed) await this.#assign(reader);
        if (this.#running.size === 0) continue;
        const records = await reader.poll(maxRecordsPerPoll, 100);
        await this.#deliver(records, reader);
        this.#checkStalled(reader);
      }
    } catch (error) {
      for (const job of this.#running.values()) job.reject(error);
      this.#running.clear();
    } finally {
      this.#loop = null;
      await reader.close();
      // A job may have been added while the reader closed.
      if (this.#running.size > 0) this.#loop ??= this.#run();
    }
  }

  async #assign(reader: TopicReader): Promise<void> {
    this.#changed = false;
    this.#reading = [...this.#running.values()];
    await reader.assign(this.#reading.map(({ partition, next }) => ({ topic: this.#topic, partition, offset: next })));
  }

  #cancel(job: Running): void {
    if (this.#running.get(job.partition) !== job) return;
    this.#remove(job);
    const over = () => job.reject(job.signal.reason);
    lastOf(job.puts).then(over, over);
  }

  async #deliver(records: readonly ConsumedRecord[], reader: TopicReader): Promise<void> {
    const byPartition = Map.groupBy(records, (record) => record.partition);
    for (const job of this.#reading) {
      if (this.#running.get(job.partition) !== job) continue;
      const mine = (byPartition.get(job.partition) ?? []).filter((record) => record.offset >= job.next);
      const last = mine.at(-1);
      const coveredTo = Math.max(
        job.next,
        last ? last.offset + 1 : 0,
        reader.coveredTo({ topic: this.#topic, partition: job.partition }),
      );
      if (coveredTo === job.next) continue;
      job.next = coveredTo;
      job.advancedAtMs = this.#clock.monotonicMs();
      job.records += mine.length;
      try {
        // The store writes while the next records are fetched, which come from one partition for some time. A few of them bound the memory.
        while (job.puts.length >= mostPuts) await job.puts.shift();
        if (job.signal.aborted) continue;
        this.#put(job, mine, coveredTo);
        if (coveredTo >= job.end) {
          await lastOf(job.puts);
          this.#remove(job);
          this.#report(job, true);
          job.resolve(coveredTo);
        } else {
          this.#report(job, false);
        }
      } catch (error) {
        this.#remove(job);
        job.reject(error);
      }
    }
  }

  /** Behind the puts before it; after one that failed, or once the job is cancelled, there are no more. */
  #put(job: Running, records: readonly ConsumedRecord[], coveredTo: number): void {
    const put = lastOf(job.puts).then(() => (job.signal.aborted ? undefined : job.put(records, coveredTo)));
    put.catch(() => {});
    job.puts.push(put);
  }

  /** Looks at jobs without progress: either Kafka is away, and doesn't answer this, or its last stable offset stands still. */
  #checkStalled(reader: TopicReader): void {
    const nowMs = this.#clock.monotonicMs();
    for (const job of this.#running.values()) {
      if (nowMs - Math.max(job.advancedAtMs, job.checkedAtMs) < job.hangingAfterMs) continue;
      job.checkedAtMs = nowMs;
      const at = job.next;
      reader
        .askOnce((client) => client.watermarks(this.#topic, job.partition, watermarksTimeoutMs))
        .then(
          ({ high: stableEnd }) => {
            const blocked = job.next === at && stableEnd <= at && this.#running.get(job.partition) === job;
            if (blocked) job.onHangingTransaction(at, Math.round((nowMs - job.advancedAtMs) / 1000));
          },
          () => {},
        );
    }
  }

  #remove(job: Running): void {
    if (this.#running.get(job.partition) === job) this.#running.delete(job.partition);
    this.#changed = true;
  }

  #report(job: Running, done: boolean): void {
    const now = this.#clock.monotonicMs();
    if (!done && now - job.reportedAtMs < 1_000) return;
    job.reportedAtMs = now;
    const seconds = Math.max(0.001, (now - job.startedAtMs) / 1000);
    const offsetsPerSecond = (job.next - job.from) / seconds;
    const remaining = Math.max(0, job.end - job.next);
    job.onProgress({
      records: job.records,
      recordsPerSecond: Math.round(job.records / seconds),
      remaining,
      etaSeconds: done ? 0 : offsetsPerSecond > 0 ? remaining / offsetsPerSecond : null,
      done,
    });
  }
}

const lastOf = (puts: readonly Promise<void>[]): Promise<void> => puts.at(-1) ?? Promise.resolve();

const maxRecordsPerPoll = 500;
/** Of one partition: some 2 MB of states. */
const mostPuts = 4;
const watermarksTimeoutMs = 2_000;
