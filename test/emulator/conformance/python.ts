import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a library made of a call: what it gave back, or the error it raised. */
export type Outcome<Answer = unknown> =
  | { readonly answer: Answer; readonly error?: undefined }
  | { readonly error: { readonly code: string | null; readonly message: string } };

/** The process that runs the official Python libraries, one order after the other. */
export class Python {
  readonly #child: ChildProcess;
  readonly #waiting: ((line: string) => void)[] = [];
  #said = '';

  constructor(python: string) {
    const driver = join(import.meta.dirname, 'clients/driver.py');
    this.#child = spawn(python, ['-B', driver], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.#waiting.shift()?.(line));
    stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    this.#child.once('exit', () => {
      const end = JSON.stringify({ error: { code: null, message: `driver.py ended: ${this.#said.slice(-2000)}` } });
      for (const answer of this.#waiting.splice(0)) answer(end);
    });
  }

  order<Answer>(order: { readonly do: string } & Readonly<Record<string, unknown>>): Promise<Outcome<Answer>> {
    return new Promise((resolve) => {
      this.#waiting.push((line) => resolve(JSON.parse(line) as Outcome<Answer>));
      this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await ended;
  }
}
