import { RegistryFault } from '../../connectors/avro/index.ts';
import { ClickhouseFault, isClickhouseDenial, problemOf } from '../../connectors/clickhouse/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import type { SinkOptions } from './options.ts';

/** What readiness says of a ClickHouse that a person must mend. */
export const mending = (text: string): string => `ClickHouse to be mended: ${text}`;

/**
 * Calls until it answers; undefined when the signal aborts first.
 * @throws what waiting doesn't help against, e.g. ClickhouseFault `CLICKHOUSE_REFUSES` for wrong credentials
 */
export async function untilThere<T>(
  options: Pick<SinkOptions, 'signal' | 'log' | 'platform' | 'waitingFor'>,
  what: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  for (let tries = 1; !options.signal.aborted; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ClickhouseFault) throw error;
      if ((error instanceof RegistryFault || error instanceof KafkaFault) && !error.retryable) throw error;
      const problem = problemOf(error);
      if (problem !== null && isClickhouseDenial(error)) {
        throw new ClickhouseFault('CLICKHOUSE_REFUSES', `ClickHouse refuses us: ${problem.text}`, {
          denied: true,
          cause: error,
        });
      }
      const message = problem?.text ?? (error instanceof Error ? error.message : String(error));
      if (problem?.kind === 'person') {
        options.waitingFor?.(mending(message));
        options.log.error({ err: message, tries }, 'ClickHouse has to be mended, waiting');
      } else {
        options.waitingFor?.(what);
        options.log.warn({ err: message, tries }, `${what} is away, waiting`);
      }
      await options.platform.sleep(Math.min(5_000, 100 * 2 ** Math.min(tries, 10)), options.signal);
    }
  }
  return undefined;
}
