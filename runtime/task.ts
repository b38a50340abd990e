import { refuseNewer } from './newer-release.ts';
import type { Checkpoint } from './store/checkpoint.ts';
import type { DueTimer, StateStore, StoreWrite } from './store/state-store.ts';
import type { TaskContext } from './task-context.ts';
import { ValueCache } from './value-cache.ts';

/** Identity of the changelog that goes into every checkpoint. */
export type ChangelogIdentity = Pick<Checkpoint, 'topicId' | 'topic' | 'partitions'>;

/** What a batch changes in its task, once it is committed. */
export type TaskChanges = {
  /** Offset of the next input record. */
  readonly nextPosition: number;
  readonly changes: readonly StoreWrite[];
  /** Entries of the timer index that fired or were stale, and that no state wants. */
  readonly spentTimers: readonly DueTimer[];
  /** Entries for states that want to be called later than the index had it. */
  readonly laterTimers: readonly DueTimer[];
};

/**
 * One assigned partition: its store, the position up to which its input is committed, and the timers. It changes only by
 * `apply`, after a commit; a batch that fails leaves no trace in it.
 */
export class Task<S> {
  readonly partition: number;
  readonly context: TaskContext<S>;
  readonly store: StateStore;
  readonly #changelog: ChangelogIdentity;
  readonly #cache: ValueCache;
  #position: number;
  #checkpointedAtMs: number;
  #dirty = false;
  #earliestTimerMs: number | null;
  /** Of each batch that is applied and whose write hasn't ended: its earliest due time, infinite for none. */
  readonly #unwrittenTimersMs: number[] = [];
  #writing: Promise<void> = Promise.resolve();
  #writeFault: unknown;
  /** Offset at which the end of the input partition was last reached; -1 before that. */
  endSeenAt = -1;
  /**
   * Until then, epoch milliseconds, all that a step makes is encoded at once: a state or a snapshot could not be encoded at the end of
   * a batch, where it isn't known which record made it. Slower where a key changes often.
   */
  encodesEachUntilMs = 0;

  private constructor(o: TaskParts<S>, earliestTimerMs: number | null) {
    this.partition = o.partition;
    this.context = o.context;
    this.store = o.store;
    this.#changelog = o.changelog;
    this.#cache = new ValueCache(o.context.cacheBytesPerTask);
    this.#position = o.position;
    this.#checkpointedAtMs = o.checkpointedAtMs;
    this.#earliestTimerMs = earliestTimerMs;
  }

  static async start<S>(parts: TaskParts<S>): Promise<Task<S>> {
    return new Task(parts, parts.context.topology.timer ? await parts.store.earliestTimerMs() : null);
  }

  /** Offset of the next input record; everything before it is committed. */
  get position(): number {
    return this.#position;
  }

  /** The committed state of a key. A promise only where decoding has to wait for a schema. @throws ProcessorFault `NEWER_RELEASE` */
  state(key: string): S | null | Promise<S> {
    const cached = this.#cache.get(key);
    // At once: the schema of what is there is known.
    if (cached !== undefined) return this.context.state.decode(cached);
    const bytes = this.store.get(key);
    if (bytes === undefined) return null;
    const decoded = this.context.state.decode(bytes);
    if (decoded instanceof Promise) return decoded.then((state) => this.#unlessNewer(state, bytes));
    const state = this.#unlessNewer(decoded, bytes);
    this.#cache.set(key, bytes);
    return state;
  }

  #unlessNewer(state: S, bytes: Buffer): S {
    refuseNewer(this.context.state, this.context.changelogTopic, bytes);
    return state;
  }

  /** When the first timer may be due, null for never. The one that was due then may have moved, until `dueTimers` finds none. */
  get earliestTimerMs(): number | null {
    return this.#earliestTimerMs;
  }

