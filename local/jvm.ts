import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { nowMs, sleep, until } from './clock.ts';
import { javaEnvironment } from './environment.ts';
import { StackError } from './errors.ts';
import { cpuMsOf, identityOf, isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';
import { watchScript } from './watch.ts';

const logLimitBytes = 10 * 1024 * 1024;
const stopBudgetMs = 15_000;

export type JvmOptions = {
  /** What it is, for messages: `broker`, `registry`. */
  readonly what: string;
  /** The java command. Default `java`, from PATH. */
  readonly java?: string;
  /** What it works in: see `linkIn`. */
  readonly folder: string;
  readonly javaArguments: readonly string[];
  /** Its output is appended here. Over 10 MB it is renamed to `<file>.1` first. */
  readonly logFile: string;
  /** True: it goes on when this process ends. False (default): it ends with this process, however that ends. */
  readonly detached?: boolean;
};

/** A running Java process, and the handles that fault tests need. */
export type Jvm = {
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  isAlive(): boolean;
  /** SIGTERM; SIGKILL after 15 s. Resolves once it is gone. Calling it again is harmless. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves once it is gone. */
  kill9(): Promise<void>;
  /** SIGSTOP: it holds its sockets and answers nothing. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
};

/** Starts Java. Throws JAVA_MISSING where there is none. Says nothing about readiness: see `whenReady`. */
export async function startJvm(options: JvmOptions): Promise<Jvm> {
  rotate(options.logFile);
  const log = openSync(options.logFile, 'a');
  try {
    const pid = await (options.detached ? spawnDetached(options, log) : spawnWatched(options, log));
    return handle(identityOf(pid) ?? { pid, started: 'gone' }, options.logFile);
  } finally {
    closeSync(log);
  }
}

/** Control over a Java process that an earlier command started. */
export function handle(identity: ProcessIdentity, logFile: string): Jvm {
  const gone = (timeoutMs: number) => until(() => !isAlive(identity), { timeoutMs, intervalMs: 20 });
  const kill9 = async () => {
    signalProcess(identity, 'SIGKILL');
    await gone(stopBudgetMs);
  };
  return {
    identity,
    logFile,
    isAlive: () => isAlive(identity),
    stop: async () => {
      signalProcess(identity, 'SIGTERM');
      if (!(await gone(stopBudgetMs))) await kill9();
    },
    kill9,
    freeze: () => signalProcess(identity, 'SIGSTOP'),
    thaw: () => signalProcess(identity, 'SIGCONT'),
  };
}

/** One that dies is noticed at once, so only one that hangs is waited for: a busy machine may be many times slower. */
export const startTimeoutMs = 180_000;

/** One that still works has so many times the budget: it is slow, not stuck. */
const slowFactor = 5;
/** Of the budget: one that used less CPU than a hundredth of this time is stuck. */
const lookAtShare = 1 / 6;
const idleShare = 1 / 100;

export type ReadyOptions = {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** CPU that the process has used so far; null where nobody can tell. Default: what the kernel says. */
  readonly cpuMs?: () => number | null;
};

/**
 * Waits until `probe` says yes. A process that ends first, or the budget's end, stops it and throws with its log's end. The
 * budget goes on, up to five times, while the process works.
 */
export async function whenReady(
  jvm: Jvm,
  what: string,
  probe: () => Promise<boolean>,
  { timeoutMs, signal, cpuMs = () => cpuMsOf(jvm.identity) }: ReadyOptions,
): Promise<void> {
  const startedMs = nowMs();
  const lookMs = timeoutMs * lookAtShare;
  let looked = { atMs: startedMs, cpuMs: cpuMs() };
  let workedAtMs = startedMs;
  const isOver = () => {
    const atMs = nowMs();
    if (atMs - looked.atMs >= lookMs) {
      const now = { atMs, cpuMs: cpuMs() };
      const used = now.cpuMs === null || looked.cpuMs === null ? 0 : now.cpuMs - looked.cpuMs;
      if (used >= (atMs - looked.atMs) * idleShare) workedAtMs = atMs;
      looked = now;
    }
    const waitedMs = atMs - startedMs;
    return waitedMs > timeoutMs && (atMs - workedAtMs > 2 * lookMs || waitedMs > timeoutMs * slowFactor);
  };
  try {
    while (!(await probe())) {
      if (!jvm.isAlive()) {
        throw new StackError('START_FAILED', `The ${what} ended while starting. ${whatToDo(jvm.logFile)}`);
      }
      if (isOver()) {
        const seconds = Math.round((nowMs() - startedMs) / 1000);
        const message = `The ${what} wasn't ready within ${seconds} s. ${whatToDo(jvm.logFile)}`;
        throw new StackError('START_TIMEOUT', message, { retryable: true });
      }
      await sleep(100, signal);
    }
  } catch (error) {
    await jvm.kill9();
    throw error;
  }
}

async function spawnDetached({ java = 'java', javaArguments, folder }: JvmOptions, log: number): Promise<number> {
  const child = spawn(java, javaArguments, {
    detached: true,
    cwd: folder,
    stdio: ['ignore', log, log],
    env: javaEnvironment(),
  });
  const pid = await started(child);
  child.unref();
  return pid;
}

/** In a process group of its own, so that Ctrl-C reaches only its owner, which then stops things in order. */
async function spawnWatched({ java = 'java', javaArguments, folder }: JvmOptions, log: number): Promise<number> {
  const child = spawn('sh', [watchScript, java, ...javaArguments], {
    detached: true,
    cwd: folder,
    stdio: ['pipe', 'pipe', log],
    env: javaEnvironment(),
  });
  await started(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as { unref(): void }).unref();
    return Number(line);
  }
  throw new StackError('JAVA_MISSING', `"${java}" could not be started. Install Java 17 or newer.`);
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid as number));
    child.once('error', (cause) => {
      reject(
        new StackError('JAVA_MISSING', `"${child.spawnfile}" could not be started. Install Java 17 or newer.`, {
          cause,
        }),
      );
    });
  });
}

function rotate(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimitBytes) renameSync(logFile, `${logFile}.1`);
}

const stackFrame = /^\s*(at |\.\.\. \d+ (more|common frames))/;

/** The log's name and its last lines without stack frames, as one line; and what helps where the machine is too busy. */
function whatToDo(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const said = lines.filter((line) => line.trim() !== '' && !stackFrame.test(line)).slice(-4);
  const end = said.map((line) => line.trim().slice(0, 300)).join(' | ');
  const help = /Timeout|timed out/i.test(end)
    ? ' A time-out there means that this machine is too busy: start again when less else runs.'
    : '';
  return `Its log ${logFile} ends: ${end}${help}`;
}
