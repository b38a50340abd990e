/** The status of a session; the diagram is in docs/session-status.md. */
import type { SessionStatus, VideoStatus } from '../../schemas/generated/SessionState.ts';
import type { StreamVideo } from '../../schemas/generated/StreamState.ts';

/** How a video stands. */
export type Standing = Pick<StreamVideo, 'status' | 'sourceOnly'>;

export type StatusInput = {
  readonly closed: boolean;
  readonly segments: readonly Standing[];
  /** Composed videos that count: our latest composition where there is one, else the cloud's. */
  readonly composed: readonly Standing[];
  readonly composeExpected: boolean;
  readonly composeMissing: boolean;
  /** Where our own composition of these segments stands, null where none was decided on. */
  readonly composition: 'PLANNED' | 'ACKNOWLEDGED' | 'DONE' | 'FAILED' | 'IN_DOUBT' | null;
};

/**
 * Where the session stands: the composed video decides where there is one or one is expected, else the segments.
 * READY means that all that was expected can be played, PARTIAL that something can, FAILED that nothing can and nothing
 * more is under way.
 */
export function statusOf(input: StatusInput): SessionStatus {
  if (!input.closed) return 'RECORDING';
  if (input.composed.length > 0) return fromComposed(input.composed, input.segments);
  if (input.composition === 'FAILED') return withoutComposed(input.segments);
  if (input.composition !== null) return 'COMPOSING';
  if (!input.composeExpected) return fromSegments(input.segments);
  return input.composeMissing && input.segments.some(isPlayable) ? 'PARTIAL' : 'ENDED';
}

/** Of several record formats the least advanced counts while any is under way. */
function fromComposed(composed: readonly Standing[], segments: readonly Standing[]): SessionStatus {
  const has = (...statuses: VideoStatus[]) => composed.some((video) => statuses.includes(stageOf(video)));
  if (has('ANNOUNCED', 'RECORDED')) return 'COMPOSING';
  if (has('SOURCE_READY')) return 'COMPOSED';
  if (has('TRANSCODING', 'PLAYABLE')) return 'TRANSCODING';
  if (!has('PARTIAL', 'FAILED', 'DELETED')) return 'READY';
  return has('TRANSCODED', 'PARTIAL') ? 'PARTIAL' : withoutComposed(segments);
}

function fromSegments(segments: readonly Standing[]): SessionStatus {
  const stages = segments.map(stageOf);
  if (!stages.every(isSettled)) {
    const begun = stages.some((stage) => stage === 'TRANSCODING' || canPlay(stage));
    return begun ? 'TRANSCODING' : 'ENDED';
  }
  return stages.every((stage) => stage === 'TRANSCODED') ? 'READY' : withoutComposed(segments);
}

function withoutComposed(segments: readonly Standing[]): SessionStatus {
  return segments.some(isPlayable) ? 'PARTIAL' : 'FAILED';
}

function isPlayable({ status }: Standing): boolean {
  return canPlay(status);
}

function canPlay(status: VideoStatus): boolean {
  return status === 'PLAYABLE' || status === 'TRANSCODED' || status === 'PARTIAL';
}

/**
 * How far it has come on the way to what it is to be: a source that plays as it is, and that nobody transcodes, is all of
 * it; one that somebody may still transcode is a source.
 */
function stageOf({ status, sourceOnly }: Standing): VideoStatus {
  if (sourceOnly === 'FOR_GOOD') return 'TRANSCODED';
  return sourceOnly === 'MEANWHILE' ? 'SOURCE_READY' : status;
}

function isSettled(status: VideoStatus): boolean {
  return status === 'TRANSCODED' || status === 'PARTIAL' || status === 'FAILED' || status === 'DELETED';
}

const progress: readonly VideoStatus[] = [
  'ANNOUNCED',
  'RECORDED',
  'SOURCE_READY',
  'TRANSCODING',
  'PLAYABLE',
  'PARTIAL',
  'TRANSCODED',
];

/** What failed or was deleted counts no more, and can't be composed of. */
export function isLiving({ status }: { readonly status: VideoStatus }): boolean {
  return status !== 'FAILED' && status !== 'DELETED';
}

/** A composed video that was composed stays that of its session, whatever becomes of it. One that never was gives way. */
export function keepsPlace(video: Pick<StreamVideo, 'status' | 'sourceReadyTime' | 'transcodedTime'>): boolean {
  return isLiving(video) || video.sourceReadyTime !== null || video.transcodedTime !== null;
}

/** How far a video has come, to compare by; what failed or was deleted is behind all others. */
export function progressOf(video: Standing): number {
  return progress.indexOf(stageOf(video));
}

/**
 * Whether the cloud shows it as Normal, which is all that it composes and cuts (cloud facts 3.3.4, 3.3.11): it can be
 * played, and no transcode is under way.
 */
export function isNormal({ status, sourceOnly }: Standing): boolean {
  return status === 'TRANSCODED' || status === 'PARTIAL' || (status === 'PLAYABLE' && sourceOnly !== 'NO');
}

export function isBeforeSource(status: VideoStatus): boolean {
  return status === 'ANNOUNCED' || status === 'RECORDED';
}
