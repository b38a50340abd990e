/** How a judged part of a stream's history is kept: the newest sessions in its own record, each older one in a page. */

import type { Composition, StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf } from '../composition-token.ts';
import { keptAt } from './announce.ts';
import { type Archive, emptyState, type Page, reachMs } from './archive.ts';
import { dueAt } from './due.ts';
import type { Part } from './history.ts';
import { compositionOf, homeOf } from './ledger.ts';
import type { Session } from './projection.ts';
import { withoutFlood } from './retention.ts';
import { limits, type SessionRules } from './rules.ts';
import type { Turned } from './span.ts';
import { windowOf } from './times.ts';

/** The own record as it is now; pages are changed in `archive`. Without an archive everything is in the own record. */
export function keep(own: StreamState, archive: Archive | null, part: Part, rules: SessionRules): StreamState {
  const { turned, withOwn, pages } = part;
  // What has just been decided on takes its products in afterwards, from wherever they are.
  const ledger = turned.compositions.filter((one) => !turned.taken.includes(one));
  const videos = withoutFlood(turned.videos, turned.current);
  const homes = new Map(videos.map((video) => [video, homeOf(video, ledger)]));
  const homeIn = (video: StreamVideo) => homes.get(video) ?? homeOf(video, ledger);
  // What was context only stays as it is: its own time has not come.
  const isContext = part.judged.toMs <= (own.archivedBefore ?? Number.NEGATIVE_INFINITY);
  const archivedBefore = withOwn && !isContext && archive ? boundary(own, turned) : own.archivedBefore;
  const isOld = (ms: number) => archivedBefore !== null && ms > 0 && ms < archivedBefore;
  const old = archivedBefore === null ? [] : videos.filter((video) => isOld(homeIn(video)));
  let archived = own.archived;
  if (archive) archived += archiveAll(archive, pages, part, old, { archivedBefore, homeIn, rules });
  const { revision, clock } = turned;
  if (!withOwn) return { ...own, revision, clock, archived };
  const reachesBack = turned.current.some(
    ({ group, composed }) => isOld(group.startMs) && composed.some(({ video }) => !isOld(homeIn(video))),
  );
  if (isContext) return { ...own, revision, clock, archived, reachesBack };
  const kept = videos.filter((video) => !isOld(homeIn(video)));
  const next = {
    ...own,
    revision,
    clock,
    videos: kept,
    sessions: turned.sessions.filter((one) => !isOld(keptAt(one, turned.current))),
    compositions: turned.compositions.filter(({ sessionStart }) => !isOld(sessionStart)),
    archivedBefore,
    archived,
    reachesBack,
  };
  const range = { fromMs: archivedBefore ?? Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  const { events, dueAtMs } = turned.liveView;
  return { ...next, liveEvents: events, liveDueAt: dueAtMs, dueAt: dueAt(turned, rules, range) };
}

/** From which session on all is in the own record: a session is never divided, and the newest two are never archived. */
function boundary(own: StreamState, { current }: Turned): number | null {
  const before = own.archivedBefore ?? Number.NEGATIVE_INFINITY;
  const cut = current.find(
    ({ group }) => group.startMs < before && group.segments.some(({ startMs }) => startMs >= before),
  );
  const from = cut ? cut.group.startMs : own.archivedBefore;
  const ours = current.filter(({ group }) => group.startMs >= (from ?? Number.NEGATIVE_INFINITY));
  const segments = (sessions: readonly Session[]) =>
    sessions.reduce((sum, { group }) => sum + group.segments.length, 0);
  if (ours.length <= limits.ownSessions && segments(ours) <= limits.ownSegments) return from;
  const newest = ours.slice(-2);
  const stays = segments(newest) > limits.ownSegments ? newest.at(-1) : newest[0];
  return stays ? stays.group.startMs : from;
}

type Keeping = {
  readonly archivedBefore: number | null;
  readonly homeIn: (video: StreamVideo) => number;
  readonly rules: SessionRules;
};

/** Writes the pages that hold what was judged of these facts now; by how many more they are. */
function archiveAll(
  archive: Archive,
  pages: readonly Page[],
  { turned, judged }: Part,
  videos: readonly StreamVideo[],
  { archivedBefore, homeIn, rules }: Keeping,
): number {
  const endMs = Math.min(judged.toMs, archivedBefore ?? Number.NEGATIVE_INFINITY);
  const isJudged = (ms: number) => ms >= judged.fromMs && ms < endMs;
  const before = pages.filter(({ startMs }) => startMs >= judged.fromMs && startMs < judged.toMs);
  const old = videos.filter((video) => isJudged(homeIn(video)));
  const compositions = turned.compositions.filter(({ sessionStart }) => sessionStart > 0 && isJudged(sessionStart));
  if (before.length + old.length + compositions.length === 0) return 0;
  const starts = pageStarts(old, turned.current, compositions, homeIn);
  for (const page of before) if (!starts.includes(page.startMs)) archive.remove(page);

  const after = starts.map((startMs, index): Page => {
    const range = { fromMs: index === 0 ? judged.fromMs : startMs, toMs: starts[index + 1] ?? endMs };
    const isIn = (ms: number) => ms >= range.fromMs && ms < range.toMs;
    const state: StreamState = {
      ...emptyState(turned.stream),
      dueAt: dueAt(turned, rules, range),
      videos: old.filter((video) => isIn(homeIn(video))),
      sessions: turned.sessions.filter((one) => isIn(keptAt(one, turned.current))),
      compositions: compositions.filter(({ sessionStart }) => isIn(sessionStart)),
    };
    const page = before.find((one) => one.startMs === startMs);
    if (page && isSame(page.state, state)) return page;
    archive.put({ startMs, state });
    return { startMs, state };
  });
  point(archive, before, after);
  return after.length - before.length;
}

/** A page begins with each session, and after a time in which there is nothing. */
function pageStarts(
  videos: readonly StreamVideo[],
  sessions: readonly Session[],
  compositions: readonly Composition[],
  homeIn: (video: StreamVideo) => number,
): number[] {
  const sessionStarts = new Set(sessions.map(({ group }) => group.startMs));
  const held = [
    ...videos.map((video) => ({ home: homeIn(video), endMs: windowOf(video)?.endMs ?? 0 })),
    ...compositions.map(({ sessionStart }) => ({ home: sessionStart, endMs: 0 })),
  ];
  const starts: number[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { home, endMs } of held.sort((a, b) => a.home - b.home)) {
    if (starts.at(-1) !== home && (sessionStarts.has(home) || home - lastMs > reachMs)) starts.push(home);
    lastMs = Math.max(lastMs, endMs, home);
  }
  return starts;
}

/** Each video, composition and product that isn't of one yet is found by its id. What a page that is as before holds is. */
function point(archive: Archive, pagesBefore: readonly Page[], pagesAfter: readonly Page[]): void {
  const before = pagesBefore.filter((page) => !pagesAfter.includes(page));
  const after = pagesAfter.filter((page) => !pagesBefore.includes(page));
  for (const kind of ['v', 'c'] as const) {
    const [old, now] = [placesOf(kind, before), placesOf(kind, after)];
    for (const [id, [place]] of now) if (old.get(id)?.[0] !== place) archive.point(kind, id, place ?? null);
    for (const id of old.keys()) if (!now.has(id)) archive.point(kind, id, null);
  }
  const [old, now] = [placesOf('p', before), placesOf('p', after)];
  for (const job of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(job) ?? [], now.get(job) ?? []];
    if (String(was) !== String(is)) archive.pointToProducts(job, is, was);
  }
}

function placesOf(kind: 'v' | 'c' | 'p', pages: readonly Page[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  const add = (id: string, place: number) => places.set(id, [...(places.get(id) ?? []), place]);
  for (const { state } of pages) {
    if (kind === 'c')
      for (const { token, sessionStart } of state.compositions) add(compositionKeyOf(token), sessionStart);
    else
      for (const video of state.videos) {
        const home = homeOf(video, state.compositions);
        if (kind === 'v') add(video.videoId, home);
        else if (video.composeJob && compositionOf(video, state.compositions) === undefined)
          add(compositionKeyOf(video.composeJob.token), home);
      }
  }
  return places;
}

/** Whether it holds the very same things: what a turn leaves as it is, it leaves the object that it was. */
function isSame(a: StreamState, b: StreamState): boolean {
  return (
    a.dueAt === b.dueAt &&
    areSame(a.videos, b.videos) &&
    areSame(a.sessions, b.sessions) &&
    areSame(a.compositions, b.compositions)
  );
}

function areSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
