import type { Clock } from '../clock.ts';
import type { Knobs } from '../knobs.ts';
import type { Queues } from '../mns/queues.ts';
import { postCallback } from './http.ts';
import type { Subscriptions } from './subscription.ts';

/** One attempt to deliver; `override` is an address of the event's own. Returns whether it was accepted; never rejects. */
export type Channel = (body: string, override: string | null) => Promise<boolean>;

/** Delivers as the account's configuration says at that moment: by HTTP, or into a queue. */
export function subscribedChannel(options: {
  readonly clock: Clock;
  readonly knobs: () => Knobs;
  readonly subscriptions: Subscriptions;
  readonly queues: Queues;
  /** Where a configured address is really to be found. */
  readonly deliverTo: (callbackUrl: string) => string;
  /** Ends requests under way. */
  readonly signal: AbortSignal;
}): Channel {
  const { clock, knobs, subscriptions, queues, deliverTo, signal } = options;
  return async (body, override) => {
    const { current } = subscriptions;
    if (override === null && current?.callbackType === 'MNS') return queues.send(current.mnsQueueName, body);
    const callbackUrl = override ?? current?.callbackUrl;
    if (!callbackUrl) return false;
    const key = current?.authSwitch === 'on' ? current.authKey : null;
    const message = { body, timeoutMs: knobs().answerTimeoutMs, signal };
    return postCallback(clock, { callbackUrl, deliverTo: deliverTo(callbackUrl), key }, message);
  };
}
