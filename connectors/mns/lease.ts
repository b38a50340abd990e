import type { Clock } from '../platform/index.ts';
import type { Queue, QueueMessage } from './queue.ts';

/** A received message that is kept invisible until it is let go. */
export type Lease = {
  readonly message: QueueMessage;
  /** The handle that deletes it now. */
  readonly handle: string;
  /** Stops extending; to be called once its fate is decided. */
  letGo(): void;
};

export type LeaseOptions = {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly onExtended?: () => void;
  /** The message may be delivered again although it is still being worked on. */
  readonly onLost?: (error: unknown) => void;
};

/** How long an extension lasts. A worker that dies leaves its messages invisible for that long. */
const extensionSeconds = 60;

/** Extends `message` whenever half of its lease is over. */
export function holdLease(message: QueueMessage, options: LeaseOptions): Lease {
  const { queue, clock } = options;
  const done = new AbortController();
  let handle = message.receiptHandle;

  async function extendWhileHeld(): Promise<void> {
    let leaseMs = message.leaseMs;
    for (;;) {
      await clock.sleep(leaseMs / 2, done.signal);
      if (done.signal.aborted) return;
      try {
        handle = await queue.extend(handle, extensionSeconds);
        leaseMs = extensionSeconds * 1_000;
        options.onExtended?.();
      } catch (error) {
        options.onLost?.(error);
        return;
      }
    }
  }
  void extendWhileHeld();

  return {
    message,
    get handle() {
      return handle;
    },
    letGo: () => done.abort(),
  };
}
