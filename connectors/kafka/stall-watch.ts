/** The part of a partition's reader that is looked at: its next offset to be read, and where its end was last reached (-1 before that). */
export type Watched = { readonly position: number; readonly endSeenAt: number };

type Seen = {
  readonly position: number;
  readonly endSeenAt: number;
  sinceMs: number;
  /** Looks since the cluster answered that records are missing; null before that. */
  looksSinceMissing: number | null;
};

/**
 * Finds partitions that return no records although they have some, or whose position is outside of their log. The native
 * client reports an error of one partition once, not at all if it comes behind a record in the same poll, and may have
 * stopped fetching that partition: while its neighbours are busy nothing else would show it.
 */
export class StallWatch<W extends Watched> {
  readonly #endOf: (watched: W) => Promise<number>;
  readonly #seen = new WeakMap<W, Seen>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** `endOf` asks the cluster for the end of a partition as its reader may see it. */
  constructor(endOf: (watched: W) => Promise<number>) {
    this.#endOf = endOf;
  }

  /**
   * The stalled ones. Call after a poll that took everything queued: a partition whose records are only queued behind
   * others isn't stalled. `nowMs` is monotonic.
   */
  look(all: readonly W[], nowMs: number): readonly W[] {
    const sinceLookMs = nowMs - this.#lookedAtMs;
    if (sinceLookMs < 1_000) return [];
    this.#lookedAtMs = nowMs;
    // While the loop itself stood still, no position could advance.
    const loopStood = sinceLookMs > 5_000;
    return all.filter((watched) => {
      const { position, endSeenAt } = watched;
      const seen = this.#seen.get(watched);
      if (loopStood || seen?.position !== position || seen.endSeenAt !== endSeenAt) {
        this.#seen.set(watched, { position, endSeenAt, sinceMs: nowMs, looksSinceMissing: null });
        return false;
      }
      if (seen.looksSinceMissing !== null) {
        seen.looksSinceMissing += 1;
        // A record that arrived during the request counts before it is processed. At the first look it may be in the batch
        // in progress; by the second look that is committed.
        if (seen.looksSinceMissing < 2) return false;
        this.#seen.delete(watched);
        return true;
      }
      if (nowMs - seen.sinceMs >= stillMs) {
        seen.sinceMs = nowMs;
        this.#ask(watched, seen);
      }
      return false;
    });
  }

  #ask(watched: W, seen: Seen): void {
    this.#endOf(watched).then(
      (high) => {
        // Markers at the end are behind the position for ever, also once retention has deleted them; that their end was
        // seen says that nothing is missing.
        const behind = Math.max(seen.position, seen.endSeenAt) < high;
        if (behind || seen.position > high) seen.looksSinceMissing ??= 0;
      },
      // Kafka is away, which the loop notices by itself.
      () => {},
    );
  }
}

const stillMs = 30_000;
