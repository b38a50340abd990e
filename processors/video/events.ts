/** The events of a video: one array in memory, which is stored as `timeline` and `facts`. */
import type { TimelineEntry, VideoState } from '../../schemas/generated/VideoState.ts';
import { causalRank, compareText, type VideoEvent } from '../callback/index.ts';
import { fullFact } from './compaction.ts';
import { eventsOfStub } from './stub.ts';

/** One event: what the timeline shows of it, and what the state is derived from. */
export type Event = Pick<VideoEvent, 'entry' | 'fact'>;

/** Constructs what it is given, so that a class that extends it adds its fields to that. */
function Given(timeline: object): object {
  return timeline;
}

/**
 * Keeps the events that a timeline was made from, in a private field on the timeline itself: states are immutable, and the
 * next event needs what this one had. Nothing that reads, copies or compares a state sees it. A WeakMap, or a hidden property,
 * would say the same at eight times the cost.
 */
class Source extends (Given as unknown as new (timeline: object) => object) {
  readonly #events: readonly Event[];

  constructor(timeline: readonly TimelineEntry[], events: readonly Event[]) {
    super(timeline);
    this.#events = events;
  }

  static of(timeline: readonly TimelineEntry[]): readonly Event[] | null {
    return #events in timeline ? timeline.#events : null;
  }
}

/** The events of a stored state, in timeline order, as they were told. */
export function eventsOf(state: VideoState): readonly Event[] {
  const { timeline } = state;
  const known = Source.of(timeline);
  if (known !== null) return known;
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

function remember(timeline: readonly TimelineEntry[], events: readonly Event[]): readonly Event[] {
  new Source(timeline, events);
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
