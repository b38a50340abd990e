import { isRetryable } from './faults.ts';
import { loggedRetry, type RetryOptions } from './retry.ts';
import type { Logger } from './telemetry/index.ts';

export type WhenAvailableOptions = {
  readonly platform: RetryOptions['platform'];
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called with what is waited for, in words, and null once it isn't. */
  readonly waitingFor: (what: string | null) => void;
};

/**
 * What a role can't go on without: calls until it answers, and says meanwhile that it is waited for.
 *
 * @param what what has to answer, e.g. `Kafka`
 * @throws Abandoned once the signal aborts; at once what waiting doesn't help against
 */
export async function whenAvailable<T>(
  { platform, log, signal, waitingFor }: WhenAvailableOptions,
  what: string,
  call: () => T | Promise<T>,
): Promise<T> {
  try {
    return await loggedRetry(platform, log)(`reach ${what}`, signal, async () => {
      try {
        return await call();
      } catch (error) {
        if (isRetryable(error)) waitingFor(`${what} (${error.message})`);
        throw error;
      }
    });
  } finally {
    waitingFor(null);
  }
}
