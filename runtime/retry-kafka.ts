import { KafkaFault } from '../connectors/kafka/index.ts';
import type { Clock, Platform } from '../platform/host/index.ts';
import { type RetryOptions, retryWhileUnavailable } from '../platform/retry.ts';

/** A clock, and the randomness that spreads retries. */
export type RuntimeClock = Clock & Pick<Platform, 'random'>;

export type KafkaRetryOptions = Pick<RetryOptions, 'untilMs'> & {
  readonly clock: RuntimeClock;
  readonly signal: AbortSignal;
  /** Called before each wait. */
  readonly onRetry?: (fault: unknown) => void;
};

/**
 * The platform's retry with short waits: a broker that elects a leader or coordinator is back within milliseconds. Only
 * faults of Kafka are retried: a `ProcessorFault` that is retryable asks for another process.
 */
export const retryKafka = <T>(call: () => Promise<T>, { clock, ...o }: KafkaRetryOptions): Promise<T> =>
  retryWhileUnavailable(call, {
    ...o,
    platform: clock,
    backoff: { firstMs: 20, longestMs: 2_000 },
    isRetryable: (error) => error instanceof KafkaFault && error.retryable,
  });
