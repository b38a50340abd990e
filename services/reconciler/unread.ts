/** Rows of ListLiveRecordVideo that can't be read: which video each may be. */
import type { Media, VideoInfo } from '../../connectors/vod/index.ts';
import { isWithin, type SweepTarget, type Window } from './target.ts';

/**
 * Some video of the target, registered in this span. Whatever is concluded from a recording not being listed has to leave
 * such a video alone.
 */
export type Unread = Window & {
  readonly target: SweepTarget;
  /** Null where its times can't be read. */
  readonly recordedSeconds: number | null;
};

/** A recording is registered within seconds of its end; an hour late was never seen. */
const registeredWithinMs = 60 * 60_000;
const longestRecordingMs = 6 * 60 * 60_000;
/** Times of recording are whole seconds, and a file needn't hold all of them. */
const toleranceSeconds = 30;

export function unreadOf(
  page: Awaited<ReturnType<Media['listLiveRecordVideo']>>,
  target: SweepTarget,
  window: Window,
): readonly Unread[] {
  const unread: Unread[] = [];
  for (const { video, domainName, appName, streamName, recordStartMs, recordEndMs } of page.recordings) {
    if (video !== null) continue;
    const latestEndMs = recordEndMs ?? (recordStartMs ?? window.toMs) + longestRecordingMs;
    unread.push({
      target: { domainName, appName, streamName },
      fromMs: recordEndMs ?? recordStartMs ?? window.fromMs,
      toMs: latestEndMs + registeredWithinMs,
      recordedSeconds: recordStartMs === null || recordEndMs === null ? null : (recordEndMs - recordStartMs) / 1000,
    });
  }
  // Nothing of these can be read.
  if (page.count > page.recordings.length) {
    const toMs = window.toMs + longestRecordingMs + registeredWithinMs;
    unread.push({ target, fromMs: window.fromMs, toMs, recordedSeconds: null });
  }
  return unread;
}

/** Whether a video of the stream may be one of them: created in its span, and as long. */
export function mayBe(
  unread: readonly Unread[],
  stream: Required<SweepTarget>,
  { createdAtMs, durationSeconds }: Pick<VideoInfo, 'createdAtMs' | 'durationSeconds'>,
): boolean {
  return unread.some(
    ({ target, fromMs, toMs, recordedSeconds }) =>
      isWithin(target, stream) &&
      (createdAtMs === null || (createdAtMs >= fromMs && createdAtMs <= toMs)) &&
      (recordedSeconds === null || !durationSeconds || Math.abs(durationSeconds - recordedSeconds) <= toleranceSeconds),
  );
}
