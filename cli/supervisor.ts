/**
 * Runs roles as child processes: restarts one that ends (with back-off), tells every role what the system as a whole
 * waits for, and stops them in order. What starting again can't mend stops the supervisor: a broken configuration, and
 * a port that was taken from the start.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../connectors/platform/index.ts';
import { roleEnvironment } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';
import type { RoleName } from './roles/context.ts';
import type { RoleMessage, SupervisorMessage } from './roles/run.ts';

export type RoleSpec = { readonly role: RoleName; readonly environment?: Readonly<Record<string, string | undefined>> };

export type SupervisorOptions = {
  /** Started together (a role waits for what it needs), stopped one by one in the reverse order. */
  readonly roles: readonly RoleSpec[];
  /** Folder for each role's log; null: logs go to this process's standard error. */
  readonly logFolder: string | null;
  readonly clock: Clock;
  readonly say: (line: string) => void;
};

export type Supervisor = {
  /** What the roles wait for, in words; null when all are ready. */
  waitingFor(): string | null;
  /** Rejects when a role can't be kept running. */
  readonly failed: Promise<never>;
  /** Process ids by role, for memory figures. */
  pids(): ReadonlyMap<RoleName, number>;
  stop(): Promise<void>;
};

type Running = {
  spec: RoleSpec;
  child: ChildProcess | null;
  waiting: string | null;
  wasReady: boolean;
  /** Why it ends, as it says itself before it does. */
  fault: Extract<RoleMessage, { kind: 'fault' }> | null;
  restarts: number;
  startedAtMs: number;
};

const stopBudgetMs = 20_000;
const firstBackOffMs = 500;
const maxBackOffMs = 15_000;
const healthyAfterMs = 30_000;

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { clock, say } = options;
  const stopping = new AbortController();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const running: Running[] = options.roles.map((spec) => ({
    spec,
    child: null,
    waiting: 'start',
    wasReady: false,
    fault: null,
    restarts: 0,
    startedAtMs: 0,
  }));
  if (options.logFolder) mkdirSync(options.logFolder, { recursive: true });

  function waitingFor(): string | null {
    const waiting = running.filter((role) => role.waiting !== null);
    return waiting.length === 0 ? null : waiting.map((role) => `${role.spec.role}: ${role.waiting}`).join('; ');
  }

  /** The console answers for the whole system, so it is told of all others. */
  function tell(): void {
    for (const { child, spec } of running) {
      const others = running.filter((role) => role.spec.role !== spec.role && role.waiting !== null);
      const text = others.length === 0 ? null : others.map((role) => `${role.spec.role}: ${role.waiting}`).join('; ');
      if (child?.connected)
        child.send({ kind: 'system', waitingFor: text } satisfies SupervisorMessage, () => undefined);
    }
  }

  function start(role: Running): void {
    const name = role.spec.role;
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'run', name], {
      stdio: ['ignore', 'inherit', options.logFolder ? 'pipe' : 'inherit', 'ipc'],
      env: roleEnvironment(name, role.spec.environment ?? {}),
      // A terminal's Ctrl-C reaches only the supervisor, which stops the roles in order.
      detached: true,
    });
    role.child = child;
    role.fault = null;
    role.startedAtMs = clock.monotonicMs();
    if (options.logFolder && child.stderr)
      child.stderr.pipe(createWriteStream(join(options.logFolder, `${name}.log`), { flags: 'a' }));
    child.on('message', (message: RoleMessage) => {
      if (message.kind === 'fault') {
        role.fault = message;
        return;
      }
      role.waiting = message.for;
      role.wasReady ||= message.for === null;
      tell();
    });
    child.once('exit', () => {
      role.child = null;
    });
    // What it said last may be read after its exit.
    void Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(() => ended(role, child), failure.reject);
    tell();
  }

  function ended(role: Running, { exitCode: code, signalCode }: ChildProcess): void {
    role.waiting = 'restart';
    if (stopping.signal.aborted) return;
    tell();
    const { fault, wasReady, spec } = role;
    const why = fault ? `: ${fault.line}` : '';
    if (code === exitCode.configuration)
      failure.reject(new CommandFault(`${spec.role} refuses its configuration${why || ', see its log'}`, code));
    else if (fault?.portTaken && !wasReady) failure.reject(new CommandFault(fault.line, exitCode.unavailable));
    else if (code === exitCode.data) {
      // Again it would only fail again. The others go on: callbacks are still taken in.
      role.waiting = 'a person, see its log';
      say(`${spec.role} stays down${why}`);
      tell();
    } else void restart(role, `${spec.role} ended with ${signalCode ?? `exit code ${code}`}${why}`);
  }

  async function restart(role: Running, why: string): Promise<void> {
    if (clock.monotonicMs() - role.startedAtMs > healthyAfterMs) role.restarts = 0;
    const waitMs = Math.min(maxBackOffMs, firstBackOffMs * 2 ** role.restarts);
    role.restarts += 1;
    say(
      `${why}; starting it again in ${(waitMs / 1000).toFixed(1)} s${options.logFolder ? ` (log: ${join(options.logFolder, `${role.spec.role}.log`)})` : ''}`,
    );
    await clock.sleep(waitMs, stopping.signal);
    if (!stopping.signal.aborted) start(role);
  }

  async function stopOne(role: Running): Promise<void> {
    const { child } = role;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const late = new AbortController();
    await Promise.race([ended, clock.sleep(stopBudgetMs, late.signal)]);
    late.abort();
    if (child.exitCode === null && child.signalCode === null) {
      say(`${role.spec.role} did not stop within ${stopBudgetMs / 1000} s and is killed`);
      child.kill('SIGKILL');
      await ended;
    }
  }

  for (const role of running) start(role);
  return {
    waitingFor,
    failed: failure.promise,
    pids: () =>
      new Map(
        running.flatMap(({ spec, child }) => (child?.pid === undefined ? [] : [[spec.role, child.pid] as const])),
      ),
    async stop() {
      stopping.abort();
      for (const role of running.toReversed()) await stopOne(role);
    },
  };
}
