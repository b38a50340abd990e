import { ClickHouseError } from '@clickhouse/client';
import { KafkaFault } from '../../kafka/index.ts';
import { RegistryFault } from '../../registry/index.ts';
import { isOurFault } from '../client.ts';
import { ClickhouseFault } from '../fault.ts';
import type { SinkOptions } from './run-sink.ts';

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
      if (error instanceof ClickHouseError && isOurFault(error)) {
        throw new ClickhouseFault('CLICKHOUSE_REFUSES', `ClickHouse refuses us: ${error.message.slice(0, 300)}`, {
          cause: error,
        });
      }
      options.waitingFor?.(what);
      const message = error instanceof Error ? error.message : String(error);
      options.log.warn({ err: message, tries }, `${what} is away, waiting`);
      await options.platform.sleep(Math.min(5_000, 100 * 2 ** Math.min(tries, 10)), options.signal);
    }
  }
  return undefined;
}
