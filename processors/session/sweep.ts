/** One walk through a stream's facts in order of time: which segments are one session, and whose are the composed videos. */
import type { Composition, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionsOf } from './composition-parts.ts';
import { type Group, groupOf, type Segment, tracksOf } from './grouping.ts';
import { type Kept, rulesIn } from './kept-rules.ts';
import { compositionOf } from './ledger.ts';
import { byText } from './order.ts';
import { limits, type SessionRules } from './rules.ts';
import { keepsPlace } from './status.ts';
import { composeStartOf, windowOf } from './times.ts';

export type Attached = { readonly video: StreamVideo; readonly ours: boolean };

export type Swept = {
  /** Oldest first, each with its composed videos by compose start. */
  readonly shows: readonly { readonly group: Group; readonly composed: readonly Attached[] }[];
  /** Videos that belong to no session, or not yet. */
  readonly loose: readonly StreamVideo[];
  /** The first composed video for which what came before these facts matters, null for none. */
  readonly needsEarlier: StreamVideo | null;
};

/** A session while it is walked through. `films` are the composed videos that are its own so far. */
type Show = {
  readonly startMs: number;
  endMs: number;
  readonly segments: Segment[];
  readonly films: Film[];
  goesOn: boolean;
  flooded: boolean;
};
/** `atMs`: when its composing began, later by as much as times are inexact, so that it isn't before an end that it follows. */
type Film = { readonly video: StreamVideo; readonly atMs: number };

/**
 * Segments whose gap to all earlier ones is at most the disconnect delay are one session; a compose start inside a gap
 * ends the session there. After 500 segments the next cycle starts another session all the same.
 *
 * A composed video belongs to the newest session that was over, by end + delay, when its composing began. A session
 * stopped by command is composed before that: a video that begins within the delay is that session's, unless the one
 * before it fell due just now and has none yet, and wasn't itself stopped by command. One that the newest session has no room for, too, may be that of the
 * session before, if that fell due just now; it never goes back to one that is long over. What failed to be composed takes
 * no room; a session that we compose has none. So no more than the two newest sessions matter for a composed video. One
 * that we had produced goes to the session that covers the start of the one it was planned for.
 *
 * @param videos in the order of `addFact`
 * @param said what was said about the sessions so far, by start: one that has closed keeps its rules
 */
