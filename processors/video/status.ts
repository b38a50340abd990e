import type { VideoStatus } from '../../schemas/generated/VideoState.ts';
import type { Output } from './renditions.ts';

/** What the status is derived from; see docs/video-status.md for the diagram. */
export type Standing = {
  readonly deleted: boolean;
  /** An audit blocked the video. */
  readonly blocked: boolean;
  readonly recorded: boolean;
  readonly sourceReady: boolean;
  /** The source is there and can be played as it is. */
  readonly sourcePlays: boolean;
  /** The source file was deleted and not uploaded again. */
  readonly sourceGone: boolean;
  /** The upload of the source failed; or recording, composing, producing or fetching it, and nothing succeeded in its place. */
  readonly sourceFailed: boolean;
  /** What the TranscodeCompletes that name no outputs come to: `success` unless streams were deleted since, `fail`, or none. */
  readonly summary: 'success' | 'fail' | null;
  /** Time of the latest TranscodeComplete that names no outputs: it speaks for all that there were by then. */
  readonly summedUntil: number;
  /** Some rendition has a picture, or would have had: then sound alone is nothing to play. */
  readonly pictured: boolean;
  readonly outputs: readonly Output[];
};

/** The status, a pure function of what is known; no earlier status goes into it. */
export function statusOf(standing: Standing): VideoStatus {
  if (standing.deleted) return 'DELETED';
  if (standing.blocked) return 'FAILED';
  const { good, heard, bad, pending, unsummed } = tally(standing);
  if (good) {
    if (pending || unsummed) return 'PLAYABLE';
    return bad ? 'PARTIAL' : 'TRANSCODED';
  }
  if (pending || ((heard || bad) && unsummed)) return standing.sourcePlays ? 'PLAYABLE' : 'TRANSCODING';
  if (heard && !standing.pictured) return bad ? 'PARTIAL' : 'TRANSCODED';
  if (bad) return standing.sourcePlays ? 'PARTIAL' : 'FAILED';
  if (standing.summary !== null) return standing.summary === 'success' ? 'TRANSCODED' : 'FAILED';
  if (standing.sourceGone) return 'DELETED';
  if (standing.sourceReady) return standing.sourcePlays ? 'PLAYABLE' : 'SOURCE_READY';
  if (standing.sourceFailed) return 'FAILED';
  return standing.recorded ? 'RECORDED' : 'ANNOUNCED';
}

/** What the current outputs amount to: `good` can be watched, `heard` is sound alone. A failure beside a later or earlier success of the same label doesn't count. */
function tally(standing: Standing): {
  good: boolean;
  heard: boolean;
  bad: boolean;
  pending: boolean;
  unsummed: boolean;
} {
  let good = false;
  let heard = false;
  let bad = false;
  let pending = false;
  let unsummed = false;
  for (const { rendition, round, time } of standing.outputs) {
    if (rendition.superseded) continue;
    if (rendition.status === 'SUBMITTED') pending = true;
    else if (rendition.status === 'SUCCESS' && rendition.audioOnly) heard = true;
    else if (rendition.status === 'SUCCESS') good = true;
    else if (!hasSuccess(standing.outputs, rendition.definition, rendition.format)) bad = true;
    if (round < 0 && time > standing.summedUntil) unsummed = true;
  }
  return { good, heard, bad, pending, unsummed };
}

function hasSuccess(outputs: readonly Output[], definition: string | null, format: string | null): boolean {
  if (definition === null) return false;
  return outputs.some(
    ({ rendition }) =>
      rendition.status === 'SUCCESS' && rendition.definition === definition && rendition.format === format,
  );
}
