/** The set of facts of a stream: the latest snapshot per video, ordered by time. */
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';
import { clipOf } from './clips.ts';
import { byText } from './order.ts';
import { placeOf, windowOf } from './times.ts';

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
    region: fact.region,
    clip: clipOf(fact),
    sourceOnly: fact.sourceOnly,
  };
}

/**
 * Whether what this fact says is new, given what is held about the video: the highest revision wins, whatever the order of
 * arrival. (The same revision with another content can't come from one video processor; the greater content wins then, so
 * that order still doesn't matter.)
 */
export function newsOf(video: StreamVideo, held: StreamVideo | undefined): 'new' | 'duplicate' | 'outdated' {
  if (!held || video.videoRevision > held.videoRevision) return 'new';
  if (video.videoRevision < held.videoRevision) return 'outdated';
  const [now, before] = [contentOf(video), contentOf(held)];
  return now === before ? 'duplicate' : now > before ? 'new' : 'outdated';
}

/** Whether what is held is a segment of the very same part of the stream: which facts are one session then stays as it is. */
export function isInPlace(video: StreamVideo, held: StreamVideo): boolean {
  const [now, before] = [windowOf(video), windowOf(held)];
  if (now === null || before === null || now.startMs !== before.startMs || now.endMs !== before.endMs) return false;
  const isAlike = now.bounded === before.bounded && video.format === held.format;
  return isAlike && [video, held].every(({ composeJob, clip }) => composeJob === null && clip === null);
}

/** The set with this fact in the place of an older one about its video. */
export function withFact(videos: readonly StreamVideo[], video: StreamVideo): readonly StreamVideo[] {
  const at = videos.findIndex((other) => other.videoId === video.videoId);
  const others = at < 0 ? videos : videos.toSpliced(at, 1);
  return others.toSpliced(insertionPoint(others, video), 0, video);
}

function contentOf(video: StreamVideo): string {
  const { composeJob, clip } = video;
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
    video.region,
    clip && { ...clip, plannedAt: null, refusal: null },
    video.sourceOnly,
  ]);
}

/** Binary search. */
function insertionPoint(videos: readonly StreamVideo[], video: StreamVideo): number {
  let low = 0;
  let high = videos.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = videos[middle];
    if (other && inOrder(other, video) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By time, composed videos first (a compose start ends what was recorded before it), then by id. */
export function inOrder(a: StreamVideo, b: StreamVideo): number {
  return placeOf(a) - placeOf(b) || rankOf(a) - rankOf(b) || byText(a.videoId, b.videoId);
}

function rankOf({ kind }: StreamVideo): number {
  return Number(kind !== 'COMPOSED');
}
