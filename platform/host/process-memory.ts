import { readFileSync } from 'node:fs';

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
