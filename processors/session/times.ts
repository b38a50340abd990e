/** When a video happened, as far as what its callbacks say can be true. */
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';
import { limits } from './rules.ts';

/** What part of the stream a segment covers, epoch milliseconds. */
export type Window = {
  readonly startMs: number;
  readonly endMs: number;
  /** A time that was said can't be true, and was brought back to what can be. */
  readonly bounded: boolean;
};

/** The latest time that a Date can tell. */
const latestMs = 8.64e15;
const longestMs = limits.longestCycleMs + limits.clockSlackMs;

/**
 * Null where the video is no segment, or nothing tells when it was recorded (the cloud may leave both times out).
 *
 * A recording has ended when its callback is sent, and is no longer than the longest cycle. A time that says otherwise
 * counts as not said: a single wrong one would make all of a stream one session. What is left, and the length of the
 * file, then tell the other; so the window follows from the video alone, whenever it is heard of.
 */
export function windowOf(video: StreamVideo): Window | null {
  if (video.kind !== 'SEGMENT' || video.removed) return null;
  const heardMs = video.recordedTime !== null && video.recordedTime > 0 ? video.recordedTime : null;
  const isPossible = (ms: number) => heardMs === null || ms <= heardMs + limits.clockSlackMs;
  const { startTime, endTime } = video;
  const lengthMs = lengthOf(video);
  const saidStart = startTime !== null && isPossible(startTime) ? startTime : null;
  const saidEnd = endTime !== null && isPossible(endTime) ? endTime : null;
  const knownEnd = saidEnd ?? heardMs;
  const wasWrong = saidStart !== startTime || saidEnd !== endTime;

  let startMs = saidStart;
  let endMs = knownEnd;
  if (saidStart === null) {
    if (knownEnd === null || (lengthMs === null && startTime === null)) return null;
    startMs = knownEnd - (lengthMs ?? 0);
  } else if (knownEnd === null) {
    endMs = saidStart + (lengthMs ?? 0);
  } else if (knownEnd < saidStart) {
    endMs =
      heardMs !== null && heardMs - saidStart <= longestMs ? Math.max(saidStart, heardMs) : saidStart + (lengthMs ?? 0);
  } else if (knownEnd - saidStart > longestMs) {
    // The callback is sent soon after the end, so that with it the start is the wrong one.
    if (heardMs === null) endMs = saidStart + (lengthMs ?? 0);
    else startMs = knownEnd - (lengthMs ?? 0);
  }
  if (startMs === null || endMs === null || startMs < 0 || endMs > latestMs) return null;
  return {
    startMs,
    endMs,
    bounded: wasWrong || (saidStart !== null && saidStart !== startMs) || (saidEnd !== null && saidEnd !== endMs),
  };
}

/** Of the file, where it can be a recording's. */
function lengthOf({ durationSeconds }: StreamVideo): number | null {
  if (durationSeconds === null || !(durationSeconds >= 0) || durationSeconds * 1000 > longestMs) return null;
  return Math.round(durationSeconds * 1000);
}

/** When the composing of a composed video began, as far as known; null for other videos. */
export function composeStartOf(video: StreamVideo): number | null {
  if (video.kind !== 'COMPOSED' || video.removed || isStandIn(video)) return null;
  return video.composeStartTime ?? video.sourceReadyTime ?? video.transcodedTime;
}

/** The cloud composes it, and nothing tells when that began: its EventTime can't be true, and nothing followed yet. */
export function isUnplaced(video: StreamVideo): boolean {
  return video.kind === 'COMPOSED' && !video.removed && video.composeJob === null && timesOf(video).length === 0;
}

/** A fact that speaks of a ComposeJob that has produced no video. */
export function isStandIn(video: StreamVideo): boolean {
  return video.composeJob !== null && video.composeJob.state !== 'ACKNOWLEDGED';
}

/** Where the video stands in the order of facts, a clip at what it shows; 0 where it has no time at all. */
export function placeOf(video: StreamVideo): number {
  const place = video.clip?.from ?? windowOf(video)?.startMs ?? composeStartOf(video) ?? Math.min(...timesOf(video));
  return Number.isFinite(place) ? place : 0;
}

/** All times that the fact speaks of; those of a segment's recording as `windowOf` has them. */
export function timesOf(video: StreamVideo): number[] {
  const window = windowOf(video);
  const recorded = window ? [window.startMs, window.endMs] : [video.startTime, video.endTime];
  const { recordedTime, composeStartTime, sourceReadyTime, transcodedTime } = video;
  const clipped = video.clip === null ? [] : [video.clip.from, video.clip.requestedAt];
  return [...recorded, recordedTime, composeStartTime, sourceReadyTime, transcodedTime, ...clipped].filter(
    (time) => time !== null && time > 0 && time <= latestMs,
  ) as number[];
}

/** The latest of `timesOf`, 0 for none. @param window the video's own, as `windowOf` has it */
export function latestOf(video: StreamVideo, window: Window | null): number {
  let latest = 0;
  const consider = (time: number | null) => {
    if (time !== null && time > latest && time <= latestMs) latest = time;
  };
  consider(window ? window.startMs : video.startTime);
  consider(window ? window.endMs : video.endTime);
  consider(video.recordedTime);
  consider(video.composeStartTime);
  consider(video.sourceReadyTime);
  consider(video.transcodedTime);
  if (video.clip !== null) {
    consider(video.clip.from);
    consider(video.clip.requestedAt);
  }
  return latest;
}

/**
 * The latest of these times that retention counts from. One that lies more than the retention after all earlier ones is
 * none: what it speaks of would have been retired before. So a wrong one can't hold anything for ever.
 */
export function lastActivity(sinceMs: number, times: readonly number[], retentionMs: number): number {
  const latest = times.reduce((max, time) => Math.max(max, time), sinceMs);
  if (latest - sinceMs <= retentionMs) return latest;
  let last = sinceMs;
  for (const time of times.toSorted((a, b) => a - b)) {
    if (time - last > retentionMs) break;
    last = Math.max(last, time);
  }
  return last;
}
