import type { Consumer } from '../client/consumer.ts';

/** What it looks at; a `Task`. */
export type Watched = { readonly partition: number; readonly position: number; readonly endSeenAt: number };

type Seen = { position: number; endSeenAt: number; sinceMs: number };

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
  #stalled: Watched[] = [];

  constructor(consumer: Pick<Consumer, 'watermarks'>, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
  }

  /** Call after a poll that took all there was: what is only queued behind others doesn't stand still. `nowMs` is monotonic. */
  look(tasks: readonly Watched[], nowMs: number): void {
    const sinceLookMs = nowMs - this.#lookedAtMs;
    if (sinceLookMs < 1_000) return;
    this.#lookedAtMs = nowMs;
    // Where the loop itself stood still, nobody could move.
    const anew = sinceLookMs > 5_000;
    for (const task of tasks) {
      const { position, endSeenAt } = task;
      const seen = this.#seen.get(task);
      if (anew || seen?.position !== position || seen.endSeenAt !== endSeenAt) {
        this.#seen.set(task, { position, endSeenAt, sinceMs: nowMs });
      } else if (nowMs - seen.sinceMs >= stillMs) {
        seen.sinceMs = nowMs;
        this.#ask(task, position);
      }
    }
  }

  /** What was found since the last call. */
  take(): readonly Watched[] {
    const found = this.#stalled;
    this.#stalled = [];
    return found;
  }

  #ask(task: Watched, position: number): void {
    this.#consumer.watermarks(this.#topic, task.partition, 5_000).then(
      ({ low, high }) => {
        if (task.position !== position) return;
        // Markers at the end are behind the position for ever; that their end was seen says that nothing is missing.
        const behind = Math.max(position, task.endSeenAt) < high;
        if (behind || position < low || position > high) this.#stalled.push(task);
      },
      // Kafka is away; the loop notices by itself.
      () => {},
    );
  }
}

const stillMs = 30_000;
