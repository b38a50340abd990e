import type { Consumer } from '../client/consumer.ts';

/** What it looks at; a `Task`. */
export type Watched = { readonly partition: number; readonly position: number; readonly endSeenAt: number };

type Seen = {
  readonly position: number;
  readonly endSeenAt: number;
  sinceMs: number;
  /** Looks since the cluster said that something is missing; null while it didn't. */
  looksSinceMissing: number | null;
};

/**
 * Finds partitions that give no records although they have some, or that stand outside of their log. The native client
 * tells an error of one partition once, not at all if it comes behind a record in the same poll, and may have stopped
 * fetching that partition: while its neighbours are busy nothing else would show it.
 */
export class StallWatch {
  readonly #consumer: Pick<Consumer, 'watermarks'>;
  readonly #topic: string;
  readonly #seen = new WeakMap<Watched, Seen>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(consumer: Pick<Consumer, 'watermarks'>, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
  }

  /**
   * Gives what was found. Call after a poll that took all there was: what is only queued behind others doesn't stand
   * still. `nowMs` is monotonic.
   */
  look(tasks: readonly Watched[], nowMs: number): readonly Watched[] {
    const sinceLookMs = nowMs - this.#lookedAtMs;
    if (sinceLookMs < 1_000) return [];
    this.#lookedAtMs = nowMs;
    // Where the loop itself stood still, nobody could move.
    const anew = sinceLookMs > 5_000;
    return tasks.filter((task) => {
      const { position, endSeenAt } = task;
      const seen = this.#seen.get(task);
      if (anew || seen?.position !== position || seen.endSeenAt !== endSeenAt) {
        this.#seen.set(task, { position, endSeenAt, sinceMs: nowMs, looksSinceMissing: null });
        return false;
      }
      if (seen.looksSinceMissing !== null) {
        seen.looksSinceMissing += 1;
        // A record that came while the question was under way is told before it is processed. At the first look it may
        // be in the batch of this very turn; by the second that is committed.
        if (seen.looksSinceMissing < 2) return false;
        this.#seen.delete(task);
        return true;
      }
      if (nowMs - seen.sinceMs >= stillMs) {
        seen.sinceMs = nowMs;
        this.#ask(task.partition, seen);
      }
      return false;
    });
  }

  #ask(partition: number, seen: Seen): void {
    this.#consumer.watermarks(this.#topic, partition, 5_000).then(
      ({ high }) => {
        // Markers at the end are behind the position for ever, also once retention has deleted them; that their end was
        // seen says that nothing is missing.
        const behind = Math.max(seen.position, seen.endSeenAt) < high;
        if (behind || seen.position > high) seen.looksSinceMissing ??= 0;
      },
      // Kafka is away; the loop notices by itself.
      () => {},
    );
  }
}

const stillMs = 30_000;
