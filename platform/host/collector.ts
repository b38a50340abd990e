import { setFlagsFromString } from 'node:v8';

/**
 * Lets this process's heap grow to four times of what lives in it before all of it is collected. For a role that holds little and
 * lets buffers pass through in masses: V8 counts their bytes beside what lives, though the collector of young objects frees
 * them, and would go over all of the heap several times a second, for a tenth of the process's CPU.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=300');
}

/**
 * Lets this process's heap grow to no more than three times of what lives in it before all of it is collected; V8's own rule lets it
 * grow to four times. For a role whose memory is bounded by a budget.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
