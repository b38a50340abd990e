import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** Attributes as MNS names them, with its defaults (cloud facts 2.2). Seconds. */
export type QueueAttributes = {
  readonly VisibilityTimeout: number;
  readonly MaximumMessageSize: number;
  readonly MessageRetentionPeriod: number;
  readonly PollingWaitSeconds: number;
  readonly DelaySeconds: number;
  readonly LoggingEnabled: boolean;
};

export const defaultAttributes: QueueAttributes = {
  VisibilityTimeout: 30,
  MaximumMessageSize: 65_536,
  MessageRetentionPeriod: 345_600,
  PollingWaitSeconds: 0,
  DelaySeconds: 0,
  LoggingEnabled: false,
};

/** A message as received; times are epoch ms. */
export type Message = {
  readonly messageId: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly enqueuedAtMs: number;
  /** 1 to 16; the lower number is handed out first. */
  readonly priority: number;
  firstDequeuedAtMs: number;
  nextVisibleAtMs: number;
  dequeueCount: number;
  /** Names the latest delivery; null while the message waits. */
  receiptHandle: string | null;
};

/** Whether a handle names a message that is out on it: `stale` when its lease has ended or another has taken over. */
export type Handled = 'done' | 'stale' | 'unknown';

/**
 * A standard queue: no order promised, a message that isn't deleted within its visibility time-out comes again, with
 * another handle.
 */
export class MessageQueue {
  readonly createdMs: number;
  modifiedMs: number;
  attributes: QueueAttributes;
  readonly #clock: Clock;
  readonly #onDeleted: () => void;
  readonly #messages = new Map<string, Message>();
  readonly #arrivals = new Set<() => void>();
  #closed = false;

  constructor(clock: Clock, onDeleted: () => void, attributes: Partial<QueueAttributes> = {}) {
    this.#clock = clock;
    this.#onDeleted = onDeleted;
    this.attributes = { ...defaultAttributes, ...attributes };
    this.createdMs = clock.now();
    this.modifiedMs = this.createdMs;
  }

  change(attributes: Partial<QueueAttributes>): void {
    this.attributes = { ...this.attributes, ...attributes };
    this.modifiedMs = this.#clock.now();
  }

  /** The new message; null where it is larger than the queue takes. */
  send(
    body: string,
    { delaySeconds = this.attributes.DelaySeconds, priority = 8 }: { delaySeconds?: number; priority?: number } = {},
  ): Message | null {
    if (Buffer.byteLength(body) > this.attributes.MaximumMessageSize) return null;
    const nowMs = this.#clock.now();
    const message: Message = {
      messageId: randomUUID().replaceAll('-', '').toUpperCase(),
      body,
      bodyMd5: createHash('md5').update(body).digest('hex').toUpperCase(),
      enqueuedAtMs: nowMs,
      priority,
      firstDequeuedAtMs: 0,
      nextVisibleAtMs: nowMs + delaySeconds * 1000,
      dequeueCount: 0,
      receiptHandle: null,
    };
    this.#messages.set(message.messageId, message);
    for (const arrived of this.#arrivals) arrived();
    return message;
  }

  /**
   * Up to `count` visible messages, which become invisible. Waits up to `waitMs` for the first; not at all where
   * `longPolls` wait already.
   */
  async receive(count: number, waitMs: number, longPolls = Number.POSITIVE_INFINITY): Promise<Message[]> {
    const mayWait = this.#arrivals.size < longPolls;
    const deadlineMs = this.#clock.now() + (mayWait ? waitMs : 0);
    for (;;) {
      const found = this.visible(count);
      const leftMs = deadlineMs - this.#clock.now();
      if (found.length > 0 || leftMs <= 0 || this.#closed) return found.map((message) => this.#hand(message));
      await this.#change(leftMs);
    }
  }

  /** Up to `count` visible messages, left as they are. */
  visible(count: number): Message[] {
    this.#expire();
    const nowMs = this.#clock.now();
    return [...this.#messages.values()]
      .filter((message) => message.nextVisibleAtMs <= nowMs)
      .sort((a, b) => a.priority - b.priority)
      .slice(0, count);
  }

  remove(receiptHandle: string): Handled {
    const message = this.#byHandle(receiptHandle);
    if (!message) return 'unknown';
    if (!this.#isOut(message, receiptHandle)) return 'stale';
    this.#messages.delete(message.messageId);
    this.#onDeleted();
    return 'done';
  }

  /** Keeps the message invisible for that long from now; it then bears a new handle. */
  extend(receiptHandle: string, seconds: number): Message | Exclude<Handled, 'done'> {
    const message = this.#byHandle(receiptHandle);
    if (!message) return 'unknown';
    if (!this.#isOut(message, receiptHandle)) return 'stale';
    message.nextVisibleAtMs = this.#clock.now() + seconds * 1000;
    message.receiptHandle = handleFor(message);
    return message;
  }

  /** Messages not deleted yet: waiting, and out. */
  get size(): number {
    return this.#messages.size;
  }

  /** Ends the waits of all receivers. */
  close(): void {
    this.#closed = true;
    for (const arrived of this.#arrivals) arrived();
  }

  /** Messages that are out. */
  get inactive(): number {
    return this.#invisible().filter(({ receiptHandle }) => receiptHandle !== null).length;
  }

  /** Messages never received that can't be received yet. */
  get delayed(): number {
    return this.#invisible().filter(({ receiptHandle }) => receiptHandle === null).length;
  }

  #invisible(): Message[] {
    const nowMs = this.#clock.now();
    return [...this.#messages.values()].filter((message) => message.nextVisibleAtMs > nowMs);
  }

  #hand(message: Message): Message {
    const nowMs = this.#clock.now();
    message.dequeueCount += 1;
    message.firstDequeuedAtMs ||= nowMs;
    message.nextVisibleAtMs = nowMs + this.attributes.VisibilityTimeout * 1000;
    message.receiptHandle = handleFor(message);
    return { ...message };
  }

  #byHandle(receiptHandle: string): Message | undefined {
    return this.#messages.get(receiptHandle.split('-')[1] ?? '');
  }

  #isOut(message: Message, receiptHandle: string): boolean {
    return message.receiptHandle === receiptHandle && this.#clock.now() < message.nextVisibleAtMs;
  }

  #expire(): void {
    const oldestMs = this.#clock.now() - this.attributes.MessageRetentionPeriod * 1000;
    for (const [id, message] of this.#messages) {
      if (message.enqueuedAtMs > oldestMs) return;
      this.#messages.delete(id);
    }
  }

  /** Resolves when a message arrives or becomes visible, at the latest after `leftMs`. */
  #change(leftMs: number): Promise<void> {
    const nowMs = this.#clock.now();
    const nextMs = Math.min(...[...this.#messages.values()].map((message) => message.nextVisibleAtMs));
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#arrivals.delete(done);
        resolve();
      };
      const cancel = this.#clock.after(Math.max(1, Math.min(leftMs, nextMs - nowMs)), done);
      this.#arrivals.add(done);
    });
  }
}

function handleFor(message: Message): string {
  return `${message.dequeueCount}-${message.messageId}-${message.nextVisibleAtMs}-${randomUUID().slice(0, 8)}`;
}
