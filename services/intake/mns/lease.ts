import { MnsFault, type Queue, type QueueMessage } from '../../../connectors/mns/index.ts';
import type { Clock } from '../../../platform/host/index.ts';

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

/** Between two tries of an extension, at least. */
const retryAfterMs = 500;

/** Extends `message` whenever half of its lease is over; where that fails, again until the lease has ended. */
export function holdLease(message: QueueMessage, options: LeaseOptions): Lease {
  const { queue, clock } = options;
  const done = new AbortController();
  let handle = message.receiptHandle;

  async function extendWhileHeld(): Promise<void> {
    let endsAtMs = clock.monotonicMs() + message.leaseMs;
    let pauseMs = message.leaseMs / 2;
    for (;;) {
      await clock.sleep(pauseMs, done.signal);
      if (done.signal.aborted) return;
      const askedAtMs = clock.monotonicMs();
      try {
        handle = await queue.extend(handle, extensionSeconds);
        endsAtMs = askedAtMs + extensionSeconds * 1_000;
        pauseMs = (extensionSeconds * 1_000) / 2;
        options.onExtended?.();
      } catch (error) {
        const leftMs = endsAtMs - clock.monotonicMs();
        if (leftMs <= 0 || (error instanceof MnsFault && !error.retryable)) {
          options.onLost?.(error);
          return;
        }
        pauseMs = Math.max(leftMs / 2, retryAfterMs);
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
