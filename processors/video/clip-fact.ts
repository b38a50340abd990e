import type { ClipFact } from '../../schemas/generated/StreamFact.ts';
import type { Fact, VideoState } from '../../schemas/generated/VideoState.ts';
import { eventsOf } from './events.ts';

/**
 * What the events say of a clip: the request, and what became of it, of which an acknowledgement outweighs a failure, that
 * a doubt. Null where they speak of none.
 */
export function clipFactOf(state: VideoState): ClipFact | null {
  let best: ClipFact | null = null;
  let asked: Pick<ClipFact, 'requestedAt' | 'templateGroupId' | 'parts'> | null = null;
  for (const { entry, fact } of eventsOf(state)) {
    const said = clipStates[fact.kind];
    const { clip, token, templateGroupId } = fact.job ?? noJob;
    if (said === undefined || clip === null || token === null) continue;
    const { from, to, title, parts } = clip;
    if (said === 'REQUESTED')
      asked = { requestedAt: entry.eventTime === 0 ? null : entry.eventTime, templateGroupId, parts };
    if (best !== null && weights[said] <= weights[best.state]) continue;
    const { errorCode } = entry;
    best = { token, state: said, errorCode, from, to, title, templateGroupId, requestedAt: null, parts: [] };
  }
  if (best === null) return null;
  const failed = best.state === 'ACKNOWLEDGED' && state.status === 'FAILED' ? state.errorCode : best.errorCode;
  return { ...best, errorCode: failed, ...asked };
}

const noJob = { clip: null, token: null, templateGroupId: null };

const clipStates: Readonly<Partial<Record<Fact['kind'], ClipFact['state']>>> = {
  // A kind that earlier releases can read.
  OTHER: 'REQUESTED',
  COMPOSE_ACKNOWLEDGED: 'ACKNOWLEDGED',
  COMPOSE_FAILED: 'FAILED',
  COMPOSE_IN_DOUBT: 'IN_DOUBT',
};

const weights: Readonly<Record<ClipFact['state'], number>> = { ACKNOWLEDGED: 3, FAILED: 2, IN_DOUBT: 1, REQUESTED: 0 };
