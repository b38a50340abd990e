/**
 * How a record of `callbacks` was delivered, by its headers. The only reader of these headers: otherwise the state of a
 * video and the row of its callback would have different times. Any writer of the topic can set headers.
 */
import { bounds } from '../../schemas/bounds.ts';
import { type EventSource, header } from '../../schemas/topics.ts';
import type { Delivery } from './event.ts';
import { cut, maxBytes } from './fields.ts';
import { maxAheadMs } from './plausible.ts';

type Delivered = {
  /** Header values as UTF-8 text. */
  readonly headers: Readonly<Record<string, string>>;
  /** The record's Kafka timestamp, epoch milliseconds. */
  readonly timestampMs: number;
};

/** All but `http`, which is what others count as, and `live`, whose records are about streams. */
const sources: ReadonlyMap<string, EventSource> = new Map(
  (['mns', 'reconciler', 'job-runner', 'operator'] as const).map((source) => [source, source]),
);

/** A record without a proper source header is taken as a callback: the one that is trusted with nothing internal. */
export function deliveryOf(record: Delivered): Delivery {
  const region = headerOf(record, header.region) ?? '';
  return {
    source: sources.get(claimedSourceOf(record)) ?? 'http',
    receivedAtMs: headerTimeMs(record, header.receivedAt) ?? usableTime(record.timestampMs) ?? 0,
    // It may be as long as a record.
    region: region === '' ? null : cut(region, maxBytes.label),
  };
}

/** The source as it came; '' where there is none. For people: what is believed is `deliveryOf`. */
export const claimedSourceOf = (record: Delivered): string => headerOf(record, header.source) ?? '';

/** Whether it is one of ApsaraVideo Live's own record callbacks, which are about a stream, not a video. */
export const isLiveRecord = (record: Delivered): boolean => claimedSourceOf(record) === ('live' satisfies EventSource);

/** When the cloud sent it, by the header that it signed, if that can be; else when it was received. Epoch milliseconds. */
export function sentAtMsOf(record: Delivered): number {
  const { receivedAtMs } = deliveryOf(record);
  const sentAtMs = headerTimeMs(record, header.sentAt);
  return sentAtMs === null || sentAtMs > receivedAtMs + maxAheadMs ? receivedAtMs : sentAtMs;
}

/** When it was replayed, epoch milliseconds; null where it wasn't. */
export const replayedAtMsOf = (record: Delivered): number | null => headerTimeMs(record, header.replayedAt);

/** The time of a header, epoch milliseconds in decimal digits; null where it is none. */
function headerTimeMs(record: Delivered, name: string): number | null {
  const text = headerOf(record, name);
  return text === undefined ? null : usableTime(wholeNumber(text));
}

/** The number of at most 16 decimal digits; NaN for any other text. There are one or two in each record, so no pattern. */
function wholeNumber(text: string): number {
  if (text.length === 0 || text.length > 16) return Number.NaN;
  let number = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const usableTime = (ms: number): number | null =>
  Number.isInteger(ms) && ms > 0 && ms <= bounds.mostTimeMs ? ms : null;

const headerOf = (record: Delivered, name: string): string | undefined =>
  Object.hasOwn(record.headers, name) ? record.headers[name] : undefined;
