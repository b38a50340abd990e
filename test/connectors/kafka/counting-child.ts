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
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const events: ChildEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as ChildEvent));
  onTestFailed(() => {
    console.log(
      `${o.instance}:\n  ${events
        .slice(-60)
        .map((event) => JSON.stringify(event))
        .join('\n  ')}`,
    );
  });
  return {
    process: child,
    events,
    seen: (event) => events.filter((e) => e.event === event),
    signal: (name) => void child.kill(name),
    gone: new Promise((resolve) => child.once('close', () => resolve())),
  };
}
