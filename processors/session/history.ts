/**
 * What a change of a stream can touch. The stream's own record holds its newest sessions, pages hold the older ones. A
 * change is judged together with the sessions around it.
 *
 * Which segments are one session follows from those before, and whose a composed video is from the two sessions before
 * it. So a change at one moment has something new to say about the two sessions before it, its own and the one after it,
 * and what they say needs one more on the left and two more on the right. News of how far a segment has come moves nothing
 * from one session to another: of an archived time it has something new to say about its own session alone.
 */
import type { Composition, StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf } from '../composition-token.ts';
import { type Archive, endOf, type Page, reachMs } from './archive.ts';
import { inOrder, withFact } from './facts.ts';
import { bySession, homeOf, withCompositions } from './ledger.ts';
import { isRetiring } from './retention.ts';
import type { SessionRules } from './rules.ts';
import type { Judged, Span, Turned } from './span.ts';
import { isLiving } from './status.ts';
import { isUnplaced } from './times.ts';
import { turn, type Walked, walk } from './turn.ts';

export type Change = {
  /** Where in time it is: of the facts that come or go, or of the record whose time has come. 0 for no time at all. */
  readonly places: readonly number[];
  readonly forget?: readonly string[];
  readonly add?: readonly StreamVideo[];
  /** Jobs of compositions that are no longer there, and compositions that are now: they go with a segment that moves. */
  readonly leave?: readonly string[];
  readonly join?: readonly Composition[];
  /** What comes is of the same part of the stream as what was held of its video: only how far that has come is another. */
  readonly inPlace?: boolean;
  /** Time has passed up to then. */
  readonly clock?: number;
};

export type Part = {
  readonly pages: readonly Page[];
  /** The own record is a part of it. */
  readonly withOwn: boolean;
  readonly judged: Judged;
  readonly turned: Turned;
};

const everything: Judged = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const leftContext = 3;
const rightContext = 2;

/** Judges the change over as much of the history as it can touch. */
export function judge(
  own: StreamState,
  archive: Archive | null,
  change: Change,
  rules: SessionRules,
  nowMs: number,
): Part {
  const archivedBefore = own.archivedBefore ?? Number.NEGATIVE_INFINITY;
  const part = (pages: readonly Page[], withOwn: boolean, judged: Judged): Part => {
    const span = spanOf(own, archive, pages, withOwn, change);
    return { pages, withOwn, judged, turned: turn(span, rules, nowMs, judged) };
  };
  const timed = change.places.filter((place) => place > 0);
  const isOld = timed.some((place) => place < archivedBefore);
  if (archive === null || !isOld) {
    const alone = part([], true, everything);
    if (archive === null || own.archivedBefore === null) return alone;
    // Whether its first session goes on an older one is as before only where it is that one still.
    const isFirst = (startMs: number | undefined) => startMs === archivedBefore;
    const beginsAsBefore =
      own.sessions.some((one) => isFirst(one.startTime) && one.mergedInto === null) &&
      isFirst(alone.turned.current[0]?.group.startMs);
    // Whose a composed video is may lie further back: now, or before this change.
    const reachesBack = own.reachesBack || alone.turned.needsEarlier !== null;
    if (beginsAsBefore && !reachesBack) return alone;
    const left = archive.pages(archive.startsBefore(archivedBefore, leftContext));
    return part(left, true, { ...everything, fromMs: left.at(-2)?.startMs ?? everything.fromMs });
  }

  const [firstMs, lastMs] = [Math.min(...timed), Math.max(...timed)];
  const first = archive.startAt(firstMs);
  const left = archive.pages(archive.startsBefore(first ?? firstMs, leftContext));
  const others = archive.startsAfter(firstMs, Math.min(lastMs, archivedBefore));
  const touched = archive.pages(first === null ? others : [first, ...others]);
  const fromMs = left.at(-2)?.startMs ?? everything.fromMs;
  const right: Page[] = [];
  let withOwn = lastMs >= archivedBefore;

  /** Takes in what comes next; false where that is too far away to matter. */
  function extend(): boolean {
    if (withOwn || !archive) return false;
    const lastPage = right.at(-1) ?? touched.at(-1);
    const endMs = Math.max(lastMs, lastPage ? endOf(lastPage) : lastMs);
    const next = archive.nextStart(lastPage?.startMs ?? lastMs, endMs);
    if (next !== null) right.push(...archive.pages([next]));
    else withOwn = archivedBefore - endMs <= reachMs;
    return next !== null || withOwn;
  }
  // Where there is more to come, it is never seen from fewer pages where what they say ends.
  while (right.length <= rightContext && extend());
  for (;;) {
    const pages = [...left, ...touched, ...right];
    const span = spanOf(own, archive, pages, withOwn, change);
    const walked = walk(span, rules);
    const starts = [...right.map(({ startMs }) => startMs), ...(withOwn ? [archivedBefore] : [])];
    const isStart = (ms: number | undefined) => walked.shows.some(({ group }) => group.startMs === ms);
    // Where a session retires, its films go with it.
    const retiring = walked.shows.filter((show) => isRetiring(show, rules, span.clock));
    const holdsFilms = (toMs: number) =>
      retiring.every(
        ({ group, composed }) =>
          group.startMs >= toMs || composed.every(({ video }) => homeOf(video, walked.ledger) < toMs),
      );
    // From where two in a row begin with a session as before, which segments are one session is as before.
    const same = starts.findIndex((startMs, index) => {
      const nextMs = starts[index + 1];
      return nextMs !== undefined && isStart(startMs) && isStart(nextMs) && holdsFilms(nextMs);
    });
    if ((same < 0 || right.length <= same + rightContext) && extend()) continue;
    const isAlone = change.inPlace === true && others.length === 0 && first !== null && isAsSaid(span, walked, first);
    const toMs = isAlone ? starts[0] : same < 0 ? undefined : starts[same + 1];
    const judged = { fromMs: isAlone ? first : fromMs, toMs: toMs ?? everything.toMs };
    return { pages, withOwn, judged, turned: turn(span, rules, nowMs, judged, walked) };
  }
}

