/** Asking for all recordings of a domain, an app or a stream in a window of recording time, in bounded pages. */
import type { LiveRecording, Media } from '../../connectors/vod/index.ts';
import type { SweepTarget, Window } from './target.ts';
import { type Unread, unreadOf } from './unread.ts';

/** Asks at the pace of the reconciler. */
export type Ask = <T>(work: () => Promise<T>) => Promise<T>;

/** The cloud gives at most 5,000 rows for one question (cloud facts 3.2); a window with more is halved. */
const mostRows = 5_000;
const pageSize = 100;
const shortestWindowMs = 60_000;

export type RecordedPage = { readonly recordings: readonly LiveRecording[]; readonly unread: readonly Unread[] };

/** Every recording in the window, page by page, so that memory stays small. */
export async function* recordingsIn(
  cloud: () => Pick<Media, 'listLiveRecordVideo'>,
  ask: Ask,
  target: SweepTarget,
  window: Window,
): AsyncGenerator<RecordedPage> {
  for (let page = 1; ; page++) {
    const found = await ask(() =>
      cloud().listLiveRecordVideo({
        ...target,
        recordedFromMs: window.fromMs,
        recordedToMs: window.toMs,
        page,
        pageSize,
      }),
    );
    const tooMany = page === 1 && (found.total ?? 0) > mostRows && window.toMs - window.fromMs > shortestWindowMs;
    if (tooMany) {
      const middleMs = Math.floor((window.fromMs + window.toMs) / 2);
      yield* recordingsIn(cloud, ask, target, { fromMs: window.fromMs, toMs: middleMs });
      yield* recordingsIn(cloud, ask, target, { fromMs: middleMs, toMs: window.toMs });
      return;
    }
    yield { recordings: found.recordings, unread: unreadOf(found, target, window) };
    if (found.count < pageSize || page * pageSize >= mostRows) return;
  }
}

/** The window in slices, the latest first: what was lost lately matters most. */
export function* slicesOf(window: Window, sliceMs: number): Generator<Window> {
  for (let toMs = window.toMs; toMs > window.fromMs; toMs -= sliceMs) {
    yield { fromMs: Math.max(window.fromMs, toMs - sliceMs), toMs };
  }
}

/** A composition is made once the session is over; copies in another record format are made with the recording. */
const composedLaterMs = 15_000;

/**
 * What a listed row is. It is not documented whether compositions are listed (cloud facts 3.2); one would cover the time
 * of earlier made rows of its stream. Where it holds exactly the time of one, it may be the composition of that one or its
 * copy in another format: `unclear`.
 */
export function kindOfRow(row: LiveRecording, rows: readonly LiveRecording[]): 'recording' | 'composition' | 'unclear' {
  const covered = rows.filter(
    (other) =>
      other !== row &&
      (other.video === null || other.video.videoId !== row.video?.videoId) &&
      other.domainName === row.domainName &&
      other.appName === row.appName &&
      other.streamName === row.streamName &&
      covers(row, other) &&
      madeAt(row) - madeAt(other) >= composedLaterMs,
  );
  if (covered.length === 0) return 'recording';
  return covered.every((other) => covers(other, row)) ? 'unclear' : 'composition';
}

function covers(outer: LiveRecording, inner: LiveRecording): boolean {
  if (outer.recordStartMs === null || outer.recordEndMs === null) return false;
  if (inner.recordStartMs === null || inner.recordEndMs === null) return false;
  return outer.recordStartMs <= inner.recordStartMs && outer.recordEndMs >= inner.recordEndMs;
}

function madeAt(row: LiveRecording): number {
  return row.video?.createdAtMs ?? row.recordEndMs ?? 0;
}
