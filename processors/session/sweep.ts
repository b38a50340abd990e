/** One walk through a stream's facts in order of time: which segments are one session, and whose are the composed videos. */
import type { Composition, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionOf } from './composition.ts';
import { type Group, groupOf, type Segment, tracksOf } from './grouping.ts';
import { type Kept, rulesIn } from './kept-rules.ts';
import { limits, type SessionRules } from './rules.ts';
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
type Show = { segments: Segment[]; endMs: number; films: StreamVideo[]; goesOn: boolean; flooded: boolean };
type Film = { readonly video: StreamVideo; readonly atMs: number };

/**
 * Segments whose gap to all earlier ones is at most the disconnect delay are one session; a compose start inside a gap
 * ends the session there. After 500 segments the next cycle starts another session all the same.
 *
 * A composed video belongs to the newest session that was over, by end + delay, when its composing began. A session
 * stopped by command is composed before that: a video that begins within the delay is that session's, unless the one
 * before it fell due just now and has none yet. One that the newest session has no room for, too, may be that of the
 * session before, if that fell due just now; it never goes back to one that is long over. What failed or was deleted
 * takes no room. So no more than the two newest sessions matter for a composed video. One that we had produced goes to the
 * session that covers the start of the one it was planned for.
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
  const ours: { readonly video: StreamVideo; readonly sessionStart: number }[] = [];
  /** Composed videos that began when the open session had paused or ended: which of both, the next segment tells. */
  let waiting: Film[] = [];
  const seen: Film[] = [];
  let needsEarlier: StreamVideo | null = null;
  let sameStart = 0;

  const delayOf = (show: Show) => rulesIn(said, show.segments[0]?.startMs ?? 0, show.endMs, rules).disconnectDelayMs;

  /** Gives what waits an owner; true where the compose start of a video of the open session is among it. */
  function settle(hasEnded: boolean): boolean {
    const newest = shows.length - (hasEnded ? 1 : 2);
    let isComposed = false;
    for (const film of waiting) {
      const owner = ownerOf(film, newest);
      if (owner) owner.films.push(film.video);
      else loose.push(film.video);
      seen.push(film);
      isComposed ||= owner !== null && owner === shows.at(-1) && film.video.composeStartTime !== null;
    }
    waiting = [];
    return isComposed;
  }

  function ownerOf(film: Film, newest: number): Show | null {
    const last = shows[newest];
    if (!last) {
      needsEarlier ??= film.video;
      return null;
    }
    const atMs = film.atMs + limits.jitterMs;
    const waitedMs = atMs - (last.endMs + delayOf(last));
    if (waitedMs > limits.composeWithinMs) return null;
    const isOver = waitedMs >= 0;
    const since = livingSince(last.endMs);
    const { video } = film;
    if (isOver && !isFull(last, since, video)) return last;
    const before = shows[newest - 1];
    if (!before) {
      needsEarlier ??= video;
      return last;
    }
    const dueMs = before.endMs + delayOf(before);
    if (atMs < dueMs || atMs - dueMs > limits.composePromptMs) return last;
    // Of those that began within the newest one's delay, the earliest were for the one before, as far as it had room.
    const earlier = livingSince(before.endMs).slice(0, -since.length || undefined);
    const early = since.filter((one) => one.atMs + limits.jitterMs < last.endMs + delayOf(last));
    const spilled = early.slice(0, Math.max(0, tracksOf(before.segments) - earlier.length));
    if (isOver && !isFull(last, since.slice(spilled.length), video)) return last;
    return isFull(before, [...earlier, ...(isOver ? spilled : since)], video) ? last : before;
  }

  function livingSince(endMs: number): Film[] {
    const living: Film[] = [];
    for (let index = seen.length - 1; index >= 0; index -= 1) {
      const film = seen[index];
      if (!film || film.atMs + limits.jitterMs < endMs) break;
      if (isLiving(film.video)) living.push(film);
    }
    return living.reverse();
  }

  for (const video of videos) {
    const window = windowOf(video);
    const atMs = window ? null : composeStartOf(video);
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
      const isComposed = settle(gapMs > limits.jitterMs);
      if (show) {
        const isFull = show.segments.length >= limits.sessionSegments && sameStart === 1;
        if (isComposed || gapMs > delayOf(show)) show = undefined;
        else if (isFull) {
          show.goesOn = true;
          show = undefined;
        }
      }
      if (!show) {
        show = { segments: [], endMs: window.endMs, films: [], goesOn: false, flooded: false };
        shows.push(show);
      }
      show.endMs = Math.max(show.endMs, window.endMs);
      show.segments.push({ video, ...window });
    } else if (atMs !== null) {
      const planned = compositionOf(video, compositions);
      const film = { video, atMs };
      if (planned) ours.push({ video, sessionStart: planned.sessionStart });
      else waiting.push(film);
      const open = shows.at(-1);
      if (open && open.endMs > atMs + limits.jitterMs) settle(false);
    } else loose.push(video);
  }
  settle(shows.length > 0);

  const composed = shows.map(({ films }) =>
    films.map((video): Attached => ({ video, ours: video.composeJob !== null })),
  );
  for (const { video, sessionStart } of ours) {
    const owner = shows.findLastIndex(
      (show) => (show.segments[0]?.startMs ?? 0) <= sessionStart && sessionStart <= show.endMs,
    );
    if (owner < 0) loose.push(video);
    else composed[owner]?.push({ video, ours: true });
  }
  return {
    shows: shows.map(({ segments, goesOn, flooded }, index) => ({
      group: groupOf(segments, { goesOn, truncated: goesOn || flooded }),
      composed: (composed[index] ?? []).toSorted(byComposeStart),
    })),
    loose,
    needsEarlier,
  };
}

/** Whether it has a composed video of that format, or one for each of its record formats. */
function isFull({ segments }: Show, films: readonly Film[], { format }: StreamVideo): boolean {
  if (films.length >= tracksOf(segments)) return true;
  const same = format === null ? 0 : films.filter((film) => film.video.format === format).length;
  return same > 0 && same >= tracksOf(segments, format);
}

/** What failed or was deleted gives way. */
export function isLiving({ status }: Pick<StreamVideo, 'status'>): boolean {
  return status !== 'FAILED' && status !== 'DELETED';
}

function byComposeStart(a: Attached, b: Attached): number {
  const apart = (composeStartOf(a.video) ?? 0) - (composeStartOf(b.video) ?? 0);
  return apart || (a.video.videoId < b.video.videoId ? -1 : 1);
}
