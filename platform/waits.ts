/**
 * What the parts of a role wait for, reported as one: the role is ready once none of its parts waits for anything. A part
 * waits from when it is named, so that nothing is ready before it has said so itself.
 */
export class Waits {
  readonly #report: (what: string | null) => void;
  readonly #parts = new Map<string, string | null>();
  #reported: string | null | undefined;

  constructor(report: (what: string | null) => void) {
    this.#report = report;
  }

  /** Adds a part. Call the result with what the part waits for, null once it doesn't. */
  part(name: string, atFirst: string | null = 'start'): (what: string | null) => void {
    this.#set(name, atFirst);
    return (what) => this.#set(name, what);
  }

  #set(name: string, what: string | null): void {
    if (this.#parts.get(name) === what) return;
    this.#parts.set(name, what);
    const all = [...new Set([...this.#parts.values()].filter((wait) => wait !== null))];
    const one = all.length === 0 ? null : all.join(', ');
    if (one === this.#reported) return;
    this.#reported = one;
    this.#report(one);
  }
}
