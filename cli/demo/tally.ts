/** What happened in a part of what was played, as the state topics tell it. */
import type { Ledger } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';

export type Tally = {
  readonly sessions: number;
  readonly segments: number;
  readonly composed: number;
  readonly composedByUs: number;
  readonly renditions: number;
  readonly jobs: number;
  /** Accepted copies of callbacks less the events that the states know. */
  readonly duplicates: number;
  /** First copies that came after a later event of the same video. */
  readonly outOfOrder: number;
};

export function tally(
  isOurs: (videoId: string) => boolean,
  ledger: Ledger,
  videos: ReadonlyMap<string, VideoState>,
  sessions: ReadonlyMap<string, SessionState>,
): Tally {
  const ours = [...videos.values()].filter((video) => isOurs(video.videoId));
  const shows = [...sessions.values()].filter(
    ({ status, segments }) => status !== 'MERGED' && segments.some(({ videoId }) => isOurs(videoId)),
  );
  const accepted = ledger.videos
    .filter((video) => isOurs(video.videoId))
    .reduce((sum, video) => sum + video.delivery.accepted, 0);
  const known = ours.reduce((sum, video) => sum + video.timeline.filter((entry) => entry.source === 'http').length, 0);
  return {
    sessions: shows.length,
    segments: ours.filter((video) => video.kind === 'SEGMENT').length,
    composed: ours.filter((video) => video.kind === 'COMPOSED').length,
    composedByUs: shows.reduce((sum, { composed }) => sum + composed.filter((film) => film.ours).length, 0),
    renditions: ours.reduce(
      (sum, video) => sum + video.renditions.filter((rendition) => rendition.status !== 'SUBMITTED').length,
      0,
    ),
    jobs: ours.reduce((sum, video) => sum + video.jobs.filter((job) => job.acknowledgedAt !== null).length, 0),
    duplicates: accepted - known,
    outOfOrder: ours.reduce((sum, video) => sum + overtaken(video), 0),
  };
}

/** Events of a video that were received after one that happened later. */
function overtaken(video: VideoState): number {
  let newest = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const { eventTime } of video.timeline
    .filter((entry) => entry.source === 'http')
    .toSorted((a, b) => a.receivedAt - b.receivedAt)) {
    if (eventTime < newest) count += 1;
    newest = Math.max(newest, eventTime);
  }
  return count;
}
