/** An uncommitted change of one key by a batch. */
export type Change<S> = {
  /** The state encoded. */
  readonly bytes: Buffer | null;
  /** The state, where it isn't encoded yet; neither of the two where the key is deleted. */
  readonly state: S | null;
  /** When the state's timer is due, epoch milliseconds, or null. */
  readonly dueAtMs: number | null;
  /** Why it is deleted, for the tombstone. */
  readonly reason: string | undefined;
  /** Due time of the stored state's timer (not of an earlier change's), whose index entry is to be removed. */
  readonly previousDueAtMs: number | null;
  /** Headers that the causing record hands on (tracing). */
  readonly trace: Readonly<Record<string, string>> | undefined;
};

/**
 * The uncommitted states of one batch, over the store. Dropping it is all that a roll-back takes; only the last change of
 * a key is ever written.
 */
export class Overlay<S> {
  readonly #changes = new Map<string, Change<S>>();

  get(key: string): Change<S> | undefined {
    return this.#changes.get(key);
  }

  set(key: string, change: Change<S>): void {
    this.#changes.set(key, change);
  }

  entries(): IterableIterator<[string, Change<S>]> {
    return this.#changes.entries();
  }

  get size(): number {
    return this.#changes.size;
  }
}
