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
    const place = this.#young.places.get(key);
    if (place !== undefined) return valueAt(this.#young, place);
    const oldPlace = this.#old.places.get(key);
    if (oldPlace === undefined) return undefined;
    const moved = this.#add(key, valueAt(this.#old, oldPlace));
    return valueAt(this.#young, moved);
  }

  /** Copies the value. One that is larger than a generation isn't kept. */
  set(key: string, value: Uint8Array): void {
    if (value.length + lengthBytes <= this.#generationBytes) this.#add(key, value);
    else this.delete(key);
  }

  delete(key: string): void {
    this.#young.places.delete(key);
    this.#old.places.delete(key);
  }

  /** Where it is in the young generation. What the old one has of the key doesn't count from then on. */
  #add(key: string, value: Uint8Array): number {
    const room = value.length + lengthBytes;
    if (this.#young.used + room > this.#generationBytes) this.#age();
    const { used, places } = this.#young;
    // A task that never holds a value takes no memory for it.
    const block = this.#young.block.length > 0 ? this.#young.block : Buffer.allocUnsafeSlow(this.#generationBytes);
    // The value may lie where it is copied to, in an old generation that has become the young one.
    block.set(value, used + lengthBytes);
    block.writeUInt32LE(value.length, used);
    places.set(key, used);
    this.#young.block = block;
    this.#young.used += room;
    return used;
  }

  #age(): void {
    const { block } = this.#old;
    this.#old = this.#young;
    this.#young = { ...emptyGeneration(), block };
  }
}

/** Each value lies in the block behind its length. */
type Generation = {
  block: Buffer;
  used: number;
  readonly places: Map<string, number>;
};

const lengthBytes = 4;

const emptyGeneration = (): Generation => ({ block: noMemory, used: 0, places: new Map() });
const noMemory = Buffer.alloc(0);

function valueAt({ block }: Generation, place: number): Buffer {
  const begin = place + lengthBytes;
  return block.subarray(begin, begin + block.readUInt32LE(place));
}
