import { hash } from 'node:crypto';

/**
 * Requests answered lately, so that an exact resend (same timestamp, same signature, same bytes) is answered like the
 * first and published once. An entry lives as long as its timestamp would be accepted; past `capacity` the oldest are
 * forgotten, and their resends published again, which downstream counts as one event anyway.
 */
export type Resends = {
  /**
   * Runs `publish` unless the same request has been published, or is being published now: then its promise is given
   * instead. A failed one is forgotten, so that the cloud's next attempt publishes.
   */
  once(identity: string, nowMs: number, publish: () => Promise<void>): { resent: boolean; durable: Promise<void> };
  readonly size: number;
};

const textLength = 10 + 32;
let scratch = Buffer.alloc(64 * 1024);

/**
 * What makes two requests to one path the same request: a digest of timestamp, signature and body.
 * @param timestamp 10 digits, as verified
 * @param signature 32 hex digits, as verified
 */
export function requestIdentity(timestamp: string, signature: string, body: Uint8Array): string {
  const length = textLength + body.length;
  if (scratch.length < length) scratch = Buffer.alloc(length);
  scratch.write(timestamp + signature.toLowerCase(), 0, 'latin1');
  scratch.set(body, textLength);
  return hash('sha256', scratch.subarray(0, length), 'binary');
}

/** On its way while it has a promise. Seconds (epoch) are small integers: no garbage in tens of thousands of entries. */
type Entry = { readonly untilSeconds: number; durable: Promise<void> | null };

export function rememberResends(options: { capacity: number; lifetimeMs: number }): Resends {
  const entries = new Map<string, Entry>();
  // Who is next to be forgotten: a ring of the identities in order of arrival.
  const ring: string[] = [];
  let oldest = 0;

  function remember(identity: string, entry: Entry): void {
    entries.set(identity, entry);
    if (ring.length < options.capacity) {
      ring.push(identity);
      return;
    }
    const forgotten = ring[oldest];
    if (forgotten !== undefined && forgotten !== identity) entries.delete(forgotten);
    ring[oldest] = identity;
    oldest = (oldest + 1) % options.capacity;
  }

  return {
    once(identity, nowMs, publish) {
      const known = entries.get(identity);
      if (known !== undefined && known.untilSeconds * 1000 > nowMs) {
        return { resent: true, durable: known.durable ?? published };
      }
      const durable = publish();
      const entry: Entry = { untilSeconds: Math.ceil((nowMs + options.lifetimeMs) / 1000), durable };
      remember(identity, entry);
      durable.then(
        () => {
          entry.durable = null;
        },
        () => {
          if (entries.get(identity) === entry) entries.delete(identity);
        },
      );
      return { resent: false, durable };
    },
    get size() {
      return entries.size;
    },
  };
}

const published = Promise.resolve();
