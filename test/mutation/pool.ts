import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Order } from './messages.ts';

/** A copy of everything stays in memory for each mutant that is loaded afresh. */
const mostAfresh = 80;

/** One process at a time that runs tests, replaced where it hangs or has grown. */
export class Runner {
  readonly #sources: readonly (readonly [string, string])[];
  #child: ChildProcess | null = null;
  #afresh = 0;

  /** `sources`: what stands in for the files that it names. */
  constructor(sources: readonly (readonly [string, string])[]) {
    this.#sources = sources;
  }

  /** The answer; null where there is none within `mostMs`: then the process is ended, and the next order gets another. */
  async ask(order: Exclude<Order, { kind: 'open' }>, mostMs: number): Promise<Answer | null> {
    if (order.kind === 'try' && order.afresh) {
      this.#afresh += 1;
      if (this.#afresh > mostAfresh) this.end();
    }
    const child = this.#child ?? (await this.#start());
    const answer = await answerOf(child, order, mostMs);
    if (answer?.kind === 'broken') throw new Error(`the instrumented files can't be run: ${answer.why}`);
    if (answer === null) this.end();
    return answer;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, 'worker.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning', '--stack-size=2000'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#afresh = 0;
    await answerOf(child, { kind: 'open', sources: this.#sources }, 60_000);
    return child;
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}

function answerOf(child: ChildProcess, order: Order, mostMs: number): Promise<Answer | null> {
  return new Promise((resolve) => {
    const over = AbortSignal.timeout(mostMs);
    const settle = (answer: Answer | null) => {
      over.removeEventListener('abort', expire);
      child.off('message', settle);
      child.off('exit', expire);
      resolve(answer);
    };
    const expire = () => settle(null);
    over.addEventListener('abort', expire);
    child.once('message', settle);
    child.once('exit', expire);
    child.send(order);
  });
}
