/**
 * Runs roles as child processes: restarts one that ends (with back-off) or stands still, tells every role what the system
 * as a whole waits for, and stops them in order. What starting again can't mend stops the supervisor: a broken configuration, and
 * a port that was taken from the start.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startScript } from '../local/index.ts';
import type { Clock } from '../platform/host/index.ts';
import { backoffMs } from '../platform/retry.ts';
import type { RoleMessage, SupervisorMessage } from '../platform/role-messages.ts';
import type { MetricsPage } from '../platform/telemetry/index.ts';
import { waitAtMost } from '../platform/wait-at-most.ts';
import { roleEnvironment } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';
import { type Patience, standsStill, usualPatience } from './liveness.ts';
import { passOn } from './log-output.ts';
import type { RoleName } from './roles/context.ts';

export type RoleSpec = {
  readonly role: RoleName;
  /** Which of the role's processes it is, from 1; left out where it is the whole role. */
  readonly process?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

export type SupervisorOptions = {
  /** Started together (a role waits for what it needs), stopped one by one in the reverse order. */
  readonly roles: readonly RoleSpec[];
  /** Stops all at once: they don't need each other. */
  readonly stopTogether?: boolean;
  /** What one may take to stop before it is killed. Default `stopBudgetMs`. */
  readonly stopWithinMs?: number;
  /** Folder for each role's log; null: logs go to this process's standard error. */
  readonly logFolder: string | null;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** When a role counts as standing still. Default `usualPatience`. */
  readonly patience?: (role: RoleName) => Patience;
};

export type Supervisor = {
  /** What the roles wait for, in words; null when all are ready. */
  waitingFor(): string | null;
  /** Rejects when a role can't be kept running. */
  readonly failed: Promise<never>;
  /** Process ids by role (and process of it), for memory figures. */
  pids(): ReadonlyMap<string, number>;
  /** The metrics of those that answer within the time, by name of the process. */
  metrics(withinMs: number): Promise<readonly MetricsPage[]>;
  stop(): Promise<void>;
};

type Running = {
  spec: RoleSpec;
  name: string;
  /** Processes that it runs itself. */
  processes: readonly number[];
  /** What it was asked for and hasn't answered, by the question's number. */
  asked: Map<number, (text: string) => void>;
  child: ChildProcess | null;
  waiting: string | null;
  wasReady: boolean;
  /** Why it ends, as it says itself before it does. */
  fault: Extract<RoleMessage, { kind: 'fault' }> | null;
  restarts: number;
  startedAtMs: number;
  /** When it last said how it is, by our monotonic clock; null before it did for the first time. */
  heardAtMs: number | null;
  /** As it says itself. */
  live: boolean;
};

/** Between two looks at how the roles are. */
const lookEveryMs = 1_000;
/** What a role that stands still may take to end by itself. */
const graceMs = 5_000;

