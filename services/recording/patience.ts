import { adaptivePace, CloudFault } from '../../connectors/vod/index.ts';
import { type Backoff, backoffMs } from '../../platform/backoff.ts';
import type { Clock } from '../../platform/host/index.ts';

/** Makes one call of the configuration APIs when it is its turn, again where the cloud did nothing for now. */
export type Patiently = <T>(call: () => Promise<T>) => Promise<T>;

/** Half of what an account may (cloud facts 3): others configure too. */
const callsPerSecond = 5;
const mostTries = 6;
const backoff: Backoff = { firstMs: 500, longestMs: 10_000 };

/** The returned function throws the `CloudFault` that repeating didn't or can't mend. */
export function patience(clock: Clock, random: () => number): Patiently {
  const pace = adaptivePace({ perSecond: callsPerSecond }, clock);
  const never = new AbortController().signal;
  return async (call) => {
    for (let tries = 1; ; tries++) {
      await pace.turn(never);
      try {
        return await call();
      } catch (fault) {
        if (!(fault instanceof CloudFault) || !isForNow(fault) || tries >= mostTries) throw fault;
        if (fault.kind === 'throttled') pace.throttled();
        await clock.sleep(backoffMs(backoff, tries, random));
      }
    }
  };
}

function isForNow({ kind, accountWide }: CloudFault): boolean {
  return (kind === 'throttled' || kind === 'retryable') && !accountWide;
}
