/** The events of a video: one array in memory, which is stored as `timeline` and `facts`. */
import type { TimelineEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { causalRank, compareText, type VideoEvent } from '../callback/index.ts';
import { fullFact } from './compaction.ts';
import { eventsOfStub } from './stub.ts';

/** One event: what the timeline shows of it, and what the state is derived from. */
export type Event = Pick<VideoEvent, 'entry' | 'fact'>;

/**
 * Where stored timelines keep the events that they were made from: states are immutable, and the next event needs what
 * this one had. Nothing that reads or compares a state sees it. A WeakMap would say the same, but costs as much as a tenth
 * of the whole step.
 */
const source = Symbol('events');
type Timeline = readonly TimelineEntry[] & { readonly [source]?: readonly Event[] };

/** The events of a stored state, in timeline order, as they were told. */
export function eventsOf(state: VideoState): readonly Event[] {
  const timeline: Timeline = state.timeline;
  const known = timeline[source];
  if (known !== undefined) return known;
  const events = timeline.flatMap((entry, i): Event[] => {
    const fact = state.facts[i];
    return fact === undefined ? [] : [{ entry, fact: fullFact(fact, state.renditions) }];
  });
  const stub = state.retiredSummary;
  return remember(timeline, stub === null ? events : [...eventsOfStub(stub), ...events].sort(compareEvents));
}

/** The timeline of these events, which remembers them. */
export function timelineOf(events: readonly Event[]): readonly TimelineEntry[] {
  const timeline = events.map(({ entry }) => entry);
  remember(timeline, events);
  return timeline;
}

function remember(timeline: Timeline, events: readonly Event[]): readonly Event[] {
  Object.defineProperty(timeline, source, { value: events });
  return events;
}

/** Timeline order: event time, causal rank, event id. */
export function compareEvents(a: Event, b: Event): number {
  return (
    a.entry.eventTime - b.entry.eventTime ||
    causalRank(a.fact.kind) - causalRank(b.fact.kind) ||
    compareText(a.entry.eventId, b.entry.eventId)
  );
}

/** When it happened, epoch milliseconds; null where the event doesn't tell, or can't be believed. */
export function timeOf({ entry }: Event): number | null {
  return entry.eventTime === 0 ? null : entry.eventTime;
}
