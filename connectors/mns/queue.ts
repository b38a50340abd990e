import { Fault } from '../../platform/faults.ts';

/** A message as received: invisible to other consumers until its lease ends. */
export type QueueMessage = {
  readonly messageId: string;
  /** Names this delivery; it changes with every extension and ends with the lease. Empty where the answer had none. */
  readonly receiptHandle: string;
  readonly body: string;
  /** How long the message stays invisible after it was received. */
  readonly leaseMs: number;
  /** 1 at the first delivery. */
  readonly dequeueCount: number;
  /** How long it was in the queue before anybody received it; 0 where that isn't told. */
  readonly waitedMs: number;
};

/** What the source needs of a queue. Rejections are `MnsFault`s. */
export type Queue = {
  readonly name: string;
  /** Waits up to `waitSeconds` for the first message; none is an empty list. */
  receive(count: number, waitSeconds: number): Promise<readonly QueueMessage[]>;
  /** Deletes; gives the handles that the queue did not accept. */
  remove(receiptHandles: readonly string[]): Promise<readonly string[]>;
  /** Keeps a message invisible for that long from now; gives its new handle. */
  extend(receiptHandle: string, seconds: number): Promise<string>;
  /** Ends calls in flight. */
  close(): void;
};

/**
 * A queue that did not answer as hoped. `code` is the service's, such as `QueueNotExist` or `AccessDenied`, or the network's,
 * such as `ECONNREFUSED`. Retryable: the network, throttling, a failing service.
 */
export class MnsFault extends Fault {
  override readonly name = 'MnsFault';

  constructor(code: string, message: string, options: { retryable: boolean; cause: unknown }) {
    super(message, { code, ...options });
  }
}
