/** Carries batches from a source that pushes to a reader that pulls; a full one makes the source wait. */
export class Mailbox<T> {
  readonly #capacity: number;
  readonly #waiting: T[] = [];
  #end: { readonly failed: boolean; readonly error: unknown } | null = null;
  #changed: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get full(): boolean {
    return this.#waiting.length >= this.#capacity;
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  put(item: T): void {
    if (this.#end) return;
    this.#waiting.push(item);
    this.#wake();
  }

  /** What was put before still comes, then the end. */
  end(): void {
    this.#end ??= { failed: false, error: undefined };
    this.#wake();
  }

  fail(error: unknown): void {
    this.#end ??= { failed: true, error };
    this.#wake();
  }

  /** Resolves after the next put, take or end. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed.push(resolve);
    });
  }

  /** The next item; undefined at the end. Rejects with what the source failed with. */
  async take(): Promise<T | undefined> {
    for (;;) {
      const item = this.#waiting.shift();
      if (item !== undefined) {
        this.#wake();
        return item;
      }
      if (this.#end?.failed) throw this.#end.error;
      if (this.#end) return undefined;
      await this.changed();
    }
  }

  #wake(): void {
    const woken = this.#changed;
    this.#changed = [];
    for (const wake of woken) wake();
  }
}
