import { join } from 'node:path';
import { systemClock } from '../../../platform/host/index.ts';
import { type ChildEvent, type CountingChild, countingChild } from '../counting-child.ts';

export type WorkersOptions = {
  readonly brokers: string;
  readonly prefix: string;
  readonly folder: string;
  readonly instances: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly onEvent: (instance: string, event: ChildEvent) => void;
};

/** A stop that takes longer is over its budget: the supervisor's is the same. */
const stopBudgetMs = 20_000;
const restartAfterMs = 500;

/** Counting processes, as a supervisor runs them: one that ends by itself is started again. */
export class Workers {
  readonly #o: WorkersOptions;
  readonly #children = new Map<string, CountingChild>();
  readonly #stopping = new Set<string>();
  readonly #over = new AbortController();
  /** How processes ended by themselves, and what they said last. */
  readonly ends: string[] = [];
  /** How long each stop took, milliseconds; those that had to be killed are infinite. */
  readonly stopsMs: number[] = [];

  constructor(o: WorkersOptions) {
    this.#o = o;
    for (const instance of o.instances) this.#start(instance);
  }

  /** SIGTERM, as a deployment does it, then a new start. */
  async restart(instance: string): Promise<void> {
    const child = this.#children.get(instance);
    if (!child) return;
    this.#stopping.add(instance);
    const startedMs = performance.now();
    child.signal('SIGTERM');
    const patience = new AbortController();
    const late = systemClock.sleep(stopBudgetMs, patience.signal).then(() => 'late' as const);
    const how = await Promise.race([child.gone.then(() => 'gone' as const), late]);
    patience.abort();
    if (how === 'late') child.signal('SIGKILL');
    await child.gone;
    this.stopsMs.push(how === 'late' ? Number.POSITIVE_INFINITY : performance.now() - startedMs);
    this.#stopping.delete(instance);
    this.#start(instance);
  }

  async end(): Promise<void> {
    const all = [...this.#children.keys()];
    this.#over.abort();
    await Promise.all(all.map((instance) => this.restart(instance)));
  }

  #start(instance: string): void {
    if (this.#over.signal.aborted) return;
    let complaint = '';
    const { brokers, prefix, folder, sessionTimeoutMs, transactionTimeoutMs, onEvent } = this.#o;
    const child = countingChild({
      ...{ brokers, prefix, instance, sessionTimeoutMs, transactionTimeoutMs },
      stateFolder: join(folder, instance),
      onComplaint: (line) => {
        complaint = line;
        onEvent(instance, { event: 'complaint', detail: line });
      },
      onEvent: (event) => onEvent(instance, event),
    });
    this.#children.set(instance, child);
    void child.gone.then(async () => {
      if (this.#stopping.has(instance) || this.#over.signal.aborted) return;
      const { exitCode, signalCode } = child.process;
      const failed = child.seen('failed').at(-1)?.detail ?? complaint;
      this.ends.push(`${instance}: ${signalCode ?? `exit code ${exitCode}`}, ${String(failed)}`);
      await systemClock.sleep(restartAfterMs);
      this.#start(instance);
    });
  }
}
