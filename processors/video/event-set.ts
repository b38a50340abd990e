/**
 * The set of events that a video's state is a projection of. Adding is commutative and idempotent: any order and any
 * repetition of the same events ends with the same set (but for `receivedAt` and `source`, which the first committed
 * copy supplies).
 */
import type { LaneCut } from '../../schemas/generated/VideoState.ts';
import { compareText, failed } from '../callback/index.ts';
import { resolveConflict } from './conflicts.ts';
import { compareEvents, type Event } from './events.ts';
import {
  bytesOf,
  compareLaneKeys,
  type Lane,
  type LaneKey,
  laneOf,
  maxEventBytes,
  maxOutputBytes,
  meaningOf,
  queueFor,
  rooms,
  type Waiting,
} from './lanes.ts';

export type EventSet = {
  /** In timeline order. */
  readonly events: readonly Event[];
  /** The first event of each full lane that found no room. */
  readonly cuts: readonly LaneCut[];
  /** Something was left out for lack of room. */
  readonly truncated: boolean;
};

export const emptySet: EventSet = { events: [], cuts: [], truncated: false };

/**
 * - `added`: a new event; the set has changed.
 * - `merged`: a copy that says something else than the one known; which of the two holds doesn't depend on their order.
 * - `duplicate`: nothing new.
 * - `full`: no room; when that is news the set has changed (its marks), else it hasn't.
 */
export type Added =
  | { readonly kind: 'added' | 'merged'; readonly set: EventSet }
  | { readonly kind: 'full'; readonly set: EventSet | null }
  | { readonly kind: 'duplicate' };

export function addEvent(set: EventSet, event: Event, formerId: string | null = null): Added {
  const at = placeOfCopy(set.events, event, formerId);
  const known = set.events[at];
  if (known === undefined) return insert(set, set.events, event, 'added');
  const merged = isUnread(known) && !isUnread(event) ? readAgain(known, event) : resolveConflict(known, event);
  return merged === null ? { kind: 'duplicate' } : insert(set, set.events.toSpliced(at, 1), merged, 'merged');
}

const isUnread = ({ fact }: Event): boolean => fact.kind === 'UNKNOWN';

/** What an earlier release kept without knowing its type: the copy says what it means. */
function readAgain({ entry: { receivedAt, source } }: Event, copy: Event): Event {
  return { ...copy, entry: { ...copy.entry, receivedAt, source } };
}

/** An earlier release stored what failed under the id of its success, and what it didn't know by all that it said. */
function placeOfCopy(events: readonly Event[], event: Event, formerId: string | null): number {
  const at = indexOf(events, event.entry.eventId);
  if (at >= 0 || formerId === null) return at;
  return events.findLastIndex(
    ({ entry, fact }) => entry.eventId === formerId && (failed(entry) || fact.kind === 'UNKNOWN'),
  );
}

function insert(set: EventSet, others: readonly Event[], event: Event, kind: 'added' | 'merged'): Added {
  const events = others.toSpliced(placeOf(others, event), 0, event);
  const lane = laneOf(event);
  const before = set.cuts.find((cut) => cut.lane === lane);
  const queue = before === undefined && haveRoom(events, lane) ? [] : queueFor(events, lane);
  const cut = cutOf(queue, lane, before);
  if (cut === null) return { kind, set: { ...set, events } };
  const kept = keptBefore(cut, events, queue);
  const cuts = [...set.cuts.filter((one) => one.lane !== lane), { lane, ...cut }];
  cuts.sort((a, b) => compareText(a.lane, b.lane));
  const next: EventSet = { events: kept, cuts, truncated: true };
  if (kept.includes(event)) return { kind, set: next };
  // What found no room is what was added: only the marks can be news.
  return { kind: 'full', set: cut === before && kept.length === set.events.length ? null : next };
}

/** Whether all of the lane have room, so that none of them need queue for it. */
function haveRoom(events: readonly Event[], lane: Lane): boolean {
  const room = rooms[lane];
  let most = 0;
  let count = 0;
  for (const event of events) {
    if (laneOf(event) !== lane) continue;
    count += 1;
    most += maxEventBytes + event.fact.outputs.length * maxOutputBytes;
  }
  if (count > room.events) return false;
  // Nearly always they are so few that the lengths of their texts don't matter.
  if (most <= room.bytes) return true;
  let bytes = 0;
  for (const event of events) if (laneOf(event) === lane) bytes += bytesOf(event);
  return bytes <= room.bytes;
}

/**
 * The first event of a lane that finds no room, in the order of the queue; null: all that are there have. It only ever moves forward in
 * the queue: what found no room once finds none later, in whatever order the others come.
 */
function cutOf(queue: readonly Waiting[], lane: Lane, before: LaneCut | undefined): LaneKey | null {
  let { bytes, events: count } = rooms[lane];
  for (const { event, key } of queue) {
    if (before !== undefined && compareLaneKeys(key, before) >= 0) return before;
    bytes -= bytesOf(event);
    count -= 1;
    if (bytes < 0 || count < 0) return key;
  }
  return null;
}

/** All of the other lanes; of this one what comes before the cut, and the earliest and the latest of each meaning. */
function keptBefore(cut: LaneKey, events: readonly Event[], queue: readonly Waiting[]): readonly Event[] {
  const left = new Set(queue.filter(({ key }) => compareLaneKeys(key, cut) >= 0).map(({ event }) => event));
  const earliest = new Map<string, Event>();
  const latest = new Map<string, Event>();
  for (const event of events) {
    const meaning = meaningOf(event);
    if (meaning === null) continue;
    if (!earliest.has(meaning)) earliest.set(meaning, event);
    latest.set(meaning, event);
  }
  for (const event of [...earliest.values(), ...latest.values()]) left.delete(event);
  return events.filter((event) => !left.has(event));
}

/** A loop: with the language's searches here and in `placeOf`, the step of a callback took measurably longer. */
function indexOf(events: readonly Event[], eventId: string): number {
  for (let i = events.length - 1; i >= 0; i -= 1) if (events[i]?.entry.eventId === eventId) return i;
  return -1;
}

/** Events come nearly in order, so the place is sought from the end. */
function placeOf(events: readonly Event[], event: Event): number {
  for (let i = events.length; i > 0; i -= 1) {
    const before = events[i - 1];
    if (before !== undefined && compareEvents(before, event) <= 0) return i;
  }
  return 0;
}