/** Whether its sessions are those of which was said that they are, that one among them, by rules that they keep. */
function isAsSaid({ sessions }: Span, { shows }: Walked, startMs: number): boolean {
  const said = sessions.filter(({ mergedInto }) => mergedInto === null);
  return (
    said.length === shows.length &&
    said.every(({ startTime, rules }, index) => rules !== null && startTime === shows[index]?.group.startMs) &&
    said.some(({ startTime }) => startTime === startMs)
  );
}

function spanOf(
  own: StreamState,
  archive: Archive | null,
  pages: readonly Page[],
  withOwn: boolean,
  change: Change,
): Span {
  const { forget = [], add = [], leave = [], join = [], clock } = change;
  const states = [...pages.map(({ state }) => state), ...(withOwn ? [own] : [])];
  const all = inAll(states, ({ videos }) => videos, inOrder);
  const videos = forget.length === 0 ? all : all.filter(({ videoId }) => !forget.includes(videoId));
  const compositions = inAll(states, (state) => state.compositions, bySession);
  const kept =
    leave.length === 0 ? compositions : compositions.filter(({ token }) => !leave.includes(compositionKeyOf(token)));
  return {
    stream: own.stream,
    revision: own.revision,
    clock: Math.max(own.clock, clock ?? 0),
    live: { events: own.liveEvents, clock: own.liveClock, fromMs: own.archivedBefore ?? Number.NEGATIVE_INFINITY },
    videos: add.reduce(withFact, videos),
    sessions: inAll(
      states,
      ({ sessions }) => sessions,
      (a, b) => a.startTime - b.startTime,
    ),
    composesUnplaced: add.some(isBegun) || own.videos.some((video) => isBegun(video) && !add.some(isAbout(video))),
    isOrdered: (token: string) =>
      own.compositions.some((one) => compositionKeyOf(one.token) === compositionKeyOf(token)) ||
      (archive?.placeOf('c', compositionKeyOf(token)) ?? null) !== null,
    compositions: join.length === 0 ? kept : withCompositions(kept, join),
  };
}

/** What all these records hold, in that order, which each is in. */
function inAll<T>(
  states: readonly StreamState[],
  held: (state: StreamState) => readonly T[],
  order: (a: T, b: T) => number,
): readonly T[] {
  const [first, ...others] = states;
  if (first && others.length === 0) return held(first);
  return states.flatMap(held).sort(order);
}

/** The cloud composes it, and nothing tells of when. */
function isBegun(video: StreamVideo): boolean {
  return isUnplaced(video) && isLiving(video);
}

function isAbout({ videoId }: StreamVideo): (video: StreamVideo) => boolean {
  return (video) => video.videoId === videoId;
}
