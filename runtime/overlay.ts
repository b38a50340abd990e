/** What a batch has changed about one key and hasn't committed yet. */
export type Change<S> = {
  /** Null: the key is forgotten. */
  readonly state: S | null;
  /** Why it is forgotten, for the tombstone. */
  readonly reason?: string;
  /** Due time of the stored state's timer, whose index entry is to go. */
  readonly previousDueAtMs: number | null;
  /** Headers that the causing record hands on (tracing). */
  readonly trace: Readonly<Record<string, string>> | undefined;
};

/**
 * The uncommitted states of one batch, over the store. Dropping it is the whole of a roll-back; only the last change of
 * a key is ever written.
 */
export class Overlay<S> {
  readonly #changes = new Map<string, Change<S>>();

  get(key: string): Change<S> | undefined {
    return this.#changes.get(key);
  }

  set(key: string, change: Change<S>): void {
    const earlier = this.#changes.get(key);
    // The index entry to remove is the stored one, not one that was never written.
    this.#changes.set(key, earlier ? { ...change, previousDueAtMs: earlier.previousDueAtMs } : change);
  }

  entries(): IterableIterator<[string, Change<S>]> {
    return this.#changes.entries();
  }

  get size(): number {
    return this.#changes.size;
  }
}
