import { KafkaFault } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';

export type PersistOptions = {
  readonly clock: Clock;
  /** Ends the trying: the last fault is thrown. */
  readonly signal: AbortSignal;
  /** By the clock's monotonic time: no further try begins after it, the last fault is thrown. */
  readonly untilMs?: number;
  /** Told before each further try. */
  readonly onRetry?: (fault: KafkaFault) => void;
};

/**
 * Calls until it works, as long as the fault is retryable: the broker being away means waiting, not dying. Pauses grow
 * from 20 ms to 2 s.
 */
export async function persist<T>(call: () => Promise<T>, o: PersistOptions): Promise<T> {
  for (let pauseMs = 20; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof KafkaFault) || !error.retryable || o.signal.aborted) throw error;
      if (o.untilMs !== undefined && o.clock.monotonicMs() >= o.untilMs) throw error;
      o.onRetry?.(error);
      await o.clock.sleep(pauseMs, o.signal);
    }
  }
}
