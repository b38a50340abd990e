import { Abandoned } from './abandoned.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import type { Platform } from './host/index.ts';
import type { Logger } from './telemetry/index.ts';

/** Repeats work that failed for now (broker or registry away) until it works. */
export type Persist = <T>(doing: string, stop: AbortSignal, work: () => T | Promise<T>) => Promise<T>;

const backoff: Backoff = { firstMs: 200, longestMs: 10_000 };

/** The returned function throws `Abandoned` once its signal aborts, and what isn't retryable at once. */
export function persistence(platform: Pick<Platform, 'sleep' | 'random'>, log: Logger): Persist {
  return async (doing, stop, work) => {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!isRetryable(error)) throw error;
        log.warn({ code: error.code, tries }, `cannot ${doing} yet`);
        await platform.sleep(backoffMs(backoff, tries, platform.random), stop);
        if (stop.aborted) throw new Abandoned();
      }
    }
  };
}

type RetryableError = Error & { readonly retryable: true; readonly code: string };

/** Faults of Kafka and of the registry both say whether the same call may succeed later. */
export function isRetryable(error: unknown): error is RetryableError {
  return error instanceof Error && (error as Partial<RetryableError>).retryable === true;
}
