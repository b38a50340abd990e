import { readFileSync } from 'node:fs';

/** Private (anonymous) memory of a process in bytes, from /proc; null where it can't be read: no Linux, or no such process. */
export function privateBytesOf(pid: number): number | null {
  try {
    const kb = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) * 1024;
  } catch {
    return null;
  }
}

/** Resident and private (anonymous) memory of a process in MB, from /proc; null where there is none. */
export function memoryOf(pid: number): { residentMb: number; privateMb: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const lines = new Map(status.split('\n').map((line) => line.split(':') as [name: string, value: string]));
    const kb = (name: string) => Number(lines.get(name)?.trim().split(' ')[0] ?? 0);
    return { residentMb: Math.round(kb('VmRSS') / 1024), privateMb: Math.round(kb('RssAnon') / 1024) };
  } catch {
    return null;
  }
}
