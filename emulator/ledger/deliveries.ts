import type { Delivery } from '../delivery/courier.ts';

/** How callbacks travelled. */
export type DeliveryCounts = {
  /** Distinct callbacks. */
  readonly distinct: number;
  /** Copies that left, deliberate duplicates included. */
  readonly copies: number;
  /** Requests, resends of a copy included. */
  readonly attempts: number;
  /** Copies that were accepted: answered 200, or written to the queue. */
  readonly accepted: number;
  /** Accepted copies beyond the first of each callback: what a receiver has to recognise as known. */
  readonly duplicates: number;
  /** Callbacks whose first copy left after that of a later event of the same video. */
  readonly outOfOrder: number;
  /** Callbacks of which no copy was accepted: given up, dropped by the fault knob, or of a type that isn't subscribed to. */
  readonly lost: number;
};

export function deliveryCounts(deliveries: readonly Delivery[]): DeliveryCounts {
  const sum = (of: (delivery: Delivery) => number) => deliveries.reduce((total, delivery) => total + of(delivery), 0);
  return {
    distinct: deliveries.length,
    copies: sum(({ copies }) => copies),
    attempts: sum(({ attempts }) => attempts),
    accepted: sum(({ accepted }) => accepted),
    duplicates: sum(({ accepted }) => Math.max(0, accepted - 1)),
    outOfOrder: sum(({ outOfOrder }) => (outOfOrder ? 1 : 0)),
    lost: sum(({ accepted, settled }) => (settled && accepted === 0 ? 1 : 0)),
  };
}
