import type { StreamRef } from '../../schemas/generated/VideoState.ts';

/**
 * Values by stream. Looked up name by name: a key made of all three takes longer to make than three look-ups. Once it is
 * full it forgets all, so memory is bounded.
 */
export class StreamMap<V> {
  readonly #most: number;
  readonly #values = new Map<string, Map<string, Map<string, V>>>();
  #size = 0;
  /** What was asked for last, and found: a step asks for the same stream several times. */
  #last: { readonly stream: StreamRef; readonly value: V } | null = null;

  /** @param most so many values are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(stream: StreamRef): V | undefined {
    if (this.#last !== null && isSame(this.#last.stream, stream)) return this.#last.value;
    const value = this.#values.get(stream.streamName)?.get(stream.appName)?.get(stream.domainName);
    if (value !== undefined) this.#last = { stream, value };
    return value;
  }

  /** Of a stream that has none yet. */
  add({ domainName, appName, streamName }: StreamRef, value: V): void {
    if (this.#size === this.#most) {
      this.#values.clear();
      this.#size = 0;
      this.#last = null;
    }
    this.#size += 1;
    const apps = inner(this.#values, streamName);
    inner(apps, appName).set(domainName, value);
  }
}

function isSame(a: StreamRef, b: StreamRef): boolean {
  return a === b || (a.streamName === b.streamName && a.appName === b.appName && a.domainName === b.domainName);
}

function inner<V>(maps: Map<string, Map<string, V>>, name: string): Map<string, V> {
  const known = maps.get(name);
  if (known !== undefined) return known;
  const made = new Map<string, V>();
  maps.set(name, made);
  return made;
}
