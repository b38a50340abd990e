/**
 * Decoded states of the keys that were active last, bounded by the size of their encoded form: an active key's state is
 * then neither read nor decoded for every event. The states are shared and must not be mutated.
 *
 * Two generations stand in for an exact least-recently-used order: what is used moves to the young one; when that is
 * full it becomes the old one, and the old one is forgotten as a whole. Cheap, and nothing is moved for an eviction.
 */
export class StateCache<S> {
  readonly #generationBytes: number;
  #young = new Map<string, Entry<S>>();
  #old = new Map<string, Entry<S>>();
  #youngBytes = 0;

  constructor(maxBytes: number) {
    this.#generationBytes = maxBytes / 2;
  }

  get(key: string): S | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young.state;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#add(key, old);
    return old.state;
  }

  set(key: string, state: S, bytes: number): void {
    const replaced = this.#young.get(key);
    if (replaced !== undefined) this.#youngBytes -= replaced.bytes;
    this.#add(key, { state, bytes });
  }

  delete(key: string): void {
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.#youngBytes -= young.bytes;
      this.#young.delete(key);
    }
    this.#old.delete(key);
  }

  #add(key: string, entry: Entry<S>): void {
    this.#young.set(key, entry);
    this.#youngBytes += entry.bytes;
    if (this.#youngBytes <= this.#generationBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

type Entry<S> = { readonly state: S; readonly bytes: number };
