import { adaptivePace, CloudFault } from '../../connectors/vod/index.ts';
import type { Clock, Platform } from '../../platform/host/index.ts';
import { type Backoff, retryWhileUnavailable } from '../../platform/retry.ts';

/** Makes one call of the configuration APIs at their rate, and makes it again where the cloud did nothing. */
export type RetriedCall = <T>(call: () => Promise<T>) => Promise<T>;

/** Half of what an account may (cloud facts 3): others configure too. */
const callsPerSecond = 5;
const mostTries = 6;
const backoff: Backoff = { firstMs: 500, longestMs: 10_000 };

/** The returned function throws the `CloudFault` that a repetition didn't or can't end. */
export function retriedCalls(platform: Clock & Pick<Platform, 'random'>): RetriedCall {
  const pace = adaptivePace({ perSecond: callsPerSecond }, platform);
  const never = new AbortController().signal;
  return (call) =>
    retryWhileUnavailable(
      async () => {
        await pace.acquire(never);
        return await call();
      },
      {
        platform,
        backoff,
        maxTries: mostTries,
        isRetryable: isForNow,
        onRetry: (fault) => {
          if ((fault as CloudFault).kind === 'throttled') pace.throttled();
        },
      },
    );
}

const isForNow = (fault: unknown): boolean =>
  fault instanceof CloudFault && (fault.kind === 'throttled' || fault.kind === 'retryable') && !fault.accountWide;
