/** The ledger of what we had composed: what became of it, and whose the products are. */
import type { Composition, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf } from '../composition-token.ts';
import { byText } from './order.ts';
import { isBeforeSource } from './status.ts';
import { placeOf } from './times.ts';

/**
 * The ledger after these facts: planned → acknowledged(mediaId) → done | failed, or in doubt. Derived anew from the set
 * of facts, so their order doesn't matter.
 */
export function followCompositions(
  compositions: readonly Composition[],
  videos: readonly StreamVideo[],
): readonly Composition[] {
  if (compositions.length === 0) return compositions;
  const speaking = videos.filter((video) => !video.removed);
  return compositions.map((composition) => {
    const about = speaking.filter((video) => compositionOf(video, [composition]) !== undefined);
    const produced = about.findLast((video) => video.composeJob?.state === 'ACKNOWLEDGED');
    if (produced) {
      const { status, videoId } = produced;
      const state = status === 'FAILED' ? 'FAILED' : isBeforeSource(status) ? 'ACKNOWLEDGED' : 'DONE';
      return withOutcome(composition, { state, mediaId: videoId, errorCode: null });
    }
    const refused = about.findLast((video) => video.composeJob?.state === 'FAILED') ?? about.at(-1);
    if (!refused?.composeJob) return composition;
    const { state, errorCode } = refused.composeJob;
    const { mediaId } = composition;
    return withOutcome(composition, { state: state === 'FAILED' ? 'FAILED' : 'IN_DOUBT', mediaId, errorCode });
  });
}

/** The very same entry where nothing has changed: then a record that holds it needn't be written. */
function withOutcome(
  composition: Composition,
  outcome: Pick<Composition, 'state' | 'mediaId' | 'errorCode'>,
): Composition {
  const { state, mediaId, errorCode } = outcome;
  const isSame = composition.state === state && composition.mediaId === mediaId && composition.errorCode === errorCode;
  return isSame ? composition : { ...composition, ...outcome };
}

/** In the order of `bySession`. */
export function withCompositions(compositions: readonly Composition[], added: readonly Composition[]): Composition[] {
  return [...compositions, ...added].sort(bySession);
}

/** By session, then token. */
export function bySession(a: Composition, b: Composition): number {
  return a.sessionStart - b.sessionStart || byText(compositionKeyOf(a.token), compositionKeyOf(b.token));
}

/** The ledger entry that the video is the product of; a redrive has another generation of the same token. */
export function compositionOf(video: StreamVideo, compositions: readonly Composition[]): Composition | undefined {
  const token = video.composeJob?.token;
  if (token === undefined) return undefined;
  const key = compositionKeyOf(token);
  return compositions.find((composition) => compositionKeyOf(composition.token) === key);
}

/** Where in time a fact is kept: what speaks of a composition in the ledger with the session that it was planned for. */
export function homeOf(video: StreamVideo, compositions: readonly Composition[]): number {
  return compositionOf(video, compositions)?.sessionStart ?? placeOf(video);
}

export function isOfJob({ composeJob }: StreamVideo, job: string): boolean {
  return composeJob !== null && compositionKeyOf(composeJob.token) === job;
}
