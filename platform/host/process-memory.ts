import { readFileSync } from 'node:fs';

/** Private (anonymous) memory of a process in bytes, from /proc; null where it can't be read: no Linux, or no such process. */
export function privateBytesOf(pid: number): number | null {
  return bytesOf('RssAnon', pid);
}

/** Resident and private (anonymous) memory of a process in MB, from /proc; null where there is none. */
export function memoryOf(pid: number): { residentMb: number; privateMb: number } | null {
  const [resident, own] = [bytesOf('VmRSS', pid), privateBytesOf(pid)];
  const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);
  return resident === null || own === null ? null : { residentMb: mb(resident), privateMb: mb(own) };
}

/** What /proc/PID/status says under a name; null where it says nothing. */
function bytesOf(name: string, pid: number): number | null {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
    const line = lines.find((one) => one.startsWith(`${name}:`));
    return line === undefined ? null : Number.parseInt(line.slice(name.length + 1), 10) * 1024;
  } catch {
    return null;
  }
}
