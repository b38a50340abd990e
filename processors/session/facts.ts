/** The set of facts of a stream: the latest snapshot per video, ordered by time. */
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';

export function videoOf(fact: StreamFact): StreamVideo {
  return {
    videoId: fact.videoId,
    kind: fact.kind,
    status: fact.status,
    removed: fact.removed,
    startTime: fact.recording?.startTime ?? null,
    endTime: fact.recording?.endTime ?? null,
    recordedTime: fact.recordedTime,
    composeStartTime: fact.composeStartTime,
    sourceReadyTime: fact.sourceReadyTime,
    transcodedTime: fact.transcodedTime,
    durationSeconds: fact.durationSeconds,
    format: fact.format,
    composeJob: fact.composeJob && {
      token: fact.composeJob.token,
      state: fact.composeJob.state,
      errorCode: fact.composeJob.errorCode,
    },
    videoRevision: fact.videoRevision,
  };
}

/** What part of the stream a segment covers, epoch milliseconds. */
export type Window = { readonly startMs: number; readonly endMs: number };

/** The latest time that a Date can tell. */
const latestMs = 8.64e15;

/** Null where the video is no segment, or nothing tells when it was recorded (the cloud may leave both times out). */
export function windowOf(video: StreamVideo): Window | null {
  if (video.kind !== 'SEGMENT' || video.removed) return null;
  const lengthMs = video.durationSeconds === null ? null : Math.round(video.durationSeconds * 1000);
  const knownEndMs = video.endTime ?? video.recordedTime;
  const startMs = video.startTime ?? (knownEndMs === null || lengthMs === null ? null : knownEndMs - lengthMs);
  if (startMs === null) return null;
  const endMs = Math.max(startMs, knownEndMs ?? startMs + (lengthMs ?? 0));
  return startMs >= 0 && endMs <= latestMs ? { startMs, endMs } : null;
}

/** When the composing of a composed video began, as far as known; null for other videos. */
export function composeStartOf(video: StreamVideo): number | null {
  if (video.kind !== 'COMPOSED' || video.removed || isStandIn(video)) return null;
  return video.composeStartTime ?? video.sourceReadyTime ?? video.transcodedTime;
}

/** A fact that speaks of a ComposeJob that has produced no video. */
export function isStandIn(video: StreamVideo): boolean {
  return video.composeJob !== null && video.composeJob.state !== 'ACKNOWLEDGED';
}

/** Where the video stands in the order of facts; 0 where it has no time at all. */
export function placeOf(video: StreamVideo): number {
  return windowOf(video)?.startMs ?? composeStartOf(video) ?? firstTimeOf(video) ?? 0;
}

/** The latest time that the fact speaks of, 0 where none: what retention counts from. */
export function lastTimeOf(video: StreamVideo): number {
  let last = Math.max(video.startTime ?? 0, video.endTime ?? 0, video.recordedTime ?? 0);
  last = Math.max(last, video.composeStartTime ?? 0, video.sourceReadyTime ?? 0);
  return Math.min(latestMs, Math.max(last, video.transcodedTime ?? 0));
}

function firstTimeOf(video: StreamVideo): number | null {
  const { startTime, endTime, recordedTime, composeStartTime, sourceReadyTime, transcodedTime } = video;
  const times = [startTime, endTime, recordedTime, composeStartTime, sourceReadyTime, transcodedTime];
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

export type Added =
  | { readonly kind: 'added'; readonly videos: readonly StreamVideo[] }
  | { readonly kind: 'duplicate' | 'outdated' };

/**
 * The set with this fact in it: per video the highest revision wins, whatever the order of arrival. (The same revision
 * with another content can't come from one video processor; the greater content wins then, so that order still
 * doesn't matter.)
 */
export function addFact(videos: readonly StreamVideo[], video: StreamVideo): Added {
  const at = videos.findIndex((other) => other.videoId === video.videoId);
  const held = videos[at];
  if (held && compareRevisions(video, held) <= 0) return { kind: sameContent(video, held) ? 'duplicate' : 'outdated' };
  const others = held ? videos.toSpliced(at, 1) : videos;
  return { kind: 'added', videos: others.toSpliced(insertionPoint(others, video), 0, video) };
}

function compareRevisions(a: StreamVideo, b: StreamVideo): number {
  if (a.videoRevision !== b.videoRevision) return a.videoRevision - b.videoRevision;
  const [left, right] = [contentOf(a), contentOf(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function sameContent(a: StreamVideo, b: StreamVideo): boolean {
  return a.videoRevision === b.videoRevision && contentOf(a) === contentOf(b);
}

function contentOf(video: StreamVideo): string {
  const { composeJob } = video;
  return JSON.stringify([
    video.kind,
    video.status,
    video.removed,
    video.startTime,
    video.endTime,
    video.recordedTime,
    video.composeStartTime,
    video.sourceReadyTime,
    video.transcodedTime,
    video.durationSeconds,
    video.format,
    composeJob && [composeJob.token, composeJob.state, composeJob.errorCode],
  ]);
}

/** Binary search by (time, videoId). */
function insertionPoint(videos: readonly StreamVideo[], video: StreamVideo): number {
  const place = placeOf(video);
  let low = 0;
  let high = videos.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = videos[middle];
    if (other && isBefore(placeOf(other), other.videoId, place, video.videoId)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(placeA: number, idA: string, placeB: number, idB: string): boolean {
  return placeA < placeB || (placeA === placeB && idA < idB);
}
