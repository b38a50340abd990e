import { readFileSync } from 'node:fs';

/**
 * Identifies the current boot of this machine, null where the system doesn't say. What was written and not flushed is
 * in the kernel's memory for as long as the name stays the same, whatever happens to processes.
 */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null;
  }
}