export const stopBudgetMs = 20_000;
const backoff = { firstMs: 500, longestMs: 15_000 };
const healthyAfterMs = 30_000;
const standing = 'restart, it stands still';

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { clock, say } = options;
  const stopping = new AbortController();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const { stopWithinMs = stopBudgetMs } = options;
  const running: Running[] = options.roles.map((spec) => ({
    spec,
    name: spec.process === undefined ? spec.role : `process ${spec.process}`,
    processes: [],
    asked: new Map(),
    child: null,
    waiting: 'start',
    wasReady: false,
    fault: null,
    restarts: 0,
    startedAtMs: 0,
    heardAtMs: null,
    live: true,
  }));
  if (options.logFolder) mkdirSync(options.logFolder, { recursive: true });

  function waitingFor(): string | null {
    const waiting = running.filter((role) => role.waiting !== null);
    return waiting.length === 0 ? null : waiting.map(({ name, waiting: what }) => `${name}: ${what}`).join('; ');
  }

  /** The console answers for the whole system, so it gets the state of all others. */
  function tell(): void {
    for (const one of running) {
      const others = running.filter((role) => role !== one && role.waiting !== null);
      const text = others.length === 0 ? null : others.map(({ name, waiting }) => `${name}: ${waiting}`).join('; ');
      send({ kind: 'system', waitingFor: text }, one);
    }
  }

  function send(message: SupervisorMessage, { child }: Running): void {
    if (child?.connected) child.send(message, () => undefined);
  }

  const logOf = (role: RoleName) => (options.logFolder ? join(options.logFolder, `${role}.log`) : null);

  const logTrouble = (role: RoleName) => (error: unknown) => {
    // To a standard error that is gone there is nothing to say.
    if (options.logFolder) say(`the log of ${role} can not be written: ${(error as Error).message}`);
  };

  function start(role: Running): void {
    const { role: name, process: ofSeveral } = role.spec;
    const which = ofSeveral === undefined ? [] : ['--process', String(ofSeveral)];
    const child = spawn('/bin/sh', [startScript, process.execPath, 'run', name, ...which], {
      // Not our own standard error: a reader that stands still would hold up the role at its next line.
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      env: roleEnvironment(name, role.spec.environment ?? {}),
      // A terminal's Ctrl-C reaches only the supervisor, which stops the roles in order.
      detached: true,
    });
    role.child = child;
    role.fault = null;
    role.startedAtMs = clock.monotonicMs();
    role.heardAtMs = null;
    role.live = true;
    if (child.stderr) passOn(child.stderr, { to: logOf(name) ?? process.stderr.fd, clock, onLost: logTrouble(name) });
    child.on('message', (message: RoleMessage) => {
      if (message.kind === 'fault') {
        role.fault = message;
        return;
      }
      role.heardAtMs = clock.monotonicMs();
      if (message.kind === 'alive') {
        role.live = message.live;
        return;
      }
      if (message.kind === 'processes') {
        role.processes = message.pids;
        return;
      }
      if (message.kind === 'metrics') {
        role.asked.get(message.question)?.(message.text);
        return;
      }
      if (role.waiting !== standing) role.waiting = message.for;
      role.wasReady ||= message.for === null;
      tell();
    });
    child.once('exit', () => {
      role.child = null;
      role.processes = [];
    });
    // What it said last may be read after its exit.
    void Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(() => ended(role, child), failure.reject);
    tell();
  }

  function ended(role: Running, { exitCode: code, signalCode }: ChildProcess): void {
    role.waiting = 'restart';
    if (stopping.signal.aborted) return;
    tell();
    const { fault, wasReady, name } = role;
    const why = fault ? `: ${fault.line}` : '';
    if (code === exitCode.configuration)
      failure.reject(new CommandFault(`${name} refuses its configuration${why || ', see its log'}`, code));
    else if (fault?.portTaken && !wasReady) failure.reject(new CommandFault(fault.line, exitCode.unavailable));
    else if (code === exitCode.data) {
      // Again it would only fail again. The others go on: callbacks are still taken in.
      role.waiting = 'a person, see its log';
      say(`${name} stays down${why}`);
      tell();
    } else void restart(role, `${name} ended with ${signalCode ?? `exit code ${code}`}${why}`);
  }

  async function restart(role: Running, why: string): Promise<void> {
    if (clock.monotonicMs() - role.startedAtMs > healthyAfterMs) role.restarts = 0;
    role.restarts += 1;
    // Nothing to keep apart by chance: they are children of one process.
    const waitMs = backoffMs(backoff, role.restarts, () => 1);
    say(
      `${why}; starting it again in ${(waitMs / 1000).toFixed(1)} s${options.logFolder ? ` (log: ${logOf(role.spec.role)})` : ''}`,
    );
    await clock.sleep(waitMs, stopping.signal);
    if (!stopping.signal.aborted) start(role);
  }

  let lookedAtMs = clock.monotonicMs();
  const stopLooking = clock.every(lookEveryMs, () => {
    const nowMs = clock.monotonicMs();
    // Where we stood still ourselves, what they said meanwhile is still to be read.
    const anew = nowMs - lookedAtMs > 5 * lookEveryMs;
    lookedAtMs = nowMs;
    for (const role of running) {
      if (role.child === null) continue;
      if (anew && role.heardAtMs !== null) role.heardAtMs = nowMs;
      const patience = (options.patience ?? usualPatience)(role.spec.role);
      const why = standsStill(role, nowMs, patience);
      if (why !== null && role.waiting !== standing) void replace(role, role.child, why).catch(failure.reject);
    }
  });

  /** Ends a role that stands still; its end then starts it again. */
  async function replace(role: Running, child: ChildProcess, why: string): Promise<void> {
    role.waiting = standing;
    say(`${role.name} ${why}: it is ended`);
    tell();
    await end(child, graceMs);
  }

  async function stopOne(role: Running): Promise<void> {
    if (role.child && !(await end(role.child, stopWithinMs)))
      say(`${role.name} did not stop within ${stopWithinMs / 1000} s and was killed`);
  }

  /** False where it had to be killed. */
  async function end(child: ChildProcess, withinMs: number): Promise<boolean> {
    if (child.exitCode !== null || child.signalCode !== null) return true;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    if (await waitAtMost(withinMs, ended, clock)) return true;
    child.kill('SIGKILL');
    await ended;
    return false;
  }

  let questions = 0;

  /** Null where it doesn't answer in time. */
  async function metricsOf(role: Running, withinMs: number): Promise<MetricsPage | null> {
    questions += 1;
    const question = questions;
    let text: string | null = null;
    const answered = new Promise<void>((resolve) => {
      role.asked.set(question, (answer) => {
        text = answer;
        resolve();
      });
    });
    send({ kind: 'metrics', question }, role);
    await waitAtMost(withinMs, answered, clock);
    role.asked.delete(question);
    return text === null ? null : { process: String(role.spec.process ?? role.name), text };
  }

  for (const role of running) start(role);
  return {
    waitingFor,
    failed: failure.promise,
    pids: () =>
      new Map(
        running.flatMap(({ name, child, processes }) => [
          ...(child?.pid === undefined ? [] : [[name, child.pid] as const]),
          ...processes.map((pid, index) => [`${name} ${index + 1}`, pid] as const),
        ]),
      ),
    async metrics(withinMs) {
      const up = running.filter(({ child }) => child !== null);
      const pages = await Promise.all(up.map((role) => metricsOf(role, withinMs)));
      return pages.filter((page) => page !== null);
    },
    async stop() {
      stopping.abort();
      stopLooking();
      if (options.stopTogether) await Promise.all(running.map(stopOne));
      else for (const role of running.toReversed()) await stopOne(role);
    },
  };
}
