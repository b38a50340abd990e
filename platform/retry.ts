import { Abandoned } from './abandoned.ts';
import { type Fault, isRetryable } from './faults.ts';
import { type Platform, systemPlatform } from './host/index.ts';
import type { Logger } from './telemetry/index.ts';

/** How long to wait before trying again. */
export type Backoff = { readonly firstMs: number; readonly longestMs: number };

/** Doubles with every try; half of the wait is random, so that many waiters don't come back together. */
export function backoffMs(backoff: Backoff, tries: number, random: () => number): number {
  const full = Math.min(backoff.longestMs, backoff.firstMs * 2 ** Math.min(tries - 1, 30));
  return full / 2 + (full / 2) * random();
}

export type RetryOptions = {
  /** Without a `random` of its own: this process's. */
  readonly platform: Pick<Platform, 'sleep' | 'monotonicMs'> & Partial<Pick<Platform, 'random'>>;
  /** Default: 200 ms to 10 s. */
  readonly backoff?: Backoff;
  /** No further try begins once it aborts. */
  readonly signal?: AbortSignal;
  /** By the platform's monotonic time: no further try begins after it. */
  readonly untilMs?: number;
  /** Tries in all. Default: no limit. */
  readonly maxTries?: number;
  /** Default: what the fault says of itself. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Called before each wait. What it throws ends the trying. */
  readonly onRetry?: (
    error: unknown,
    next: { readonly tries: number; readonly waitMs: number },
  ) => void | Promise<void>;
};

const usualBackoff: Backoff = { firstMs: 200, longestMs: 10_000 };

/**
 * Calls until it works, as long as what it throws is retryable: a system that is away means waiting, not dying.
 *
 * @throws the last error: one that is not retryable, or any once `signal`, `untilMs` or `maxTries` ended the trying
 */
export async function retryWhileUnavailable<T>(
  call: (tries: number) => T | Promise<T>,
  { platform, backoff = usualBackoff, signal, untilMs = Infinity, maxTries = Infinity, ...o }: RetryOptions,
): Promise<T> {
  const mayPass = o.isRetryable ?? isRetryable;
  const random = platform.random ?? systemPlatform.random;
  for (let tries = 1; ; tries++) {
    try {
      return await call(tries);
    } catch (error) {
      const leftMs = untilMs - platform.monotonicMs();
      if (signal?.aborted || tries >= maxTries || leftMs <= 0 || !mayPass(error)) throw error;
      const waitMs = Math.min(leftMs, backoffMs(backoff, tries, random));
      await o.onRetry?.(error, { tries, waitMs });
      await platform.sleep(waitMs, signal);
      if (signal?.aborted) throw error;
    }
  }
}

/** `retryWhileUnavailable` for work that a signal can take away; `doing` completes "cannot … yet". */
export type LoggedRetry = <T>(
  doing: string,
  signal: AbortSignal,
  call: (tries: number) => T | Promise<T>,
) => Promise<T>;

/** The returned function says in the log what is tried again, and throws `Abandoned` where its signal ended the trying. */
export function loggedRetry(platform: RetryOptions['platform'], log: Logger): LoggedRetry {
  return async (doing, signal, call) => {
    try {
      return await retryWhileUnavailable(call, {
        platform,
        signal,
        onRetry: (error, { tries }) => log.warn({ code: (error as Fault).code, tries }, `cannot ${doing} yet`),
      });
    } catch (error) {
      if (signal.aborted && isRetryable(error)) throw new Abandoned({ cause: error });
      throw error;
    }
  };
}
