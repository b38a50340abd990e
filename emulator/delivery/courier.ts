import type { Clock } from '../clock.ts';
import type { CallbackBody } from '../cloud/body.ts';
import type { Knobs } from '../knobs.ts';
import { seeded } from '../random.ts';
import type { Channel } from './channel.ts';
import { createLane } from './lane.ts';

/** What became of one callback on its way. */
export type Delivery = {
  readonly videoId: string;
  readonly eventType: string;
  /** Epoch ms. */
  readonly eventTime: number;
  readonly body: CallbackBody;
  /** Copies that were sent at least once; 1 without duplicates. */
  copies: number;
  /** Requests made for all copies. */
  attempts: number;
  /** Copies that were accepted. */
  accepted: number;
  /** The first copy left after the first copy of a later event of the same video had left. */
  outOfOrder: boolean;
  /** Never to be sent: a fault knob said so, or this type of event isn't subscribed to. */
  readonly dropped: boolean;
  /** No copy is under way or waiting any more. */
  settled: boolean;
};

export type Courier = {
  /** Sends the callback, after a delay and perhaps more than once. `key` names it for the seeded source. */
  send(
    event: Pick<Delivery, 'videoId' | 'eventType' | 'eventTime' | 'body'>,
    key: string,
    callbackUrl: string | null,
  ): void;
  /** All callbacks so far, in the order in which their events came true. */
  readonly deliveries: readonly Delivery[];
  /** Copies that have neither been accepted nor given up. */
  readonly pending: number;
  stop(): void;
};

type Journey = {
  readonly delivery: Delivery;
  readonly json: string;
  readonly callbackUrl: string | null;
  open: number;
};

/**
 * Delivers as the cloud does: without order, at most so many attempts of each copy, each a fixed time after the one
 * before had failed. All times here are wall time, whatever the compression: the receiver is real.
 */
export function createCourier(options: {
  readonly seed: number;
  readonly clock: Clock;
  readonly knobs: () => Knobs;
  readonly channel: Channel;
  readonly wants: (eventType: string) => boolean;
  /** Called whenever `pending` went down. */
  readonly onSettled: () => void;
}): Courier {
  const { seed, clock, knobs, channel } = options;
  const lane = createLane(clock, () => knobs().maxConcurrency);
  const deliveries: Delivery[] = [];
  const latestSent = new Map<string, number>();
  let pending = 0;

  async function attempt(journey: Journey, number: number): Promise<void> {
    const { delivery, json, callbackUrl } = journey;
    if (delivery.attempts === 0) markOrder(delivery);
    if (number === 1) delivery.copies += 1;
    delivery.attempts += 1;
    const accepted = await channel(json, callbackUrl);
    if (!accepted && number < knobs().attempts) {
      lane.after(knobs().resendGapMs, () => attempt(journey, number + 1));
      return;
    }
    if (accepted) delivery.accepted += 1;
    journey.open -= 1;
    delivery.settled = journey.open === 0;
    pending -= 1;
    options.onSettled();
  }

  function markOrder(delivery: Delivery): void {
    const latest = latestSent.get(delivery.videoId) ?? Number.NEGATIVE_INFINITY;
    delivery.outOfOrder = delivery.eventTime < latest;
    latestSent.set(delivery.videoId, Math.max(latest, delivery.eventTime));
  }

  return {
    send(event, key, callbackUrl) {
      const { dropRate, duplicateRate, lateRate, lateMs, shuffleWindowMs } = knobs();
      const rng = seeded(seed, 'delivery', key);
      const dropped = rng.chance(dropRate) || !options.wants(event.eventType);
      const copies = 1 + (rng.chance(duplicateRate) ? rng.int(1, 2) : 0);
      const delivery: Delivery = {
        ...event,
        copies: 0,
        attempts: 0,
        accepted: 0,
        outOfOrder: false,
        dropped,
        settled: dropped,
      };
      deliveries.push(delivery);
      if (dropped) return;
      const journey = { delivery, json: JSON.stringify(event.body), callbackUrl, open: copies };
      pending += copies;
      for (let copy = 0; copy < copies; copy++) {
        const straggling = rng.chance(lateRate) ? rng.between(0, lateMs) : 0;
        lane.after(rng.between(0, shuffleWindowMs) + straggling, () => attempt(journey, 1));
      }
    },
    deliveries,
    get pending() {
      return pending;
    },
    stop: lane.stop,
  };
}
