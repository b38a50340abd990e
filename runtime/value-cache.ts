/**
 * Values of the keys that were active last, as they lie in the changelog: an active key's state is then not read from the
 * store for every event. They are bytes in two blocks of memory, since a state that lives in the heap from one event of its
 * key to the next is copied by each collection of young objects, and then gone over by each of old ones.
 *
 * Two generations stand in for an exact least-recently-used order: what is used moves to the young one; when that is full it
 * becomes the old one, and the old one is forgotten as a whole. A value that is replaced keeps its room until then.
 */
export class ValueCache {
  readonly #generationBytes: number;
  #young: Generation;
  #old: Generation;

  constructor(maxBytes: number) {
    this.#generationBytes = Math.floor(maxBytes / 2);
    this.#young = emptyGeneration();
    this.#old = emptyGeneration();
  }

  /** Valid until the next call of any method: the memory is used again. */
  get(key: string): Buffer | undefined {
    const young = valueIn(this.#young, key);
    if (young !== undefined) return young;
    const old = valueIn(this.#old, key);
    if (old === undefined) return undefined;
    this.#old.places.delete(key);
    this.#add(key, old);
    return valueIn(this.#young, key);
  }

  /** Copies the value. One that is larger than a generation isn't kept. */
  set(key: string, value: Uint8Array): void {
    this.delete(key);
    if (value.length + lengthBytes <= this.#generationBytes) this.#add(key, value);
  }

  delete(key: string): void {
    this.#young.places.delete(key);
    this.#old.places.delete(key);
  }

  #add(key: string, value: Uint8Array): void {
    const room = value.length + lengthBytes;
    if (this.#young.used + room > this.#generationBytes) this.#age();
    const { used, places } = this.#young;
    const block = this.#young.block ?? Buffer.allocUnsafeSlow(this.#generationBytes);
    // The value may lie where it is copied to, in an old generation that has become the young one.
    block.set(value, used + lengthBytes);
    block.writeUInt32LE(value.length, used);
    places.set(key, used);
    this.#young.block = block;
    this.#young.used += room;
  }

  #age(): void {
    const { block } = this.#old;
    this.#old = this.#young;
    this.#young = { ...emptyGeneration(), block };
  }
}

/** Each value lies in the block behind its length. */
type Generation = {
  block: Buffer | null;
  used: number;
  readonly places: Map<string, number>;
};

const lengthBytes = 4;

const emptyGeneration = (): Generation => ({ block: null, used: 0, places: new Map() });

function valueIn({ block, places }: Generation, key: string): Buffer | undefined {
  const place = places.get(key);
  if (place === undefined || block === null) return undefined;
  const begin = place + lengthBytes;
  return block.subarray(begin, begin + block.readUInt32LE(place));
}
