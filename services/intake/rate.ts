import type { Clock } from '../../platform/host/index.ts';

type Rate = { readonly perSecond: number; readonly burst: number };

/** A token bucket: `take()` is true at most `perSecond` times a second on average, `burst` times at once. */
export function rateLimit(options: Rate, clock: Clock): { take(): boolean } {
  let tokens = options.burst;
  let filledAtMs = clock.monotonicMs();
  return {
    take() {
      const nowMs = clock.monotonicMs();
      tokens = Math.min(options.burst, tokens + ((nowMs - filledAtMs) / 1000) * options.perSecond);
      filledAtMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** Addresses remembered at once; the one that has been known longest is forgotten first, and starts anew. */
const mostAddresses = 10_000;

/** A token bucket for every address. */
export function rateLimitPerAddress(options: Rate, clock: Clock): { take(address: string): boolean } {
  const buckets = new Map<string, ReturnType<typeof rateLimit>>();
  return {
    take(address) {
      let bucket = buckets.get(address);
      if (bucket === undefined) {
        const [oldest] = buckets.size >= mostAddresses ? buckets.keys() : [];
        if (oldest !== undefined) buckets.delete(oldest);
        bucket = rateLimit(options, clock);
        buckets.set(address, bucket);
      }
      return bucket.take();
    },
  };
}
