/** The one place of this room that reads the clock and waits. */
import { performance } from 'node:perf_hooks';

/** Milliseconds on a clock that never goes back. */
export const nowMs = (): number => performance.now();

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

/** Asks `condition` every `intervalMs` until it is true (then true) or `timeoutMs` have passed (then false). */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs, signal }: { timeoutMs: number; intervalMs: number; signal?: AbortSignal },
): Promise<boolean> {
  const deadline = nowMs() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (nowMs() >= deadline) return false;
    await sleep(intervalMs, signal);
  }
}
