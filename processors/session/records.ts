/** How a judged part of a stream's history is kept: the newest sessions in its own record, each older one in a page. */
import type { StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf } from '../composition-token.ts';
import { type Archive, emptyState, type Page, reachMs } from './archive.ts';
import { compositionOf } from './composition.ts';
import type { Part } from './history.ts';
import type { Session } from './projection.ts';
import { withoutFlood } from './retention.ts';
import { limits, type SessionRules } from './rules.ts';
import { placeOf, windowOf } from './times.ts';
import { dueAt, type Turned } from './turn.ts';

/** The own record as it is now; pages are changed in `archive`. Without an archive everything is in the own record. */
export function keep(own: StreamState, archive: Archive | null, part: Part, rules: SessionRules): StreamState {
  const { turned, withOwn, pages } = part;
  const homeOf = (video: StreamVideo) => compositionOf(video, turned.compositions)?.sessionStart ?? placeOf(video);
  const videos = withoutFlood(turned.videos, turned.current);
  // What was context only stays as it is: its own time has not come.
  const isContext = part.judged.toMs <= (own.archivedBefore ?? Number.NEGATIVE_INFINITY);
  const archivedBefore = withOwn && !isContext && archive ? boundary(own, turned) : own.archivedBefore;
  const isOld = (ms: number) => archivedBefore !== null && ms > 0 && ms < archivedBefore;
  const old = archivedBefore === null ? [] : videos.filter((video) => isOld(homeOf(video)));
  let archived = own.archived;
  if (archive) archived += archiveAll(archive, pages, part, old, { archivedBefore, homeOf, rules });
  if (!withOwn) return { ...own, revision: turned.revision, archived };
  const reachesBack = turned.current.some(
    ({ group, composed }) => isOld(group.startMs) && composed.some(({ video }) => !isOld(homeOf(video))),
  );
  if (isContext) return { ...own, revision: turned.revision, archived, reachesBack };
  const kept = videos.filter((video) => !isOld(homeOf(video)));
  const next = {
    ...own,
    revision: turned.revision,
    clock: turned.clock,
    videos: kept,
    sessions: turned.sessions.filter(({ startTime }) => !isOld(startTime)),
    compositions: turned.compositions.filter(({ sessionStart }) => !isOld(sessionStart)),
    archivedBefore,
    archived,
    reachesBack,
  };
  const range = { fromMs: archivedBefore ?? Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  return { ...next, dueAt: dueAt(turned, rules, range) };
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
  readonly homeOf: (video: StreamVideo) => number;
  readonly rules: SessionRules;
};

/** Writes the pages that hold these facts now instead of `before`; by how many more they are. */
function archiveAll(
  archive: Archive,
  before: readonly Page[],
  { turned, judged }: Part,
  videos: readonly StreamVideo[],
  { archivedBefore, homeOf, rules }: Keeping,
): number {
  const starts = pageStarts(videos, turned.current, homeOf);
  // Ids that lead elsewhere may be all that is left of a time.
  const [rest] =
    starts.length === 0 ? turned.sessions.filter(({ startTime }) => startTime < (archivedBefore ?? 0)) : [];
  if (rest) starts.push(rest.startTime);
  const known = new Map(
    before.flatMap(({ state }) => state.videos.map((video) => [video.videoId, homeOf(video)] as const)),
  );
  const jobs = new Set(before.flatMap(({ state }) => state.compositions.map(({ token }) => compositionKeyOf(token))));
  for (const page of before) if (!starts.includes(page.startMs)) archive.remove(page);
  const added = starts.filter((startMs) => !before.some((page) => page.startMs === startMs)).length;

  for (const [index, startMs] of starts.entries()) {
    const toMs = starts[index + 1] ?? archivedBefore ?? Number.POSITIVE_INFINITY;
    // The first page also has what is said about ids that nothing is left of.
    const fromMs = index === 0 ? Number.NEGATIVE_INFINITY : startMs;
    const isIn = (ms: number) => ms >= fromMs && ms < toMs;
    const state: StreamState = {
      ...emptyState(turned.stream),
      clock: turned.clock,
      dueAt: dueAt(turned, rules, { fromMs, toMs }),
      videos: videos.filter((video) => isIn(homeOf(video))),
      sessions: turned.sessions.filter(({ startTime }) => isIn(startTime)),
      compositions: turned.compositions.filter(({ sessionStart }) => isIn(sessionStart)),
    };
    const old = before.find((page) => page.startMs === startMs);
    const isContext = startMs < judged.fromMs || startMs >= judged.toMs;
    if (old && isContext) {
      for (const { videoId } of state.videos) known.delete(videoId);
      for (const { token } of state.compositions) jobs.delete(compositionKeyOf(token));
      continue;
    }
    if (!old || !isSame(old.state, state)) archive.put({ startMs, state });
    for (const video of state.videos) {
      if (known.get(video.videoId) !== homeOf(video) || !old) archive.point('v', video.videoId, homeOf(video));
      known.delete(video.videoId);
    }
    for (const { token, sessionStart } of state.compositions) {
      if (!jobs.delete(compositionKeyOf(token))) archive.point('c', compositionKeyOf(token), sessionStart);
    }
  }
  for (const videoId of known.keys()) archive.point('v', videoId, null);
  for (const job of jobs) archive.point('c', job, null);
  return added - before.filter(({ startMs }) => !starts.includes(startMs)).length;
}

/** A page begins with each session, and after a time in which there is nothing. */
function pageStarts(
  videos: readonly StreamVideo[],
  sessions: readonly Session[],
  homeOf: (video: StreamVideo) => number,
): number[] {
  const sessionStarts = new Set(sessions.map(({ group }) => group.startMs));
  const starts: number[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const video of videos.toSorted((a, b) => homeOf(a) - homeOf(b))) {
    const home = homeOf(video);
    if (starts.at(-1) !== home && (sessionStarts.has(home) || home - endMs > reachMs)) starts.push(home);
    endMs = Math.max(endMs, windowOf(video)?.endMs ?? home);
  }
  return starts;
}

function isSame(a: StreamState, b: StreamState): boolean {
  return (
    a.dueAt === b.dueAt &&
    a.videos.length === b.videos.length &&
    a.videos.every((video, index) => video === b.videos[index]) &&
    JSON.stringify([a.sessions, a.compositions]) === JSON.stringify([b.sessions, b.compositions])
  );
}
