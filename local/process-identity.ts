import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * A process that can't be mistaken for a later one with the same number: pids are used again, often soon in a
 * container. `started` is opaque; only equality means anything.
 */
export type ProcessIdentity = { readonly pid: number; readonly started: string };

/** The identity of a running process; undefined where there is none (a zombie has none). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.started;
}

/** Sends `signal` only while the pid still belongs to that very process. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How much CPU a process has used, in milliseconds; null where that can't be told. */
export function cpuMsOf({ pid }: ProcessIdentity): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime, in ticks of 10 ms (USER_HZ, the same on every Linux).
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * 10 : null;
  } catch {
    return null;
  }
}

function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startInProc(pid) : startByPs(pid);
}

/**
 * /proc/PID/stat: `pid (name) state …`; the name may hold blanks and parentheses; field 22 is the start in ticks.
 * A zombie whose other threads haven't ended yet still holds its sockets and locks, so it counts as running.
 */
function startInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1) return undefined;
    return fields[19];
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [state, ...started] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
