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
  /** The earliest of the cloud's events that was left out for lack of room; nothing from there on is taken in. */
  readonly cutoff: EventOrder | null;
  /** Something was left out for lack of room. */
  readonly truncated: boolean;
};

export const emptySet: EventSet = { timeline: [], facts: [], cutoff: null, truncated: false };

/**
 * Room for the cloud's events, in units: one per event and one per output that it lists. With the limits on texts it
 * keeps an encoded state below `maxStateBytes`. A flood keeps the earliest events: a rule that no arrival order changes.
 */
export const maxUnits = 200;

/** Room for requests of operators: one more than there are generations, since one of them may approve what awaits it. */
export const maxRequests = 17;

/**
 * Room for events of the job runner: an acknowledgement, a failure and a doubt for each generation of jobs and for each
 * step, and those of a composition. Attempts give way to endings, so that no number of them can push out how a job ended.
 */
export const maxRunnerEvents = 64;

/** Upper bound of an encoded state, in bytes; Kafka refuses messages over 1 MiB by default. */
export const maxStateBytes = 900_000;

/**
 * - `added`: a new event; the set has changed.
 * - `settled`: a copy that says something else than the one known; which of the two holds doesn't depend on their order.
 * - `duplicate`: nothing new.
 * - `full`: no room; when that is news the set has changed (its marks), else it hasn't.
 */
export type Added =
  | { readonly kind: 'added' | 'settled'; readonly set: EventSet }
  | { readonly kind: 'full'; readonly set: EventSet | null }
  | { readonly kind: 'duplicate' };

export function addEvent(set: EventSet, event: VideoEvent): Added {
  const known = indexOf(set.timeline, event.entry.eventId);
  if (isBeyond(set.cutoff, event)) return known >= 0 ? { kind: 'duplicate' } : { kind: 'full', set: null };
  return known >= 0 ? settle(set, known, event) : insert(set, event.entry, event.fact, 'added');
}

/** What was cut off stays cut off, a copy of an event that was kept too: else it would matter which copy came first. */
function isBeyond(cutoff: EventOrder | null, { entry, fact }: VideoEvent): boolean {
  return cutoff !== null && laneOf(fact) === 'cloud' && compareOrder(orderOf(entry, fact), cutoff) >= 0;
}

function settle(set: EventSet, index: number, event: VideoEvent): Added {
  const entry = set.timeline[index];
  const fact = set.facts[index];
  if (entry === undefined || fact === undefined) return { kind: 'duplicate' };
  const settled = settleCopies({ entry, fact }, event);
  if (settled === null) return { kind: 'duplicate' };
  const rest: EventSet = {
    ...set,
    timeline: set.timeline.toSpliced(index, 1),
    facts: set.facts.toSpliced(index, 1),
  };
  return insert(rest, settled.entry, settled.fact, 'settled');
}

function insert(set: EventSet, entry: TimelineEntry, fact: Fact, kind: 'added' | 'settled'): Added {
  const index = placeOf(set, entry, fact);
  const timeline = set.timeline.toSpliced(index, 0, entry);
  const facts = set.facts.toSpliced(index, 0, fact);
  const lane = laneOf(fact);
  const cut = trim(timeline, facts, lane);
  if (cut === null) return { kind, set: { timeline, facts, cutoff: set.cutoff, truncated: set.truncated } };
  const cutoff = lane === 'cloud' ? cut : set.cutoff;
  const next: EventSet = { timeline, facts, cutoff, truncated: true };
  // What was cut off is what was added: only the marks can be news.
  if (!timeline.includes(entry)) return { kind: 'full', set: set.truncated && cutoff === set.cutoff ? null : next };
  return { kind, set: next };
}

/** Removes the last events of a lane that overflows, in place. Null: there was room; else the last that was removed. */
function trim(timeline: TimelineEntry[], facts: Fact[], lane: Lane): EventOrder | null {
  let excess = -room[lane];
  for (const fact of facts) if (laneOf(fact) === lane) excess += unitsOf(fact, lane);
  let cut: EventOrder | null = null;
  for (const givesWay of lane === 'runner' ? [isAttempt, isAny] : [isAny]) {
    for (let i = facts.length - 1; i >= 0 && excess > 0; i -= 1) {
      const fact = facts[i];
      const entry = timeline[i];
      if (fact === undefined || entry === undefined || laneOf(fact) !== lane || !givesWay(fact)) continue;
      excess -= unitsOf(fact, lane);
      cut = orderOf(entry, fact);
      timeline.splice(i, 1);
      facts.splice(i, 1);
    }
  }
  return cut;
}

/** Each has room of its own, so that no flood of callbacks, requests or attempts can push out the ledger. */
type Lane = 'cloud' | 'requests' | 'runner';

const room: Readonly<Record<Lane, number>> = { cloud: maxUnits, requests: maxRequests, runner: maxRunnerEvents };

const isAttempt = (fact: Fact): boolean => fact.kind === 'JOB_SUBMITTED';
const isAny = (): boolean => true;

function unitsOf(fact: Fact, lane: Lane): number {
  return lane === 'cloud' ? 1 + fact.outputs.length : 1;
}

/** By who sends it; a callback can't have the kinds of the other lanes. */
function laneOf(fact: Fact): Lane {
  switch (fact.kind) {
    case 'TRANSCODE_REQUESTED':
      return 'requests';
    case 'JOB_SUBMITTED':
    case 'JOB_ACKNOWLEDGED':
    case 'JOB_FAILED':
    case 'JOB_IN_DOUBT':
    case 'COMPOSE_ACKNOWLEDGED':
    case 'COMPOSE_FAILED':
    case 'COMPOSE_IN_DOUBT':
      return 'runner';
    default:
      return 'cloud';
  }
}

function orderOf(entry: TimelineEntry, fact: Fact): EventOrder {
  return { eventTime: entry.eventTime, rank: causalRank(fact.kind), eventId: entry.eventId };
}

function compareOrder(a: EventOrder, b: EventOrder): number {
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
