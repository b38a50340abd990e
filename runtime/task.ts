import { refuseNewer } from './newer-release.ts';
import { StateCache } from './state-cache.ts';
import type { Checkpoint } from './store/checkpoint.ts';
import type { StateStore } from './store/state-store.ts';
import type { TaskContext } from './task-context.ts';
import type { Work } from './work.ts';

/** Identity of the changelog that goes into every checkpoint. */
export type ChangelogIdentity = Pick<Checkpoint, 'topicId' | 'topic' | 'partitions'>;

/**
 * One assigned partition: its store, the position up to which its input is committed, and the timers. It changes only by
 * `apply`, after a commit; a batch that fails leaves no trace in it.
 */
export class Task<S> {
  readonly partition: number;
  readonly context: TaskContext<S>;
  readonly store: StateStore;
  readonly #changelog: ChangelogIdentity;
  readonly #cache: StateCache<S>;
  #position: number;
  #checkpointedAtMs: number;
  #dirty = false;
  #earliestTimerMs: number | null;
  #writing: Promise<void> = Promise.resolve();
  #writeFault: unknown;
  /** Where the end of the input partition was last reached; -1 before that. */
  endSeenAt = -1;

  private constructor(o: TaskParts<S>, earliestTimerMs: number | null) {
    this.partition = o.partition;
    this.context = o.context;
    this.store = o.store;
    this.#changelog = o.changelog;
    this.#cache = new StateCache(o.context.cacheBytesPerTask);
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
    if (cached !== undefined) return cached;
    const bytes = this.store.get(key);
    if (bytes === undefined) return null;
    const decoded = this.context.state.decode(bytes);
    if (decoded instanceof Promise) return decoded.then((state) => this.#ours(state, bytes));
    this.#cache.set(key, this.#ours(decoded, bytes), bytes.length);
    return decoded;
  }

  #ours(state: S, bytes: Buffer): S {
    refuseNewer(this.context.state, this.context.changelogTopic, bytes);
    return state;
  }

  /** When the first timer may be due, null for never. */
  get earliestTimerMs(): number | null {
    return this.#earliestTimerMs;
  }

  /**
   * Whether the next transaction should tell the store how far the changelog goes: once a second while it changes, and
   * once an hour in any case, since a store with an old checkpoint is rebuilt. `now`: as soon as anything has changed.
   */
  wantsCheckpoint(nowMs: number, now = false): boolean {
    const ageMs = nowMs - this.#checkpointedAtMs;
    return (this.#dirty && (now || ageMs >= 1_000)) || ageMs >= 3_600_000;
  }

  /**
   * The batch is committed: makes it the task's truth. The store is written in the background; `settled` waits for it.
   * `changelogEnd`: an end of the changelog that was seen before the group accepted this batch's offsets (so nobody else
   * can have written below it), or null.
   */
  apply(work: Work<S>, changelogEnd: number | null, nowMs: number): void {
    this.#position = work.nextPosition;
    for (const { key, bytes, dueAtMs, state } of work.changes) {
      if (state === null || bytes === null) this.#cache.delete(key);
      else this.#cache.set(key, state, bytes.length);
      if (dueAtMs !== null && (this.#earliestTimerMs === null || dueAtMs < this.#earliestTimerMs)) {
        this.#earliestTimerMs = dueAtMs;
      }
    }
    if (work.changes.length > 0) this.#dirty = true;
    if (changelogEnd === null && work.changes.length === 0 && work.spentTimers.length === 0) return;
    const checkpoint = changelogEnd === null ? null : { ...this.#changelog, offset: changelogEnd, wallTimeMs: nowMs };
    if (checkpoint) {
      this.#checkpointedAtMs = nowMs;
      // Records of this very batch may lie beyond the end that was seen, so a later checkpoint has to know of them.
      this.#dirty = work.changes.length > 0;
    }
    this.#writing = this.#write(work, checkpoint).catch((error: unknown) => {
      this.#writeFault = error;
    });
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

  async #write(work: Work<S>, checkpoint: Checkpoint | null): Promise<void> {
    await this.store.write(work.changes, checkpoint);
    if (work.spentTimers.length > 0) {
      await this.store.moveTimers(work.spentTimers, work.laterTimers);
      this.#earliestTimerMs = await this.store.earliestTimerMs();
    }
  }
}

export type TaskParts<S> = {
  readonly partition: number;
  readonly context: TaskContext<S>;
  readonly store: StateStore;
  readonly changelog: ChangelogIdentity;
  readonly position: number;
  readonly checkpointedAtMs: number;
};