  /**
   * Whether the next transaction should come with a checkpoint for the store: once a second while it changes, and
   * once an hour in any case, since a store with an old checkpoint is rebuilt. `now`: whenever anything has changed.
   */
  wantsCheckpoint(nowMs: number, now = false): boolean {
    const ageMs = nowMs - this.#checkpointedAtMs;
    return (this.#dirty && (now || ageMs >= 1_000)) || ageMs >= 3_600_000;
  }

  /**
   * Takes over the changes of a batch that is committed. The store is written in the background, batch after batch; `settled`
   * waits for it.
   * `changelogEnd`: an end of the changelog that was read before the group accepted this batch's offsets (so no other
   * member can have written below it), or null.
   */
  apply(batch: TaskChanges, changelogEnd: number | null, nowMs: number): void {
    this.#position = batch.nextPosition;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { key, bytes, dueAtMs } of batch.changes) {
      if (bytes === null) this.#cache.delete(key);
      else this.#cache.set(key, bytes);
      if (dueAtMs !== null) earliestMs = Math.min(earliestMs, dueAtMs);
    }
    this.#earliestTimerMs = earlierOf(this.#earliestTimerMs, earliestMs);
    if (batch.changes.length > 0) this.#dirty = true;
    if (changelogEnd === null && batch.changes.length === 0 && batch.spentTimers.length === 0) return;
    const checkpoint = changelogEnd === null ? null : { ...this.#changelog, offset: changelogEnd, wallTimeMs: nowMs };
    if (checkpoint) {
      this.#checkpointedAtMs = nowMs;
      // Records of this very batch may lie beyond the end that was read: a later checkpoint has to cover them.
      this.#dirty = batch.changes.length > 0;
    }
    this.#unwrittenTimersMs.push(earliestMs);
    this.#inTurn(() => this.#write(batch, checkpoint));
  }

  /**
   * Timers of the index that are due at `untilMs` or before, earliest first, once the store has what was applied. Where there
   * are none, `earliestTimerMs` is corrected. Rejects with a `StoreFault`.
   */
  async dueTimers(untilMs: number, limit: number): Promise<DueTimer[]> {
    // Those that the batch before has fired are in the index until the store has it.
    await this.settled();
    const due = await this.store.dueTimers(untilMs, limit);
    if (due.length > 0) return due;
    this.#inTurn(() => this.#findEarliestTimer());
    await this.settled();
    return [];
  }

  /** Waits until the store has what was applied. Rejects with the `StoreFault` of a failed write. */
  async settled(): Promise<void> {
    await this.#writing;
    if (this.#writeFault !== undefined) throw this.#writeFault;
  }

  /** Waits for the last write and closes the store. Never rejects: the topic has everything. */
  async close(): Promise<void> {
    await this.#writing;
    await this.store.close().catch(() => {});
  }

  /** After what was begun before. */
  #inTurn(work: () => Promise<void>): void {
    this.#writing = this.#writing
      // After a write that failed the store must not get a later one: its checkpoint would speak for both.
      .then(() => (this.#writeFault === undefined ? work() : undefined))
      .catch((error: unknown) => {
        this.#writeFault = error;
      });
  }

  async #write(batch: TaskChanges, checkpoint: Checkpoint | null): Promise<void> {
    await this.store.write(batch.changes, checkpoint);
    this.#unwrittenTimersMs.shift();
    if (batch.spentTimers.length === 0) return;
    await this.store.moveTimers(batch.spentTimers, batch.laterTimers);
    await this.#findEarliestTimer();
  }

  /** In turn with the writes: what isn't in the index yet is of a batch that was applied since. */
  async #findEarliestTimer(): Promise<void> {
    const indexedMs = await this.store.earliestTimerMs();
    this.#earliestTimerMs = earlierOf(indexedMs, Math.min(...this.#unwrittenTimersMs));
  }
}

/** `otherMs`: infinite for none. */
function earlierOf(ms: number | null, otherMs: number): number | null {
  const earliestMs = Math.min(ms ?? Number.POSITIVE_INFINITY, otherMs);
  return earliestMs === Number.POSITIVE_INFINITY ? null : earliestMs;
}

export type TaskParts<S> = {
  readonly partition: number;
  readonly context: TaskContext<S>;
  readonly store: StateStore;
  readonly changelog: ChangelogIdentity;
  readonly position: number;
  readonly checkpointedAtMs: number;
};