export function sweep(
  videos: readonly StreamVideo[],
  compositions: readonly Composition[],
  said: readonly Kept[],
  rules: SessionRules,
): Swept {
  const shows: Show[] = [];
  const loose: StreamVideo[] = [];
  const ours: { readonly film: Film; readonly sessionStart: number }[] = [];
  /** Composed videos that began when the open session had paused or ended: which of both, the next segment tells. */
  const waiting: Film[] = [];
  const seen: Film[] = [];
  let needsEarlier: StreamVideo | null = null;
  let sameStart = 0;

  /** One that we composed was overdue then: what the cloud begins after that is no longer its own. */
  const hasRoom = (show: Show, films: readonly Film[], video: StreamVideo) =>
    compositionsOf(show, compositions).length === 0 && !isFull(show, films, video, rules.films);
  const delayOf = (show: Show) => rulesIn(said, show.startMs, show.endMs, rules).disconnectDelayMs;

  /** Gives what waits, and began before that, an owner; true where a compose start of the open session is among it. */
  function settle(hasEnded: boolean, beforeMs = Number.POSITIVE_INFINITY): boolean {
    const newest = shows.length - (hasEnded ? 1 : 2);
    let isComposed = false;
    for (let film = waiting[0]; film && film.atMs < beforeMs; film = waiting[0]) {
      waiting.shift();
      const owner = ownerOf(film, newest);
      if (owner) owner.films.push(film);
      else loose.push(film.video);
      seen.push(film);
      isComposed ||= owner !== null && owner === shows.at(-1) && film.video.composeStartTime !== null;
    }
    return isComposed;
  }

  function ownerOf({ video, atMs }: Film, newest: number): Show | null {
    const last = shows[newest];
    if (!last) {
      needsEarlier ??= video;
      return null;
    }
    const lastDueMs = last.endMs + delayOf(last);
    if (atMs - lastDueMs > limits.composeWithinMs) return null;
    const ofLast = keeping(last.endMs, Number.POSITIVE_INFINITY);
    if (atMs >= lastDueMs && hasRoom(last, ofLast, video)) return last;
    const before = shows[newest - 1];
    if (!before) {
      needsEarlier ??= video;
      return last;
    }
    const dueMs = before.endMs + delayOf(before);
    const ofBefore = keeping(before.endMs, last.endMs);
    const taken: Film[] = [];
    // A composition that failed, and had begun before the session was due: that was stopped by command.
    const wasStopped = seen.some((one) => one.atMs >= before.endMs && one.atMs < dueMs && !keepsPlace(one.video));
    const goesBack = (film: Film) =>
      film.atMs >= dueMs &&
      film.atMs - dueMs <= limits.composePromptMs &&
      hasRoom(before, ofBefore, film.video) &&
      ((film.atMs < lastDueMs && !wasStopped) || !hasRoom(last, taken, film.video));
    for (const film of ofLast) (goesBack(film) ? ofBefore : taken).push(film);
    return goesBack({ video, atMs }) ? before : last;
  }

  function keeping(fromMs: number, toMs: number): Film[] {
    return seen.filter(({ video, atMs }) => atMs >= fromMs && atMs < toMs && keepsPlace(video));
  }

  for (const video of videos) {
    const window = windowOf(video);
    const composeStartMs = composeStartOf(video);
    if (window) {
      let show = shows.at(-1);
      const first = show?.segments.at(-1);
      sameStart = first?.startMs === window.startMs ? sameStart + 1 : 1;
      if (show && sameStart > limits.sameStart) {
        show.flooded = true;
        loose.push(video);
        continue;
      }
      const gapMs = window.startMs - (show?.endMs ?? window.startMs);
      // What begins when a recording of a moment has ended may be that one's.
      const isComposed = settle(gapMs > limits.jitterMs, window.endMs);
      if (show) {
        const isFull = show.segments.length >= limits.sessionSegments && sameStart === 1;
        if (isComposed || gapMs > delayOf(show)) show = undefined;
        else if (isFull) {
          show.goesOn = true;
          show = undefined;
        }
      }
      if (!show) {
        const { startMs, endMs } = window;
        show = { startMs, endMs, segments: [], films: [], goesOn: false, flooded: false };
        shows.push(show);
      }
      show.endMs = Math.max(show.endMs, window.endMs);
      show.segments.push({ video, ...window });
    } else if (composeStartMs !== null) {
      const planned = compositionOf(video, compositions);
      const film = { video, atMs: composeStartMs + limits.jitterMs };
      if (planned) ours.push({ film, sessionStart: planned.sessionStart });
      else waiting.push(film);
      const open = shows.at(-1);
      if (open && open.endMs > film.atMs) settle(false);
    } else loose.push(video);
  }
  settle(shows.length > 0);

  for (const { film, sessionStart } of ours) {
    const owner = shows.findLast((show) => show.startMs <= sessionStart && sessionStart <= show.endMs);
    if (owner) owner.films.push(film);
    else loose.push(film.video);
  }
  return {
    shows: shows.map(({ segments, films, goesOn, flooded }) => ({
      group: groupOf(segments, { goesOn, truncated: goesOn || flooded }),
      composed: films.sort(byStart).map(({ video }) => ({ video, ours: video.composeJob !== null })),
    })),
    loose,
    needsEarlier,
  };
}

/** Whether it has a composed video of that format, or one for each of its record formats, as far as these are composed. */
function isFull(
  { segments }: Show,
  films: readonly Film[],
  { format }: StreamVideo,
  most: SessionRules['films'],
): boolean {
  if (films.length >= Math.min(tracksOf(segments), most ?? Number.POSITIVE_INFINITY)) return true;
  const same = films.filter((film) => film.video.format === format).length;
  return format !== null && same >= Math.max(1, tracksOf(segments, format));
}

function byStart(a: Film, b: Film): number {
  return a.atMs - b.atMs || byText(a.video.videoId, b.video.videoId);
}
