import { ClickhouseFault, isClickhouseDenial, problemOf } from '../../connectors/clickhouse/index.ts';
import { Fault, isRetryable } from '../../platform/faults.ts';
import { retryWhileUnavailable } from '../../platform/retry.ts';
import type { SinkOptions } from './options.ts';

/** What readiness says of a ClickHouse that a person must mend. */
export const mending = (text: string): string => `ClickHouse to be mended: ${text}`;

const backoff = { firstMs: 200, longestMs: 5_000 };

/**
 * Calls until it answers; undefined when the signal aborts first.
 * @throws what waiting doesn't help against, e.g. ClickhouseFault `CLICKHOUSE_REFUSES` for wrong credentials
 */
export async function waitUntilAvailable<T>(
  options: Pick<SinkOptions, 'signal' | 'log' | 'platform' | 'waitingFor'>,
  what: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  const { log, platform, signal, waitingFor } = options;
  if (signal.aborted) return undefined;
  let waited = false;
  try {
    const answer = await retryWhileUnavailable(() => call().catch(refused), {
      platform,
      backoff,
      signal,
      isRetryable: mayBecomeAvailable,
      onRetry: (error, { tries }) => {
        waited = true;
        const problem = problemOf(error);
        const message = problem?.text ?? (error instanceof Error ? error.message : String(error));
        if (problem?.kind === 'person') {
          waitingFor?.(mending(message));
          log.error({ err: message, tries }, 'ClickHouse has to be mended, waiting');
        } else {
          waitingFor?.(what);
          log.warn({ err: message, tries }, `${what} is away, waiting`);
        }
      },
    });
    if (waited) waitingFor?.(null);
    return answer;
  } catch (error) {
    if (signal.aborted && mayBecomeAvailable(error)) return undefined;
    throw error;
  }
}

/** What is no fault of ours comes from a client that says nothing of itself: it is waited for. */
const mayBecomeAvailable = (error: unknown): boolean => isRetryable(error) || !(error instanceof Fault);

function refused(error: unknown): never {
  const problem = problemOf(error);
  if (problem === null || !isClickhouseDenial(error)) throw error;
  throw new ClickhouseFault('CLICKHOUSE_REFUSES', `ClickHouse refuses us: ${problem.text}`, {
    denied: true,
    cause: error,
  });
}
