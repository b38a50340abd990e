import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const instances = ['a', 'b', 'c'] as const;
export type Instance = (typeof instances)[number];

export type FleetOptions = {
  readonly folder: string;
  /** Settings of every instance besides its name. */
  readonly settings: Readonly<Record<string, string>>;
};

type Member = {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  expectedToEnd: boolean;
  /** Its processes that stand still. */
  frozen: readonly number[];
};

const main = resolve(import.meta.dirname, '../../cli/main.ts');
const stopBudgetMs = 30_000;
const restartAfterMs = 500;

/**
 * Instances of `live2vod run processor`, as an operator would run them: one that ends by itself is started again. One may be
 * several processes, which its own supervisor starts again.
 */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Map<Instance, Member>();
  #closed = false;
  /** What no fault of the schedule explains: a process that ended by itself, a stop that took too long. */
  readonly surprises: string[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  start(instance: Instance): void {
    if (this.#members.has(instance) || this.#closed) return;
    const log = openSync(this.#logFile(instance), 'a');
    const child = spawn(process.execPath, [main, 'run', 'processor'], {
      cwd: this.#options.folder,
      // The channel's end tells it that this process is gone.
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        PATH: process.env.PATH,
        UV_THREADPOOL_SIZE: '16',
        ...this.#options.settings,
        LIVE2VOD_HOME: this.#home,
        LIVE2VOD_INSTANCE: instance,
      },
    });
    closeSync(log);
    const gone = new Promise<void>((done) => {
      child.once('close', (code, signal) => {
        if (this.#members.get(instance) === member) this.#members.delete(instance);
        if (!member.expectedToEnd) this.#endedByItself(instance, `exit ${code ?? signal}`);
        done();
      });
    });
    const member: Member = { child, gone, expectedToEnd: false, frozen: [] };
    this.#members.set(instance, member);
  }

  /** All of it. */
  async kill9(instance: Instance): Promise<void> {
    const processes = processesOf(this.#members.get(instance)?.child.pid);
    const member = this.#end(instance, 'SIGKILL');
    for (const pid of processes) signalTo(pid, 'SIGKILL');
    await member?.gone;
  }

  /** One of its processes, which comes back by itself, or what supervises them; all of it where it is one process. */
  async kill9Part(instance: Instance, pick: number): Promise<void> {
    const processes = processesOf(this.#members.get(instance)?.child.pid);
    const victim = processes[pick % (processes.length + 1)];
    if (victim !== undefined) signalTo(victim, 'SIGKILL');
    else await this.#end(instance, 'SIGKILL')?.gone;
  }

  /** SIGTERM, as a deployment does it. */
  async stop(instance: Instance): Promise<void> {
    const member = this.#end(instance, 'SIGTERM');
    if (!member) return;
    const tooLong = setTimeout(() => {
      this.surprises.push(`${instance}: SIGTERM did not end it within ${stopBudgetMs / 1000} s`);
      member.child.kill('SIGKILL');
    }, stopBudgetMs);
    await member.gone;
    clearTimeout(tooLong);
    const { exitCode, signalCode } = member.child;
    // One that has only just been started ends before it listens.
    if (exitCode !== 0 && signalCode !== 'SIGTERM' && !this.#endedAfterItsWork(instance))
      this.surprises.push(`${instance}: a stop ended with ${exitCode ?? signalCode}`);
  }

  /** One of its processes. */
  freeze(instance: Instance, pick: number): void {
    const member = this.#members.get(instance);
    if (member?.child.pid === undefined) return;
    const processes = processesOf(member.child.pid);
    member.frozen = [processes[pick % Math.max(1, processes.length)] ?? member.child.pid];
    for (const pid of member.frozen) signalTo(pid, 'SIGSTOP');
  }

  thaw(instance: Instance): void {
    for (const pid of this.#members.get(instance)?.frozen ?? []) signalTo(pid, 'SIGCONT');
  }

  /** Deletes one store of an instance that doesn't run, or all of them. */
  async wipe(instance: Instance, pick: number): Promise<void> {
    const state = join(this.#home, 'state');
    for (const app of await readdir(state)) {
      const names = await readdir(join(state, app));
      for (const name of names.filter((one) => one === instance || one.startsWith(`${instance}_`)))
        await wipeStores(join(state, app, name), pick);
    }
  }

  /** Whether a process of this name has said that it is ready. */
  wasReady(instance: Instance): boolean {
    return this.#logged(instance).some((line) => line.msg === 'ready' && line.process === undefined);
  }

  /** How often the processors gave each answer to a fault, by their logs. */
  answers(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const instance of instances) {
      for (const { answer } of this.#logged(instance)) {
        if (typeof answer === 'string') counts.set(answer, (counts.get(answer) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** When the processors said that they are ready, or not and why, by their logs; epoch milliseconds. */
  readiness(): { readonly atMs: number; readonly text: string }[] {
    return instances
      .flatMap((instance) =>
        this.#logged(instance)
          .filter(({ msg }) => msg === 'ready' || msg === 'not ready')
          .map(({ time, msg, waitingFor }) => ({
            atMs: Date.parse(String(time)),
            text: `${instance} ${msg}${waitingFor === undefined ? '' : `: ${waitingFor}`}`,
          })),
      )
      .sort((a, b) => a.atMs - b.atMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const instance of instances) {
      this.thaw(instance);
      await this.kill9(instance);
    }
  }

  get #home(): string {
    return join(this.#options.folder, 'home');
  }

  #logFile(instance: Instance): string {
    return join(this.#options.folder, `processor-${instance}.log`);
  }

  #end(instance: Instance, signal: NodeJS.Signals): Member | undefined {
    const member = this.#members.get(instance);
    if (!member) return undefined;
    member.expectedToEnd = true;
    member.child.kill(signal);
    return member;
  }

  #endedByItself(instance: Instance, how: string): void {
    const { err } = this.#logged(instance).findLast((line) => Number(line.level) >= 50) ?? {};
    const why = (err as { message?: string } | undefined)?.message ?? '';
    this.surprises.push(`${instance} ended by itself: ${how} ${why}`);
    setTimeout(() => this.start(instance), restartAfterMs);
  }

  /** One that had stopped, but for a call to a broker that is gone, which never returns: it says so, and kills itself. */
  #endedAfterItsWork(instance: Instance): boolean {
    const [stopped = '', end = ''] = this.#lines(instance).slice(-2);
    return stopped.includes('"msg":"stopped"') && /a call did not return .* ends itself by SIGKILL$/.test(end);
  }

  #lines(instance: Instance): string[] {
    try {
      return readFileSync(this.#logFile(instance), 'utf8').split('\n').filter(Boolean);
    } catch {
      return []; // Never started.
    }
  }

  #logged(instance: Instance): Record<string, unknown>[] {
    return this.#lines(instance).flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return []; // A line that a kill cut off, or no line of the log.
      }
    });
  }
}

/** The processes that an instance has started for its work; none where it works itself. */
function processesOf(pid: number | undefined): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--process'));
  } catch {
    return []; // It has just ended.
  }
}

async function wipeStores(folder: string, pick: number): Promise<void> {
  const stores = await readdir(folder).catch(() => []);
  const store = stores[pick % Math.max(1, stores.length)];
  const wiped = pick % 3 === 0 || store === undefined ? folder : join(folder, store);
  await rm(wiped, { recursive: true, force: true });
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it is gone.
  }
}
