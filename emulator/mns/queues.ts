import type { Clock } from '../clock.ts';
import { MessageQueue, type QueueAttributes } from './queue.ts';

/** The account's queues by name. */
export class Queues {
  readonly byName = new Map<string, MessageQueue>();
  readonly #clock: Clock;
  readonly #onDeleted: () => void;

  /** `onDeleted` is called whenever a message was deleted. */
  constructor(clock: Clock, onDeleted: () => void) {
    this.#clock = clock;
    this.#onDeleted = onDeleted;
  }

  create(name: string, attributes: Partial<QueueAttributes> = {}): MessageQueue {
    const queue = new MessageQueue(this.#clock, this.#onDeleted, attributes);
    this.byName.set(name, queue);
    return queue;
  }

  /** Writes a callback. False where there is no such queue or it is too large: as at the cloud, it is lost. */
  send(name: string, body: string): boolean {
    return (this.byName.get(name)?.send(body) ?? null) !== null;
  }

  close(): void {
    for (const queue of this.byName.values()) queue.close();
  }

  /** Messages not deleted yet, over all queues. */
  get size(): number {
    return [...this.byName.values()].reduce((sum, queue) => sum + queue.size, 0);
  }
}
