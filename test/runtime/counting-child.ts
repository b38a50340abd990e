import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFailed } from 'vitest';

export type ChildEvent = { readonly event: string; readonly detail: unknown };

/** A counting processor as a process of its own, to be killed and frozen. */
export type CountingChild = {
  readonly process: ChildProcess;
  readonly events: readonly ChildEvent[];
  /** Events of a kind. */
  seen(event: string): ChildEvent[];
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
};

const script = fileURLToPath(new URL('counting-process.ts', import.meta.url));

export function countingChild(o: {
  brokers: string;
  prefix: string;
  instance: string;
  stateFolder: string;
  sessionTimeoutMs?: number;
  transactionTimeoutMs?: number;
  /** Takes its lines of standard error; default: this process's own. */
  onComplaint?: (line: string) => void;
  onEvent?: (event: ChildEvent) => void;
}): CountingChild {
  // Its heap is collected in time, so that what a test sees of its memory is what it holds.
  const args = [
    '--heap-growing-percent=20',
    script,
    o.brokers,
    o.prefix,
    o.instance,
    o.stateFolder,
    String(o.sessionTimeoutMs ?? 6_000),
    String(o.transactionTimeoutMs ?? 10_000),
  ];
  const { onComplaint } = o;
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', onComplaint ? 'pipe' : 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  if (!child.stdout) throw new Error('a child without an output');
  if (child.stderr && onComplaint) createInterface({ input: child.stderr }).on('line', onComplaint);
  const events: ChildEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as ChildEvent;
    events.push(event);
    o.onEvent?.(event);
  });
  // The long lane runs without a test.
  if (!onComplaint) onTestFailed(() => tellLast(o.instance, events));
  return {
    process: child,
    events,
    seen: (event) => events.filter((e) => e.event === event),
    signal: (name) => void child.kill(name),
    gone: new Promise((resolve) => child.once('close', () => resolve())),
  };
}

function tellLast(instance: string, events: readonly ChildEvent[]): void {
  const lines = events.slice(-60).map((event) => JSON.stringify(event));
  console.log(`${instance}:\n  ${lines.join('\n  ')}`);
}
