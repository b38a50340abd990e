import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/host/index.ts';
import { type RateLimit, type RateLimitOptions, rateLimit } from '../../platform/rate-limit.ts';

/** Addresses remembered at once; the one that has been quiet longest is forgotten first, and starts anew. */
const mostAddresses = 10_000;

/** A rate limit for every address. */
export function rateLimitPerAddress(options: RateLimitOptions, clock: Clock): { take(address: string): boolean } {
  const limits = new LRUCache<string, RateLimit>({ max: mostAddresses });
  return {
    take(address) {
      let limit = limits.get(address);
      if (limit === undefined) {
        limit = rateLimit(options, clock);
        limits.set(address, limit);
      }
      return limit.take();
    },
  };
}
