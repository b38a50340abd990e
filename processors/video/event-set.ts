/**
 * The set of events that a video's state is a projection of. Adding is commutative and idempotent: any order and any
 * repetition of the same events ends with the same set (but for `receivedAt` and `source`, which the first committed
 * copy supplies).
 */
import type { EventOrder, Fact, TimelineEntry } from '../../schemas/generated/VideoState.ts';
import { causalRank, compareText, type VideoEvent } from '../callback/index.ts';
import { settleCopies } from './copies.ts';

export type EventSet = {
  /** Sorted by event time, causal rank, eventId. */
  readonly timeline: readonly TimelineEntry[];
  /** facts[i] belongs to timeline[i]. */
  readonly facts: readonly Fact[];
  /** The earliest event that was left out for lack of room; nothing from there on is taken in. */
  readonly cutoff: EventOrder | null;
};

export const emptySet: EventSet = { timeline: [], facts: [], cutoff: null };

/**
 * Room for the cloud's events, in units: one per event and one per output that it lists. With the limits on texts it
 * keeps an encoded state below `maxStateBytes`. A flood keeps the earliest events: a rule that no arrival order changes.
 */
export const maxUnits = 200;

/** Room for events of the job runner and of operators, apart, so that no flood of callbacks can push out the ledger. */
export const maxJobEvents = 48;

/** Upper bound of an encoded state, in bytes; Kafka refuses messages over 1 MiB by default. */
export const maxStateBytes = 900_000;

/**
 * - `added`: a new event; the set has changed.
 * - `settled`: a copy that says something else than the one known; which of the two holds doesn't depend on their order.
 * - `duplicate`: nothing new.
 * - `full`: no room; when that is news the set has changed (its cutoff), else it hasn't.
 */
export type Added =
  | { readonly kind: 'added' | 'settled'; readonly set: EventSet; readonly index: number }
  | { readonly kind: 'full'; readonly set: EventSet | null }
  | { readonly kind: 'duplicate' };

export function addEvent(set: EventSet, event: VideoEvent): Added {
  const known = indexOf(set.timeline, event.entry.eventId);
  if (known >= 0) return settle(set, known, event);
  const order = orderOf(event.entry, event.fact);
  if (set.cutoff !== null && !isJobEvent(event.fact) && compareOrder(order, set.cutoff) >= 0)
    return { kind: 'full', set: null };
  return insert(set, event.entry, event.fact, 'added');
}

function settle(set: EventSet, index: number, event: VideoEvent): Added {
  const entry = set.timeline[index];
  const fact = set.facts[index];
  if (entry === undefined || fact === undefined) return { kind: 'duplicate' };
  const settled = settleCopies({ entry, fact }, event);
  if (settled === null) return { kind: 'duplicate' };
  const rest: EventSet = {
    timeline: set.timeline.toSpliced(index, 1),
    facts: set.facts.toSpliced(index, 1),
    cutoff: set.cutoff,
  };
  return insert(rest, settled.entry, settled.fact, 'settled');
}

function insert(set: EventSet, entry: TimelineEntry, fact: Fact, kind: 'added' | 'settled'): Added {
  const index = placeOf(set, entry, fact);
  const timeline = set.timeline.toSpliced(index, 0, entry);
  const facts = set.facts.toSpliced(index, 0, fact);
  const trimmed = trim(timeline, facts, isJobEvent(fact));
  if (trimmed === null) return { kind, set: { timeline, facts, cutoff: set.cutoff }, index };
  const next: EventSet = { timeline, facts, cutoff: trimmed === 'jobs' ? set.cutoff : trimmed };
  // What was cut off is what was added: only the cutoff can be news.
  if (timeline[index] !== entry) return { kind: 'full', set: trimmed === 'jobs' ? null : next };
  return { kind, set: next, index };
}

/** Removes the latest events of the lane that overflows, in place. Null: there was room. */
function trim(timeline: TimelineEntry[], facts: Fact[], jobLane: boolean): EventOrder | 'jobs' | null {
  let used = 0;
  for (const fact of facts) if (isJobEvent(fact) === jobLane) used += jobLane ? 1 : unitsOf(fact);
  const most = jobLane ? maxJobEvents : maxUnits;
  let cutoff: EventOrder | 'jobs' | null = null;
  for (let i = facts.length - 1; i >= 0 && used > most; i -= 1) {
    const fact = facts[i];
    const entry = timeline[i];
    if (fact === undefined || entry === undefined || isJobEvent(fact) !== jobLane) continue;
    used -= jobLane ? 1 : unitsOf(fact);
    cutoff = jobLane ? 'jobs' : orderOf(entry, fact);
    timeline.splice(i, 1);
    facts.splice(i, 1);
  }
  return cutoff;
}

function unitsOf(fact: Fact): number {
  return 1 + fact.outputs.length;
}

/** Whether the fact came from the job runner or an operator; a callback can't have these kinds. */
export function isJobEvent(fact: Fact): boolean {
  switch (fact.kind) {
    case 'TRANSCODE_REQUESTED':
    case 'JOB_SUBMITTED':
    case 'JOB_ACKNOWLEDGED':
    case 'JOB_FAILED':
    case 'JOB_IN_DOUBT':
    case 'COMPOSE_ACKNOWLEDGED':
    case 'COMPOSE_FAILED':
    case 'COMPOSE_IN_DOUBT':
      return true;
    default:
      return false;
  }
}

export function orderOf(entry: TimelineEntry, fact: Fact): EventOrder {
  return { eventTime: entry.eventTime, rank: causalRank(fact.kind), eventId: entry.eventId };
}

export function compareOrder(a: EventOrder, b: EventOrder): number {
  return a.eventTime - b.eventTime || a.rank - b.rank || compareText(a.eventId, b.eventId);
}

function indexOf(timeline: readonly TimelineEntry[], eventId: string): number {
  for (let i = timeline.length - 1; i >= 0; i -= 1) if (timeline[i]?.eventId === eventId) return i;
  return -1;
}

/** Events come nearly in order, so the place is sought from the end. */
function placeOf(set: EventSet, entry: TimelineEntry, fact: Fact): number {
  const rank = causalRank(fact.kind);
  for (let i = set.timeline.length; i > 0; i -= 1) {
    const before = set.timeline[i - 1];
    const factBefore = set.facts[i - 1];
    if (before === undefined || factBefore === undefined) continue;
    const order =
      before.eventTime - entry.eventTime ||
      causalRank(factBefore.kind) - rank ||
      compareText(before.eventId, entry.eventId);
    if (order <= 0) return i;
  }
  return 0;
}
