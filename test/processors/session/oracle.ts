/**
 * The session rule as a person would apply it with a list of recordings and much patience. Shares no code with the
 * processor: pairs of segments instead of a sweep, single seconds instead of intervals.
 */
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';

export type ExpectedSession = {
  startTime: number;
  endTime: number;
  videoIds: string[];
  uncoveredSeconds: number;
  composedIds: string[];
};

const slackMs = 2000;

export function expectedSessions(facts: readonly StreamFact[], delayMs: number): ExpectedSession[] {
  const newest = new Map<string, StreamFact>();
  for (const fact of facts) {
    const other = newest.get(fact.videoId);
    if (!other || other.videoRevision < fact.videoRevision) newest.set(fact.videoId, fact);
  }
  const videos = [...newest.values()].filter((fact) => !fact.removed);
  const segments = videos
    .filter((fact) => fact.kind === 'SEGMENT')
    .map((fact) => ({ fact, start: fact.recording?.startTime ?? NaN, end: fact.recording?.endTime ?? NaN }));

  const films = videos
    .filter((fact) => fact.kind === 'COMPOSED')
    .map((fact) => ({
      fact,
      at: (fact.composeStartTime ?? 0) + slackMs,
      alive: !['FAILED', 'DELETED'].includes(fact.status),
    }))
    .sort((a, b) => a.at - b.at || (a.fact.videoId < b.fact.videoId ? -1 : 1));
  const endOf = (show: Show) => Math.max(...show.map((one) => one.end));

  /** Of the shows that had ended when the film began, the newest two are asked. */
  function ownerOf(film: Film, shows: readonly Show[]): Show | undefined {
    const [newest, before] = shows.filter((show) => endOf(show) <= film.at).reverse();
    if (!newest || film.at - endOf(newest) - delayMs > 86_400_000) return undefined;
    if (!before) return newest;
    // Who had which of those that came earlier: all that came before the newest one ended were the older one's.
    const [ofBefore, ofNewest]: [Film[], Film[]] = [[], []];
    const isFailedStop = ({ at, alive }: Film) => !alive && at >= endOf(before) && at < endOf(before) + delayMs;
    const wasStopped = films.slice(0, films.indexOf(film)).some(isFailedStop);
    let owner = newest;
    for (const one of films.slice(0, films.indexOf(film) + 1)) {
      const isOld = one.at < endOf(newest);
      if (one.at < endOf(before) || (!one.alive && one !== film)) continue;
      const isDue = one.at >= endOf(before) + delayMs && one.at <= endOf(before) + delayMs + 600_000;
      const isTooEarly = one.at < endOf(newest) + delayMs;
      const goesBack =
        isOld ||
        (isDue && hasRoom(before, ofBefore, one) && ((isTooEarly && !wasStopped) || !hasRoom(newest, ofNewest, one)));
      (goesBack ? ofBefore : ofNewest).push(one);
      owner = goesBack ? before : newest;
    }
    return owner;
  }

  const shows: Show[] = [];
  for (const one of segments.sort((a, b) => a.start - b.start || (a.fact.videoId < b.fact.videoId ? -1 : 1))) {
    const open = shows.at(-1);
    const gap = open ? one.start - endOf(open) : Number.POSITIVE_INFINITY;
    const inGap = films.filter(({ at }) => open && at >= endOf(open) && at - slackMs <= one.start && at < one.end);
    const isComposed = gap > slackMs && inGap.some((film) => ownerOf(film, shows) === open);
    if (open && gap <= delayMs && !isComposed) open.push(one);
    else shows.push([one]);
  }
  return shows.map((show) => {
    const [startTime, endTime] = [Math.min(...show.map((one) => one.start)), endOf(show)];
    let uncoveredSeconds = 0;
    for (let at = startTime; at < endTime; at += 1000)
      if (!show.some((one) => one.start <= at && at < one.end)) uncoveredSeconds += 1;
    return {
      startTime,
      endTime,
      videoIds: show.map((one) => one.fact.videoId).toSorted((a, b) => (a < b ? -1 : 1)),
      uncoveredSeconds,
      composedIds: films.filter((film) => ownerOf(film, shows) === show).map((film) => film.fact.videoId),
    };
  });
}

type Recorded = { readonly fact: StreamFact; readonly start: number; readonly end: number };
type Show = Recorded[];
type Film = { readonly fact: StreamFact; readonly at: number; readonly alive: boolean };

/** The most files that one cycle has, of that container where one is given. */
function formatsOf(show: Show, container?: string): number {
  return Math.max(
    ...show.map((a) => {
      const together = show.filter((b) => b.start >= a.start && b.start <= a.start + slackMs);
      const cycle = together.filter((b) => b.start === a.start || b.start < a.end);
      return cycle.filter(({ fact }) => container === undefined || fact.format === container).length;
    }),
  );
}

function hasRoom(show: Show, films: readonly Film[], { fact: { format } }: Film): boolean {
  if (films.length >= formatsOf(show)) return false;
  const same = films.filter((one) => format !== null && one.fact.format === format).length;
  return same === 0 || same < formatsOf(show, format ?? undefined);
}
